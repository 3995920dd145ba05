"""Portfolios and watchlists over HTTP and on the WebSocket."""

from typing import Any

from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.api.wire import encode
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import (
    Command,
    Done,
    RemovePortfolio,
    RemoveWatchlist,
    SavePortfolio,
    SaveWatchlist,
)
from rtp_tui.model.errors import UnknownInstrument
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, PortfolioRemoved, PortfolioSaved, PortfolioValued, Position
from rtp_tui.model.queries import GetPortfolios, PortfolioList, PortfolioView
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved
from tests.factories import BTC, NOW_MS, a_quote
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import serving
from tests.unit.server.asking import asking, read

HELD = Portfolio("desk", (Position(BTC, 2.0, 90.0),), description="what we hold")
VALUE = value_portfolio(HELD, lambda _: Priced("USD", 100.0), Rates({}), NOW_MS)
BODY = {
    "positions": [{"instrument": BTC, "quantity": 2.0, "cost_price": 90.0}],
    "description": "what we hold",
}


def an_engine() -> ScriptedPipeline:
    engine = ScriptedPipeline(
        a_snapshot(portfolios=(HELD,), portfolio_values=(VALUE,), watchlists=(Watchlist("mine", (BTC,)),))
    )
    engine.answers = {
        GetPortfolios: PortfolioList(portfolios=(PortfolioView(portfolio=HELD, value=VALUE),)),
        **{
            kind: Done(message="so be it")
            for kind in (SavePortfolio, RemovePortfolio, SaveWatchlist, RemoveWatchlist)
        },
    }
    return engine


class Keeping(ScriptedPipeline):
    """An engine that keeps what it is told to, and says so to those who follow it."""

    async def execute(self, command: Command[Any]) -> Any:
        done = await super().execute(command)
        # The server has just folded something else, and rests for a moment.
        self.emit(a_quote())
        for _ in range(5):
            await SystemClock().sleep(0)
        match command:
            case SavePortfolio(portfolio=portfolio):
                self.emit(PortfolioSaved(portfolio))
            case RemovePortfolio(name=name):
                self.emit(PortfolioRemoved(name))
            case SaveWatchlist(watchlist=watchlist):
                self.emit(WatchlistSaved(watchlist))
            case RemoveWatchlist(name=name):
                self.emit(WatchlistRemoved(name))
        return done


async def test_what_was_ordered_holds_for_the_very_next_request() -> None:
    engine = Keeping()
    engine.answers[GetPortfolios] = PortfolioList(portfolios=(PortfolioView(portfolio=HELD, value=VALUE),))
    async with asking(engine) as client:
        replies = [
            await client.post("/watchlists", encode({"name": "new", "instruments": [BTC]})),
            await client.get("/watchlists/new"),
            await client.delete("/watchlists/new"),
            await client.get("/watchlists/new"),
            await client.post("/portfolios", encode({"name": "new", **BODY})),
            await client.post("/portfolios", encode({"name": "new"})),
            await client.delete("/portfolios/new"),
            await client.post("/portfolios", encode({"name": "new", **BODY})),
        ]
    assert [reply.status for reply in replies] == [201, 200, 200, 404, 201, 400, 200, 201]


async def test_portfolios_are_added_changed_read_and_removed() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        added = await client.post("/portfolios", encode({"name": "other", **BODY}))
        changed = await client.put("/portfolios/desk", encode(BODY))
        listed = read(await client.get("/portfolios"))
        removed = await client.delete("/portfolios/desk")

    assert [added.status, changed.status, removed.status] == [201, 200, 200]
    saved = [one.portfolio for one in engine.asked if isinstance(one, SavePortfolio)]
    assert [one.name for one in saved] == ["other", "desk"]
    assert saved[1] == HELD
    assert listed["portfolios"][0]["value"]["unrealised"] == 20.0


async def test_what_is_there_is_not_added_again_and_bad_bodies_name_their_field() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        again = await client.post("/portfolios", encode({"name": "desk", **BODY}))
        typed = await client.put(
            "/portfolios/x", encode({"positions": [{"instrument": BTC, "quantity": "2"}]})
        )
        unknown = await client.put("/portfolios/x", encode({"position": []}))
        endless = await client.put(
            "/portfolios/x", b'{"positions":[{"instrument":"crypto:BTC","quantity":NaN}]}'
        )

    assert [one.status for one in (again, typed, unknown, endless)] == [400] * 4
    assert "PUT changes it" in read(again)["detail"]
    assert read(typed)["detail"].startswith("positions[0].quantity")
    assert "position" in read(unknown)["detail"]
    assert not any(isinstance(one, SavePortfolio) for one in engine.asked)


async def test_an_instrument_that_is_not_there_is_refused_in_the_engines_words() -> None:
    engine = an_engine()
    engine.answers[SavePortfolio] = UnknownInstrument("no instrument crypto:BTX, is crypto:BTC meant?")
    async with asking(engine) as client:
        reply = await client.put("/portfolios/x", encode(BODY))
    assert (reply.status, read(reply)["code"]) == (404, "unknown_instrument")


async def test_watchlists_are_kept() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        added = await client.post("/watchlists", encode({"name": "new", "instruments": [BTC]}))
        one = read(await client.get("/watchlists/mine"))
        none = await client.get("/watchlists/none")
        all_ = read(await client.get("/watchlists"))
        removed = await client.delete("/watchlists/mine")
    assert (added.status, removed.status, none.status) == (201, 200, 404)
    assert one == {"name": "mine", "instruments": [BTC]}
    assert all_["watchlists"] == [one]
    assert SaveWatchlist(watchlist=Watchlist("new", (BTC,))) in engine.asked


async def test_a_watchlist_may_have_what_nobody_prices_priced() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        body = encode({"instruments": ["crypto:GALA"], "subscribe": True})
        await client.put("/watchlists/new", body)
    (order,) = (one for one in engine.asked if isinstance(one, SaveWatchlist))
    assert (order.watchlist, order.subscribe) == (Watchlist("new", (InstrumentId("crypto:GALA"),)), True)


async def test_channels_bring_what_a_portfolio_is_worth_now_and_from_then_on() -> None:
    engine = an_engine()
    later = value_portfolio(HELD, lambda _: Priced("USD", 110.0), Rates({}), NOW_MS + 1000)
    async with serving(engine) as running, running.client() as talk:
        await talk.ask(op="subscribe", id=1, channels=["portfolio:desk", "risk:desk"])
        whole = {one["channel"]: one["data"] for one in [await talk.hear(), await talk.hear()]}
        engine.emit(PortfolioValued(later))
        update = await talk.hear()

    assert whole["portfolio:desk"]["value"] == 200.0
    assert (update["channel"], update["type"]) == ("portfolio:desk", "portfolio_update")
    assert update["data"]["value"] == 220.0


async def test_who_follows_all_portfolios_and_one_of_them_is_told_of_it_once() -> None:
    engine = an_engine()
    later = value_portfolio(HELD, lambda _: Priced("USD", 110.0), Rates({}), NOW_MS + 1000)
    async with serving(engine) as running, running.client() as talk:
        await talk.ask(op="subscribe", id=1, channels=["portfolio:desk", "portfolio_updates"])
        snapshot = await talk.hear()
        engine.emit(PortfolioValued(later))
        update = await talk.hear()
        pong = await talk.ask(op="ping", id=2)

    assert [one["name"] for one in snapshot["data"]["portfolios"]] == ["desk"]
    assert (update["channel"], update["data"]["value"]) == ("portfolio_updates", 220.0)
    assert pong["type"] == "pong"


async def test_of_a_portfolio_that_is_not_there_a_channel_says_nothing_yet() -> None:
    async with serving(an_engine()) as running, running.client() as talk:
        await talk.ask(op="subscribe", id=1, channels=["risk:desk"])
        snapshot = await talk.hear()
    assert (snapshot["channel"], snapshot["data"]) == ("risk:desk", None)
