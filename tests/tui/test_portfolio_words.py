"""What is typed about portfolios and watchlists."""

import pytest

from rtp_tui.model.commands import RemovePortfolio, RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.tui.alert_words import Misunderstood
from rtp_tui.tui.portfolio_words import held, holding_text, portfolio_proposal
from rtp_tui.tui.proposals import Proposal
from rtp_tui.tui.watching import list_after, watch_filter, watch_wanted, watched_by
from tests.frozen_portfolios import APPLE, BTC, ETH, frozen_portfolios, frozen_watchlists

PORTFOLIOS = {one.name: one for one in frozen_portfolios()}
LISTS = {one.name: one for one in frozen_watchlists()}
DESK = PORTFOLIOS["desk"]


def proposed(words: str) -> Proposal | Misunderstood | None:
    return portfolio_proposal(words, PORTFOLIOS, LISTS, (BTC, ETH, APPLE))


def command(words: str) -> object:
    wanted = proposed(words)
    assert isinstance(wanted, Proposal), wanted
    return wanted.command


def positions(words: str) -> dict[str, tuple[float, float | None]]:
    order = command(words)
    assert isinstance(order, SavePortfolio)
    return {one.instrument: (one.quantity, one.cost_price) for one in order.portfolio.positions}


def test_a_new_portfolio_is_in_dollars_where_nothing_else_is_said() -> None:
    assert command("portfolio new pension") == SavePortfolio(portfolio=Portfolio(name="pension"))
    euros = Portfolio(name="pension", base_currency="EUR")
    assert command("portfolio new pension eur") == SavePortfolio(portfolio=euros)


@pytest.mark.parametrize("words", ["portfolio new desk", "portfolio new desk EUR"])
def test_a_name_that_is_taken_is_said(words: str) -> None:
    assert isinstance(proposed(words), Misunderstood)


def test_deleting_a_portfolio_asks_first() -> None:
    wanted = proposed("portfolio delete desk")
    assert isinstance(wanted, Proposal)
    assert wanted.command == RemovePortfolio(name="desk")
    assert wanted.question
    assert isinstance(proposed("portfolio delete nobody"), Misunderstood)


def test_adding_puts_more_to_what_is_held_at_the_mean_of_what_it_cost() -> None:
    assert positions("portfolio desk add crypto:BTC 0.5 @70000")[BTC] == (1.0, 65_000.0)
    assert positions("portfolio desk add stocks:AAPL 2@150")[APPLE] == (12.0, 150.0)
    assert positions("portfolio desk add crypto:SOL -3")["crypto:SOL"] == (-3.0, None)


def test_what_it_cost_is_not_known_where_a_part_of_it_is_not_or_is_sold_short() -> None:
    assert positions("portfolio desk add crypto:BTC 0.5")[BTC] == (1.0, None)
    assert positions("portfolio desk add crypto:ETH -1 @3000")[ETH] == (-3.0, None)


def test_setting_takes_the_place_of_what_was_held_and_nothing_takes_it_out() -> None:
    assert positions("portfolio desk set crypto:BTC 2 @ 50000")[BTC] == (2.0, 50_000.0)
    assert list(positions("portfolio desk set crypto:BTC 2")) == [BTC, ETH, APPLE]
    assert BTC not in positions("portfolio desk set crypto:BTC 0")
    assert ETH not in positions("portfolio desk add crypto:ETH 2"), "two sold short and two bought"


def test_removing_takes_out_all_of_it_however_often_it_was_bought() -> None:
    twice = Portfolio(name="twice", positions=(Position(BTC, 1.0), Position(ETH, 1.0), Position(BTC, 2.0)))
    wanted = portfolio_proposal("portfolio twice remove crypto:BTC", {"twice": twice}, {}, (BTC,))
    assert isinstance(wanted, Proposal)
    assert wanted.command == SavePortfolio(portfolio=Portfolio(name="twice", positions=(Position(ETH, 1.0),)))
    order = held(twice, "crypto:BTC 5")
    assert isinstance(order, SavePortfolio)
    assert order.portfolio.positions == (Position(ETH, 1.0), Position(BTC, 5.0))
    assert isinstance(proposed("portfolio desk remove crypto:SOL"), Misunderstood)


@pytest.mark.parametrize(
    "words", ["", "crypto:BTC", "crypto:BTC many", "crypto:BTC nan", "BTC 1", "crypto:BTC 1 2",
              "crypto:BTC 1 @", "crypto:BTC inf"],
)  # fmt: skip
def test_a_position_that_cannot_be_understood_says_what_is_expected(words: str) -> None:
    problem = held(DESK, words)
    assert isinstance(problem, Misunderstood)
    assert "crypto:BTC 0.5 @60000" in problem.words


def test_a_position_is_offered_as_it_would_be_typed() -> None:
    assert holding_text(DESK.positions[0]) == "crypto:BTC 0.5 @60000"
    for position in DESK.positions:
        assert held(DESK, holding_text(position)) == SavePortfolio(portfolio=DESK)


def test_a_benchmark_is_chosen_and_given_up() -> None:
    for words, benchmark in (("crypto:ETH", ETH), ("none", None)):
        order = command(f"portfolio desk benchmark {words}")
        assert isinstance(order, SavePortfolio)
        assert order.portfolio.benchmark == benchmark


def test_what_nobody_prices_is_watched_once_it_is_agreed_to_have_it_priced() -> None:
    wanted = InstrumentId("crypto:GALA")
    told = proposed("watchlist fresh add crypto:GALA")
    assert isinstance(told, Proposal)
    assert told.command == SaveWatchlist(watchlist=Watchlist("fresh", (wanted,)), subscribe=True)
    assert "not priced here" in told.question


def test_an_instrument_goes_on_a_watchlist_and_off_it_in_words() -> None:
    assert command("watchlist majors remove crypto:BTC") == SaveWatchlist(
        watchlist=Watchlist("majors", (ETH,))
    )
    assert command("watchlist fresh add crypto:BTC") == SaveWatchlist(watchlist=Watchlist("fresh", (BTC,)))
    assert command("watchlist delete majors") == RemoveWatchlist(name="majors")
    assert proposed("watchlist majors add crypto:BTC") == Misunderstood("crypto:BTC is on majors")
    assert proposed("watchlist majors remove crypto:SOL") == Misunderstood("crypto:SOL is not on majors")


@pytest.mark.parametrize("words", ["", "port", "portfolio", "portfolio new", "portfolio desk", "portfolio desk add",
                                   "portfolio desk add crypto:BTC", "portfolio desk burn crypto:BTC", "watch"])  # fmt: skip
def test_what_is_not_whole_proposes_nothing(words: str) -> None:
    assert proposed(words) is None


def test_a_filter_knows_its_list_and_lists_follow_each_other() -> None:
    names = ["majors", "watchlist", "watchlist.2"]
    assert watch_filter("majors", names) == "list:majors"
    assert watch_filter("watchlist", names) == "list:(^| )watchlist( |$)", "another name contains this one"
    assert [watched_by(watch_filter(name, names), names) for name in names] == names
    assert watched_by("btc", names) is None
    assert [list_after(name, names) for name in (None, *names)] == [*names, None]
    assert [watch_wanted(words, names) for words in ("watch majors", "watch all", "watch x", "watch")] == [
        "majors", "all", None, None
    ]  # fmt: skip
