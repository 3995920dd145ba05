"""Portfolios and watchlists by command."""

import click
import pytest

from rtp_tui.analytics.risk_question import RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.cli.portfolios import position_of
from rtp_tui.model.commands import Done, RemovePortfolio, SavePortfolio, SaveWatchlist
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.queries import GetPortfolioRisk, GetPortfolios, PortfolioList, PortfolioView
from rtp_tui.model.watchlists import Watchlist
from tests.factories import BTC, ETH, NOW_MS
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

HELD = Portfolio("desk", (Position(BTC, 2.0, 90.0), Position(ETH, 1.0)))
VALUE = value_portfolio(
    HELD, lambda one: Priced("USD", 100.0, day_change=5.0) if one == BTC else None, Rates({}), NOW_MS
)
ANSWERS: dict[type, object] = {
    GetPortfolios: PortfolioList(portfolios=(PortfolioView(portfolio=HELD, value=VALUE),)),
    GetPortfolioRisk: report_risk(RiskQuestion(VALUE, "1d", {}, 252)),
    SavePortfolio: Done(message="so be it"),
    SaveWatchlist: Done(message="so be it"),
    RemovePortfolio: Done(message="desk removed"),
}


def test_portfolios_are_listed_by_their_worth(capsys: pytest.CaptureFixture[str]) -> None:
    assert Asked("portfolios", answers=ANSWERS).code == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["PORTFOLIO", "POSITIONS", "VALUE", "DAY", "UNREALISED", "RISK"]
    assert row.split()[:4] == ["desk", "2", "200.00", "USD"]


def test_one_is_shown_with_its_positions_what_is_missing_and_its_risk(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Asked("portfolios", "show", "desk", answers=ANSWERS).code == 0
    out = capsys.readouterr().out
    assert "crypto:BTC" in out
    assert "not counted: crypto:ETH is not priced here" in out
    assert "value at risk 95 %" in out
    assert "not known: crypto:BTC has too little history" in out


def test_a_portfolio_is_saved_from_its_positions() -> None:
    asked = Asked("portfolios", "save", "desk", f"{BTC}=2@90", f"{ETH}=-1", "--base", "EUR", answers=ANSWERS)
    assert asked.code == 0
    (saved,) = [one.portfolio for one in asked.orders if isinstance(one, SavePortfolio)]
    assert saved == Portfolio("desk", (Position(BTC, 2.0, 90.0), Position(ETH, -1.0)), "EUR")


def test_one_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Asked("portfolios", "remove", "desk", answers=ANSWERS)
    assert (asked.code, RemovePortfolio(name="desk") in asked.orders) == (0, True)
    assert capsys.readouterr().out == "desk removed\n"


@pytest.mark.parametrize("text", ["crypto:BTC", "=1", "crypto:BTC=", "crypto:BTC=x", "crypto:BTC=1@x"])
def test_what_is_no_position_is_a_usage_error(text: str) -> None:
    with pytest.raises(click.UsageError, match="INSTRUMENT=QUANTITY"):
        position_of(text)


def test_an_instrument_may_have_an_equals_sign() -> None:
    assert position_of("fx:USDCOP=X=3@4000") == Position("fx:USDCOP=X", 3.0, 4000.0)  # type: ignore[arg-type]


def test_watchlists_are_listed_and_saved(capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = a_snapshot(watchlists=(Watchlist("mine", (BTC, ETH)),))
    assert Asked("watchlists", snapshot=snapshot).code == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["mine", "2", f"{BTC},", ETH]
    asked = Asked("watchlists", "save", "mine", BTC, answers=ANSWERS)
    assert SaveWatchlist(watchlist=Watchlist("mine", (BTC,))) in asked.orders
    asked = Asked("watchlists", "save", "mine", BTC, "--subscribe", answers=ANSWERS)
    assert SaveWatchlist(watchlist=Watchlist("mine", (BTC,)), subscribe=True) in asked.orders
