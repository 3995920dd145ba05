"""Rows of portfolios, positions, risk, the market and its movers."""

from msgspec.structs import replace

from rtp_tui.analytics.risk import risk_parts
from rtp_tui.model.commands import SavePortfolio
from rtp_tui.model.portfolios import PortfolioValued, Position, RiskMeasured
from rtp_tui.tui.answers import EVERYTHING, NOTHING_ASKED, with_answer
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.drafts import Drafts
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.panes.market import Market, breadth_text
from rtp_tui.tui.panes.money import money_text
from rtp_tui.tui.panes.movers import Movers
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.portfolios import Portfolios
from rtp_tui.tui.panes.positions import Positions
from rtp_tui.tui.panes.prices import Prices
from rtp_tui.tui.panes.risk import Risk
from rtp_tui.tui.panes.risk_numbers import NUMBERS, PART_BOUNDS
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.market_details import market_text
from rtp_tui.tui.screens.portfolio_details import portfolio_text, position_text, risk_text
from tests.frozen_portfolios import BTC, ETH, a_market_view, a_risk, frozen_portfolios, frozen_value
from tests.tui.scenes import a_scene, a_state, an_eventful_scene

DESK, SPARE = frozen_portfolios()


def cells(pane: Pane, scene: Scene, key: str) -> dict[str, str]:
    row = pane.row(scene, key)
    return {column.name: cell.text for column, cell in zip(pane.columns, row.cells, strict=True)}


def banner(pane: Pane, scene: Scene) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in pane.banner(scene, 80, 20))


def test_a_portfolio_tells_value_day_result_and_level_of_risk_with_its_trend() -> None:
    scene = an_eventful_scene()
    assert Portfolios().keys(scene) == ["desk", "spare"]
    desk = cells(Portfolios(), scene, "desk")
    assert desk["mark"] == "✖", "the price of a position is stale"
    assert (desk["value"], desk["day"], desk["unrealised"]) == ("26,890", "+1.66", "+3,915.06")
    assert desk["risk"] == "48 moderate ▲"


def test_a_portfolio_that_was_never_valued_shows_dashes_never_zero() -> None:
    spare = cells(Portfolios(), an_eventful_scene(), "spare")
    assert (spare["mark"], spare["value"], spare["day"], spare["risk"]) == ("?", "–", "–", "not measured")


def test_a_severe_risk_is_a_fault() -> None:
    state = a_state()
    state.portfolio.portfolios["desk"] = DESK
    for score, level in ((20.0, "low"), (80.0, "severe")):
        state.portfolio.risks["desk"] = a_risk(score=score, level=level)
        assert Portfolios().is_fault(a_scene(state), "desk") is (level == "severe")


def test_positions_show_price_value_weight_as_a_bar_day_and_result() -> None:
    btc = cells(Positions(), an_eventful_scene(), BTC)
    assert btc["mark"] == "●"
    assert (btc["price"], btc["value"], btc["weight"]) == ("67,830.12", "33,915", "83.0%")
    assert btc["bar"] == "━━━━━━╸─"
    assert (btc["day"], btc["unrealised"], btc["cost"]) == ("+1.88", "+3,915.06", "60,000")


def test_a_stale_price_is_marked_and_an_unknown_one_is_said_in_words() -> None:
    scene = an_eventful_scene()
    assert cells(Positions(), scene, ETH)["mark"] == "✖"
    apple = cells(Positions(), scene, "stocks:AAPL")
    assert (apple["mark"], apple["value"], apple["weight"]) == ("?", "–", "–")
    assert "26,890 USD  day +668.90 +1.66%  P&L +3,915.06 +13.05%" in banner(Positions(), scene)
    assert "stocks:AAPL has no price" in banner(Positions(), scene)


def test_what_cannot_be_trusted_is_dim() -> None:
    scene = an_eventful_scene(connection=Connection.OFFLINE)
    for pane in (Portfolios(), Positions(), Risk()):
        for row in pane.rows(scene):
            assert {cell.tone for cell in row.cells} <= {Tone.DIM, Tone.FRAME}


def test_a_position_that_the_engine_has_not_valued_yet_is_shown_as_under_way() -> None:
    drafts = Drafts()
    positions = (*DESK.positions, Position(BTC, 1.0))
    drafts.begin(SavePortfolio(portfolio=replace(DESK, positions=positions)))
    scene = an_eventful_scene(drafts=drafts.newest)
    assert [*Positions().keys(scene)][-1] == "crypto:BTC 2"
    row = cells(Positions(), scene, "crypto:BTC 2")
    assert (row["mark"], row["quantity"], row["price"], row["value"]) == ("…", "1", "67,830.12", "–")
    assert Positions().instrument(scene, "crypto:BTC 2") == BTC
    assert cells(Portfolios(), scene, "desk")["mark"] == "…"


def test_without_a_portfolio_every_pane_says_what_to_press() -> None:
    scene = a_scene(a_state())
    assert Portfolios().empty(scene) == "no portfolios yet: u makes one"
    assert Positions().empty(scene) == Risk().empty(scene) == "no portfolio is chosen: $ shows them"
    spare = an_eventful_scene(portfolio="spare")
    assert Positions().empty(spare) == "spare holds nothing yet: h puts a position in"


def test_risk_tells_score_parts_numbers_in_money_and_what_is_not_known() -> None:
    scene = an_eventful_scene()
    assert "48 of 100 ━━━━━━━╸──────── moderate, deteriorating" in banner(Risk(), scene)
    assert cells(Risk(), scene, "part volatility")["value"] == "10.7/30"
    assert cells(Risk(), scene, "part correlation")["words"] == "not known"
    loss = cells(Risk(), scene, "var_95")
    assert (loss["value"], loss["words"]) == ("3.10%", "1,269.14 USD in 1d")
    assert cells(Risk(), scene, "beta") == {"name": "beta", "value": "0.91", "words": "against crypto:BTC"}
    assert cells(Risk(), scene, "pair 0")["words"] == "BTC and ETH"
    assert cells(Risk(), scene, "unknown 0")["words"] == "stocks:AAPL has too little history"


def test_every_number_of_a_risk_that_measured_nothing_is_a_dash() -> None:
    nothing = dict.fromkeys(NUMBERS)
    report = a_risk(**nothing, score=None, level=None, trend=None, parts=(), pairs=(), riskiest=None)
    state = a_state(RiskMeasured(report))
    state.portfolio.portfolios["desk"] = DESK
    scene = a_scene(state, portfolio="desk")
    assert {cells(Risk(), scene, key)["value"] for key in NUMBERS} == {"–"}
    assert "the score is not known" in banner(Risk(), scene)


def test_every_part_of_the_score_is_explained() -> None:
    assert {part.name for part in risk_parts({})} == set(PART_BOUNDS)
    calm = {"volatility": 0.10, "tail": 0.01, "drawdown": 0.05, "concentration": 0.1, "correlation": 0.2}
    severe = {"volatility": 1.0, "tail": 0.1, "drawdown": 0.6, "concentration": 1.0, "correlation": 0.9}
    assert [part.points for part in risk_parts(calm)] == [0.0] * 5
    assert [part.points for part in risk_parts(severe)] == [part.most for part in risk_parts({})]


def test_a_number_of_the_risk_is_explained_by_its_formula_and_its_inputs() -> None:
    scene = an_eventful_scene()
    text = risk_text(scene, "var_95").plain
    for words in (
        "3.10%",
        "95 % of the periods",
        "40,940 USD, the gross value",
        "364 returns of 1d",
        "low below 25",
    ):
        assert words in text
    assert "all from 100 % on" in risk_text(scene, "part volatility").plain
    assert "crypto:BTC and crypto:ETH: +0.840" in risk_text(scene, "pair 0").plain
    for key in Risk().keys(scene):
        assert "score" in risk_text(scene, key).plain


def test_portfolios_and_positions_are_explained() -> None:
    scene = an_eventful_scene()
    assert "sum of quantity x price x rate" in portfolio_text(scene, "desk").plain
    assert "not valued yet" in portfolio_text(scene, "spare").plain
    text = position_text(scene, BTC).plain
    assert "83.0% = value / gross of 40,940 USD" in text
    assert "60,000" in text
    assert "sold short" in position_text(scene, ETH).plain


def test_a_change_of_value_is_seen() -> None:
    state = a_state(PortfolioValued(replace(frozen_value(), value=1.0)))
    state.portfolio.portfolios["desk"] = DESK
    assert cells(Portfolios(), a_scene(state), "desk")["value"] == "1.00"


def test_the_market_tells_breadth_sentiment_and_how_changes_spread() -> None:
    answers = with_answer(NOTHING_ASKED, "market crypto", a_market_view(asset_class="crypto"))
    answers = with_answer(answers, "market", a_market_view())
    scene = an_eventful_scene(answers=answers)
    assert Market().keys(scene) == [EVERYTHING, "crypto"]
    row = cells(Market(), scene, "crypto")
    assert (row["breadth"], row["sentiment"], row["median"]) == ("▲▲▲▲▲▲▲▲▲▼▼▼", "68 hopeful", "+1.20")
    text = market_text(scene, "crypto", answers.markets["crypto"]).plain
    assert "+0.50 = (3 up - 1 down) / 4, weighs 0.5" in text
    assert "+0.38 = tanh(+0.40): the median of change / typical, weighs 0.3" in text
    assert "+0.00 = mean place in the day's range of 3, weighs 0.2" in text
    assert "(0.5 x +0.50 + 0.3 x +0.38 + 0.2 x +0.00) / 1 = +0.36" in text
    assert "50 + 50 x +0.36 = 68.2" in text
    assert breadth_text(a_market_view(counted=0), 12) == "–"


def test_a_term_of_sentiment_that_is_not_known_says_so_and_the_others_weigh_more() -> None:
    breadth, change, position = a_market_view().terms
    terms = (breadth, change, replace(position, value=None, words="no range is known"))
    text = market_text(an_eventful_scene(), "crypto", a_market_view(terms=terms)).plain
    assert "not known: no range is known" in text
    assert "(0.5 x +0.50 + 0.3 x +0.38) / 0.8 =" in text


def test_movers_are_those_of_the_chosen_class() -> None:
    scene = an_eventful_scene()
    assert Movers().keys(scene) == [f"gainer {BTC}", f"loser {ETH}", f"busiest {BTC}", f"busiest {ETH}"]
    assert cells(Movers(), scene, f"gainer {BTC}")["symbol"] == "BTC★"
    assert Movers().instrument(scene, f"loser {ETH}") == ETH
    assert not Movers().keys(an_eventful_scene(asset_class="fx"))


def test_a_price_on_a_watchlist_is_marked_and_found_by_the_lists_name() -> None:
    scene = an_eventful_scene(watched=frozenset({BTC}))
    assert cells(Prices(), scene, BTC)["symbol"] == "BTC★"
    assert cells(Prices(), scene, ETH)["symbol"] == "ETH"
    assert Prices().value(scene, BTC, "list") == "majors watchlist"
    assert Prices().value(scene, "crypto:SOL", "list") == ""


def test_amounts_and_bars_never_outgrow_their_place() -> None:
    for amount in (0.0, -0.004, 9_999.99, -123_456.7, 1.5e9, -2.5e13, 9.99e14):
        assert len(money_text(amount, with_sign=True)) <= 10
    assert money_text(-0.001, with_sign=True) == "+0.00"
