"""Portfolios, watchlists and the market from the keyboard and the palette."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from rtp_tui.model.commands import RemovePortfolio, SavePortfolio, SaveWatchlist
from rtp_tui.model.errors import UnknownInstrument
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved, Position
from rtp_tui.model.queries import GetMarketView
from rtp_tui.model.watchlists import Watchlist, WatchlistSaved
from rtp_tui.tui.screens.prompt import Prompt
from rtp_tui.tui.screens.sheet import Details, Question
from rtp_tui.tui.settings import ConsoleSettings
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.frozen_portfolios import BTC, ETH, a_risk, frozen_portfolios, frozen_value, frozen_watchlists
from tests.tui.running_console import RunningConsole, running_console

DESK, SPARE = frozen_portfolios()


@asynccontextmanager
async def held(
    size: tuple[int, int] = (160, 50), settings: ConsoleSettings | None = None
) -> AsyncIterator[RunningConsole]:
    """A console of an engine with portfolios and watchlists."""
    snapshot = replace(
        a_snapshot(),
        portfolios=frozen_portfolios(),
        portfolio_values=(frozen_value(),),
        risks=(a_risk(),),
        watchlists=frozen_watchlists(),
    )
    async with running_console(size, FrozenPipeline(snapshot), settings) as console:
        yield console


def saved(console: RunningConsole) -> Portfolio:
    order = console.api.orders[-1]
    assert isinstance(order, SavePortfolio)
    return order.portfolio


async def test_portfolios_positions_and_risk_stand_together() -> None:
    async with held() as console:
        await console.press("dollar_sign")
        assert "26,890 USD" in console.text
        assert "48 of 100" in console.text
        assert "stocks:AAPL has no price" in console.text
        assert console.pane("positions").keys == [BTC, ETH, "stocks:AAPL"]


async def test_the_next_portfolio_is_chosen_by_key_wherever_one_is() -> None:
    async with held(size=(80, 24)) as console:
        await console.press("H")
        assert console.pane("positions").keys == [BTC, ETH, "stocks:AAPL"]
        await console.press("b")
        assert "spare holds nothing yet" in console.text
        await console.press("b", "K")
        assert "48 of 100" in console.text


async def test_a_position_is_put_in_by_a_prompt_and_shown_at_once() -> None:
    async with held() as console:
        await console.press("dollar_sign", "h")
        assert isinstance(console.app.screen, Prompt)
        await console.type("crypto:SOL 3 @100")
        await console.press("enter")
        assert saved(console).positions[-1] == Position("crypto:SOL", 3.0, 100.0)  # type: ignore[arg-type]
        assert console.pane("positions").keys[-1] == "crypto:SOL"
        assert console.toasts == ["desk saved"]


async def test_the_selected_position_is_offered_to_be_changed() -> None:
    async with held() as console:
        await console.press("H", "h")
        await console.press("end", "backspace", "enter")
        assert saved(console).positions[0] == Position(BTC, 0.5, 6_000.0)


async def test_what_the_engine_refuses_is_undone_and_asked_again_with_its_reason() -> None:
    async with held() as console:
        console.api.refusal = UnknownInstrument("no instrument crypto:SOLL, is crypto:SOL meant?")
        await console.press("H", "h")
        await console.press(*["backspace"] * 30)
        await console.type("crypto:SOLL 1")
        await console.press("enter")
        assert isinstance(console.app.screen, Prompt)
        assert "is crypto:SOL meant?" in console.text
        await console.press("escape")
        assert console.pane("positions").keys == [BTC, ETH, "stocks:AAPL"]


async def test_an_edit_is_on_screen_before_the_engine_answers_and_gone_when_it_refuses() -> None:
    async with held() as console:
        follower = console.app.follower
        await console.press("dollar_sign")
        draft = follower.drafts.begin(SavePortfolio(portfolio=replace(DESK, positions=DESK.positions[:1])))
        follower.changes += 1
        await console.after()
        assert console.pane("positions").keys == [BTC]
        assert draft is not None
        follower.drafts.settle(*draft, follower.state.portfolio, is_done=False)
        follower.changes += 1
        await console.after()
        assert console.pane("positions").keys == [BTC, ETH, "stocks:AAPL"]


async def test_a_position_is_taken_out_after_a_question() -> None:
    async with held() as console:
        await console.press("H", "delete")
        assert isinstance(console.app.screen, Question)
        await console.press("n")
        assert console.api.orders == []
        await console.press("delete", "y")
        assert [one.instrument for one in saved(console).positions] == [ETH, "stocks:AAPL"]
        assert console.pane("positions").keys == [ETH, "stocks:AAPL"]


async def test_a_portfolio_is_made_and_deleted_by_keys() -> None:
    async with held() as console:
        await console.press("dollar_sign", "u")
        await console.type("pension EUR")
        await console.press("enter")
        assert saved(console) == Portfolio(name="pension", base_currency="EUR")
        assert "pension" in console.pane("portfolios").keys
        await console.press("delete", "y")
        assert console.api.orders[-1] == RemovePortfolio(name="desk")
        assert "desk" not in console.pane("portfolios").keys


async def test_portfolios_are_edited_by_words_in_the_palette() -> None:
    async with held() as console:
        await console.choose("portfolio desk add crypto:BTC 0.5 @70000")
        assert saved(console).positions[0] == Position(BTC, 1.0, 65_000.0)
        await console.choose("portfolio desk remove crypto:ETH")
        assert [one.instrument for one in saved(console).positions] == [BTC, "stocks:AAPL"]
        await console.choose("portfolio new pension EUR")
        assert saved(console).base_currency == "EUR"
        await console.choose("portfolio delete spare")
        await console.press("y")
        assert console.api.orders[-1] == RemovePortfolio(name="spare")


async def test_a_refusal_of_words_is_told_and_undone() -> None:
    async with held() as console:
        console.api.refusal = UnknownInstrument("no instrument crypto:NOPE")
        await console.choose("portfolio desk add crypto:NOPE 1")
        assert console.toasts == ["refused: no instrument crypto:NOPE"]
        assert not console.app.follower.drafts.newest


async def test_a_read_only_console_shows_no_edit_that_it_may_not_make() -> None:
    async with held(settings=ConsoleSettings(read_only=True)) as console:
        await console.choose("portfolio delete spare")
        await console.press("1", "w")
        assert console.api.orders == []
        assert set(console.toasts) == {"refused: this console is read-only"}
        assert not console.app.follower.drafts.newest


async def test_w_puts_a_price_on_the_watchlist_and_takes_it_off() -> None:
    async with held() as console:
        assert "BTC★" in console.text
        await console.press("down", "w")
        assert console.api.orders[-1] == SaveWatchlist(watchlist=Watchlist("watchlist", (BTC, ETH)))
        console.api.send(WatchlistSaved(Watchlist("watchlist", (BTC, ETH))))
        await console.press("w")
        assert console.api.orders[-1] == SaveWatchlist(watchlist=Watchlist("watchlist", (BTC,)))


async def test_prices_of_one_watchlist_only_by_key_and_by_words_and_w_is_about_that_list() -> None:
    async with held() as console:
        await console.press("W")
        assert console.symbols == ["BTC", "ETH"]
        assert "1 Prices(list:majors)[2/23]" in console.text
        await console.press("w")
        assert console.api.orders[-1] == SaveWatchlist(watchlist=Watchlist("majors", (ETH,)))
        await console.press("W")
        assert console.symbols == ["BTC"]
        await console.press("W")
        assert len(console.symbols) == 23
        await console.choose("watch watchlist")
        assert console.symbols == ["BTC"]
        await console.choose("watch all")
        assert len(console.symbols) == 23


async def test_without_a_watchlist_the_key_says_how_to_make_one() -> None:
    async with running_console() as console:
        await console.press("W")
        assert console.toasts == ["no watchlist yet: w puts the selected instrument on one"]


async def test_the_market_is_asked_for_by_class_and_explained() -> None:
    async with held() as console:
        await console.press("V")
        asked = {one.asset_class for one in console.api.asked if isinstance(one, GetMarketView)}
        assert asked == {None, "crypto", "fx", "stocks"}
        assert "68 hopeful" in console.text
        assert console.pane("movers").keys[0] == f"gainer {BTC}"
        await console.press("enter")
        assert isinstance(console.app.screen, Details)
        assert "0.5 breadth + 0.3 change + 0.2 position" in console.text


async def test_a_number_of_the_risk_is_explained() -> None:
    async with held() as console:
        await console.press("K", "down", "down", "enter")
        assert isinstance(console.app.screen, Details)
        assert "Deviation of the returns" in console.text


async def test_somebody_elses_edit_is_seen() -> None:
    async with held() as console:
        await console.press("dollar_sign")
        console.api.send(PortfolioSaved(replace(DESK, positions=DESK.positions[:2])))
        await console.after()
        assert console.pane("positions").keys == [BTC, ETH]
        assert SPARE.name in console.pane("portfolios").keys
