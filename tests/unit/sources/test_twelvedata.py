import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from rtp_tui.model.feeds import Quota
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    KeyRejected,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import TwelveDataSettings
from rtp_tui.sources.twelvedata import HEARTBEAT_S, TwelveDataSource
from rtp_tui.sources.twelvedata_credits import DAY_MS, MINUTE_MS
from rtp_tui.sources.twelvedata_quotes import TwelveDataQuotes
from rtp_tui.sources.twelvedata_rest import ROWS_PER_REQUEST
from tests.equipment import Quotas, equipment
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

NOW_MS = 1_790_000_000_000
"""2026-09-21 14:13:20 UTC"""
PESO = Subscription(InstrumentId("fx:USD/COP"), "usd/cop")
EURO = Subscription(InstrumentId("fx:EUR/USD"), "EUR/USD")
APPLE = Subscription(InstrumentId("stocks:AAPL"), "AAPL")
PESO_QUOTE: dict[str, Any] = {
    "symbol": "USD/COP",
    "name": "US Dollar / Colombian Peso",
    "exchange": "Forex",
    "datetime": "2026-09-21",
    "timestamp": 1_789_948_800,
    "last_quote_at": 1_789_999_980,
    "open": "4000.00000",
    "high": "4020.00000",
    "low": "3990.00000",
    "close": "4011.25000",
    "previous_close": "4001.50000",
    "percent_change": "0.24366",
    "is_market_open": True,
    "fifty_two_week": {"low": "3600.00000", "range": "3600.000000 - 4500.000000"},
}
EURO_QUOTE = {**PESO_QUOTE, "symbol": "EUR/USD", "close": "1.17520"}
MINUTE_SPENT = (
    "You have run out of API credits for the current minute. 10 API credits were used, with the current limit "
    "being 8. Wait for the next minute or consider switching to a higher tier plan."
)
DAY_SPENT = "You have run out of API credits for the day. 801 API credits were used, with the current limit being 800."
NO_DATA = "No data is available on the specified dates. Try setting different start/end dates."
UNKNOWN = "**symbol** not found: NOPE. Please specify it correctly according to API Documentation."


def an_error(code: int, message: str, **more: object) -> dict[str, object]:
    return {"code": code, "message": message, "status": "error", **more}


def always(body: object, status: int = 200) -> Callable[[str, Params], Answer]:
    return lambda path, params: a_reply(body if isinstance(body, str) else json.dumps(body), status)


class World:
    """A source, its clock and what it asked."""

    def __init__(
        self,
        answer: Callable[[str, Params], Answer],
        *,
        on_quota: Literal["wait", "next"] = "wait",
        keys: tuple[str, ...] = ("env:A", "env:B"),
        prices_from: Literal["quote", "price"] = "quote",
        per_minute: int = 8,
        per_day: int = 800,
    ) -> None:
        self.http, self.clock, self.quotas = FakeHttp(answer), FakeClock(NOW_MS), Quotas()
        settings = TwelveDataSettings(
            api_keys=keys,
            on_quota=on_quota,
            prices_from=prices_from,
            credits_per_minute=per_minute,
            credits_per_day=per_day,
        )
        given = equipment(
            self.http, self.clock, {"env:A": "SECRET-A", "env:B": "SE/RET+B"}.__getitem__, self.quotas
        )
        self.source = TwelveDataSource(settings, given)
        self.quotes = TwelveDataQuotes(settings, given)

    @property
    def keys_shown(self) -> list[str]:
        return [headers["Authorization"] for headers in self.http.headers]

    @property
    def symbols_asked(self) -> list[str]:
        return [str(params["symbol"]) for _, params in self.http.asked]

    async def bars(self, timeframe: str = "1m", minutes: int = 10) -> Any:
        return await self.source.bars(PESO, timeframe, NOW_MS - minutes * MINUTE_MS, NOW_MS)


# --- prices by question


async def test_one_symbol_is_answered_bare_and_its_key_is_in_no_address() -> None:
    world = World(always(PESO_QUOTE))
    (tick,) = await world.quotes.latest([PESO])
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.POLL, PESO.instrument, "twelvedata:usd/cop")
    assert (tick.price, tick.previous_close, tick.received_ms) == (4011.25, 4001.5, NOW_MS)
    assert world.http.asked == [("/quote", {"symbol": "USD/COP"})]
    assert world.http.headers == [{"Authorization": "apikey SECRET-A"}]
    assert b"4011.25000" in (world.quotes.raw(PESO.instrument) or b"")


async def test_the_time_of_a_price_is_not_that_at_which_its_day_began() -> None:
    world = World(always(PESO_QUOTE))
    (tick,) = await world.quotes.latest([PESO])
    assert tick.event_ms == 1_789_999_980_000
    old = {name: value for name, value in PESO_QUOTE.items() if name != "last_quote_at"}
    (tick,) = await World(always(old)).quotes.latest([PESO])
    assert tick.event_ms is None


async def test_several_symbols_are_one_question_and_as_many_credits() -> None:
    world = World(always({"USD/COP": PESO_QUOTE, "EUR/USD": EURO_QUOTE}))
    ticks = list(await world.quotes.latest([PESO, EURO]))
    assert [(tick.instrument, tick.price) for tick in ticks] == [
        (PESO.instrument, 4011.25), (EURO.instrument, 1.1752),
    ]  # fmt: skip
    assert world.symbols_asked == ["USD/COP,EUR/USD"]
    assert world.quotas.told[-1][1].used == 2


@pytest.mark.parametrize(
    "error", [an_error(404, "Data not found"), an_error(400, UNKNOWN), an_error(500, "Oops")]
)
async def test_the_error_of_one_symbol_does_not_lose_the_others(error: object) -> None:
    world = World(always({"USD/COP": error, "EUR/USD": EURO_QUOTE}))
    (tick,) = await world.quotes.latest([PESO, EURO])
    assert tick.instrument == EURO.instrument


async def test_where_every_symbol_of_a_batch_fails_the_first_error_is_told() -> None:
    world = World(always({"USD/COP": an_error(404, "Data not found"), "EUR/USD": an_error(403, "Pro plan")}))
    with pytest.raises(UnknownSymbol, match="Data not found"):
        await world.quotes.latest([PESO, EURO])
    with pytest.raises(BadPayload):
        await World(always({})).quotes.latest([PESO, EURO])


async def test_two_instruments_of_one_symbol_cost_one_credit() -> None:
    world = World(always(PESO_QUOTE))
    twin = Subscription(InstrumentId("fx:COP"), "USD/COP")
    assert len(list(await world.quotes.latest([PESO, twin]))) == 2
    assert world.symbols_asked == ["USD/COP"]


async def test_the_smaller_question_has_a_price_alone() -> None:
    world = World(always({"price": "146.55000"}), prices_from="price")
    (tick,) = await world.quotes.latest([APPLE])
    assert (tick.price, tick.previous_close, tick.event_ms) == (146.55, None, None)
    assert world.http.asked == [("/price", {"symbol": "AAPL"})]


# --- errors


@pytest.mark.parametrize("with_status", [True, False], ids=["its status", "status 200"])
@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (400, "Invalid **interval** provided: 1ms.", BadPayload),
        (400, UNKNOWN, UnknownSymbol),
        (402, "Pay.", AccessDenied),
        (403, "This endpoint is available with the Pro plan.", AccessDenied),
        (404, "nothing found from your very strict query.", UnknownSymbol),
        (414, "Too many symbols.", BadPayload),
        (429, MINUTE_SPENT, RateLimited),
        (429, DAY_SPENT, RateLimited),
        (500, "Internal.", SourceUnavailable),
        (503, "Busy.", SourceUnavailable),
    ],
)
async def test_every_error_has_its_name_whatever_its_status(
    code: int, message: str, error: type[SourceError], with_status: bool
) -> None:
    for body in (an_error(code, message, meta={"symbol": "NOPE"}), {"code": code, "message": message}):
        world = World(always(body, code if with_status else 200))
        with pytest.raises(error) as raised:
            await world.quotes.latest([PESO])
        assert type(raised.value) is error
        with pytest.raises(error):
            await world.bars()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply("404 page not found\n", 404), BadPayload),
        (a_reply("404 page not found\n", 200), BadPayload),
        (a_reply("<html>", 403), AccessDenied),
        (a_reply("<html>", 429), RateLimited),
        (a_reply("<html>", 502), SourceUnavailable),
        (a_reply("", 200), BadPayload),
        (a_reply("{}"), BadPayload),
        (a_reply('{"price":null,"close":""}'), BadPayload),
        (a_reply('{"close":5}'), BadPayload),
        (a_reply("[" * 100_000), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_is_no_answer_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    with pytest.raises(error):
        await World(lambda path, params: answer).quotes.latest([PESO])


async def test_a_key_is_never_repeated() -> None:
    world = World(always(an_error(403, "SECRET-A is not allowed " + "x" * 1000)))
    with pytest.raises(AccessDenied, match=r"\*\*\* is not allowed") as raised:
        await world.quotes.latest([PESO])
    assert len(str(raised.value)) <= 200


async def test_a_refused_key_is_set_aside_until_none_is_left() -> None:
    world = World(always(an_error(401, "**apikey** parameter is incorrect or not specified."), 401))
    with pytest.raises(KeyRejected):
        await world.quotes.latest([PESO])
    with pytest.raises(AccessDenied):
        await world.quotes.latest([PESO])
    with pytest.raises(AccessDenied, match="no usable key"):
        await world.quotes.latest([PESO])
    assert world.keys_shown == ["apikey SECRET-A", "apikey SE/RET+B"]


async def test_without_a_key_nothing_is_asked_and_the_need_is_said() -> None:
    world = World(always(PESO_QUOTE), keys=())
    with pytest.raises(AccessDenied, match="a key is needed"):
        await world.quotes.latest([PESO])
    assert world.http.asked == []


# --- credits


async def test_a_spent_minute_is_over_with_the_next_whole_one() -> None:
    answers = iter([an_error(429, MINUTE_SPENT), PESO_QUOTE])
    world = World(lambda path, params: a_reply(json.dumps(next(answers)), 200))
    with pytest.raises(RateLimited) as raised:
        await world.quotes.latest([PESO])
    assert raised.value.retry_after_s == 40.0
    with pytest.raises(RateLimited):
        await world.quotes.latest([PESO])
    assert len(world.http.asked) == 1
    await world.clock.advance(40.0)
    assert len(list(await world.quotes.latest([PESO]))) == 1


async def test_a_spent_day_is_over_at_midnight_in_utc() -> None:
    world = World(always(an_error(429, DAY_SPENT), 429))
    with pytest.raises(RateLimited) as raised:
        await world.quotes.latest([PESO])
    assert raised.value.retry_after_s == (DAY_MS - NOW_MS % DAY_MS) / 1000
    assert world.quotas.told[-1][1].left == 0


async def test_no_more_is_asked_than_the_credits_allow() -> None:
    def quoted(path: str, params: Params) -> Answer:
        symbols = str(params["symbol"]).split(",")
        return a_reply(json.dumps(dict.fromkeys(symbols, PESO_QUOTE) if len(symbols) > 1 else PESO_QUOTE))

    world = World(quoted, per_minute=3)
    many = [Subscription(InstrumentId(f"fx:{number}"), f"USD/{number}") for number in range(5)]
    assert len(list(await world.quotes.latest(many))) == 3
    with pytest.raises(RateLimited, match="spent") as raised:
        await world.quotes.latest(many)
    assert raised.value.retry_after_s == 40.0
    assert len(world.http.asked) == 1


async def test_where_that_is_allowed_the_next_key_goes_on() -> None:
    world = World(always(PESO_QUOTE), on_quota="next", per_minute=1)
    await world.quotes.latest([PESO])
    with pytest.raises(KeyRejected):
        await world.quotes.latest([PESO])
    await world.quotes.latest([PESO])
    assert world.keys_shown == ["apikey SECRET-A", "apikey SE/RET+B"]


async def test_every_credit_is_told() -> None:
    world = World(always(PESO_QUOTE))
    await world.quotes.latest([PESO])
    reset_ms = NOW_MS - NOW_MS % DAY_MS + DAY_MS
    assert world.quotas.told == [("twelvedata", Quota(used=1, limit=800, left=799, reset_ms=reset_ms))]


async def test_beside_the_socket_a_price_is_asked_for_as_often_as_a_days_credits_last() -> None:
    world = World(always({"USD/COP": PESO_QUOTE, "EUR/USD": EURO_QUOTE}))
    wanted = [PESO, EURO]
    assert len(list(await world.source.latest(wanted))) == 2
    await world.clock.advance(200.0)
    assert list(await world.source.latest(wanted)) == []
    await world.clock.advance(16.0)
    assert len(list(await world.source.latest(wanted))) == 2
    assert len(world.http.asked) == 2


async def test_beside_the_socket_those_asked_for_longest_ago_come_first() -> None:
    world = World(
        lambda path, params: a_reply(json.dumps({**PESO_QUOTE, "symbol": params["symbol"]})),
        per_minute=1,
        per_day=0,
    )
    for _ in range(4):
        await world.source.latest([PESO, EURO])
        await world.clock.advance(60.0)
    assert world.symbols_asked == ["USD/COP", "EUR/USD", "USD/COP", "EUR/USD"]


# --- bars


def a_row(at: str, close: str = "4011.25000", **more: str) -> dict[str, str]:
    return {
        "datetime": at,
        "open": "4011.00000",
        "high": "4012.00000",
        "low": "4010.00000",
        "close": close,
        **more,
    }


async def test_bars_are_asked_for_in_utc_and_ascending() -> None:
    rows = [a_row("2026-09-21 14:12:00"), a_row("2026-09-21 14:13:00", volume="1200")]
    world = World(always({"meta": {"symbol": "USD/COP"}, "values": rows, "status": "ok"}))
    first, forming = await world.bars()
    assert world.http.asked == [
        (
            "/time_series",
            {
                "symbol": "USD/COP",
                "interval": "1min",
                "start_date": "2026-09-21 14:03:20",
                "end_date": "2026-09-21 14:13:19",
                "outputsize": ROWS_PER_REQUEST,
                "timezone": "UTC",
                "order": "asc",
            },
        )
    ]
    assert (first.open_ms, first.open, first.high, first.low, first.close) == (
        1_789_999_920_000, 4011.0, 4012.0, 4010.0, 4011.25,
    )  # fmt: skip
    assert (first.volume, first.closed, first.origin) == (0.0, True, BarOrigin.BACKFILL)
    assert (forming.volume, forming.closed, forming.source) == (1200.0, False, "twelvedata:usd/cop")


@pytest.mark.parametrize(
    ("close", "kept"), [("4012.00001", 4012.0), ("4009.99999", 4010.0), ("4011.5", 4011.5)]
)
async def test_a_close_that_rounding_put_outside_its_bar_is_moved_into_it(close: str, kept: float) -> None:
    world = World(always({"values": [a_row("2026-09-21 14:12:00", close)], "status": "ok"}))
    (bar,) = await world.bars()
    assert bar.close == kept


async def test_a_day_that_is_told_twice_is_one_bar_and_others_than_asked_for_are_left_out() -> None:
    rows = [a_row("2026-09-19"), a_row("2026-09-20"), a_row("2026-09-20", "4011.75000"), a_row("2026-09-21")]
    world = World(always({"values": rows, "status": "ok"}))
    start_ms = NOW_MS - NOW_MS % DAY_MS - DAY_MS
    (bar,) = await world.source.bars(PESO, "1d", start_ms, start_ms + DAY_MS)
    assert (bar.open_ms, bar.close) == (start_ms, 4011.75)


async def test_a_time_without_trades_has_no_bars() -> None:
    assert list(await World(always(an_error(400, NO_DATA), 400)).bars()) == []
    assert list(await World(always({"values": [], "status": "ok"})).bars()) == []


async def test_a_long_past_is_asked_for_in_parts() -> None:
    world = World(always({"values": [], "status": "ok"}))
    await world.bars(minutes=2 * ROWS_PER_REQUEST + 1)
    starts = [params["start_date"] for _, params in world.http.asked]
    assert starts == sorted(starts)
    assert len(starts) == 3


@pytest.mark.parametrize(
    "row",
    [
        a_row("yesterday"),
        a_row("2026-09-21 14:12:00", "much"),
        a_row("2026-09-21 14:12:00", "-1"),
        a_row("2026-09-21 14:12:00", volume="lots"),
        {**a_row("2026-09-21 14:12:00"), "high": "4009"},
        {"datetime": "2026-09-21 14:12:00"},
    ],
)
async def test_a_row_that_is_no_bar_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(BadPayload):
        await World(always({"values": [row], "status": "ok"})).bars()
    with pytest.raises(BadPayload):
        await World(always({"values": []})).bars("7m")


# --- the socket


def test_one_connection_holds_everything_and_beats() -> None:
    world = World(always({}))
    (endpoint,) = world.source.endpoints([PESO, EURO, replace(PESO, instrument=InstrumentId("fx:COP"))])
    assert endpoint.url == "wss://ws.twelvedata.com/v1/quotes/price"
    assert [json.loads(text) for text in endpoint.opening] == [
        {"action": "subscribe", "params": {"symbols": "USD/COP,EUR/USD"}}
    ]
    assert endpoint.keepalive is not None
    assert (json.loads(endpoint.keepalive.text), endpoint.keepalive.every_s) == (
        {"action": "heartbeat"},
        HEARTBEAT_S,
    )
    assert world.source.endpoints([]) == []


def test_many_symbols_are_several_requests() -> None:
    world = World(always({}))
    many = [Subscription(InstrumentId(f"stocks:{number}"), f"S{number}") for number in range(250)]
    (endpoint,) = world.source.endpoints(many)
    assert len(endpoint.opening) == 3
    (left,) = world.source.unsubscribing(many[:2])
    assert json.loads(left) == {"action": "unsubscribe", "params": {"symbols": "S0,S1"}}


async def test_the_address_of_each_connection_shows_the_key_of_the_moment() -> None:
    world = World(always(an_error(401, "**apikey** is incorrect"), 401))
    (endpoint,) = world.source.endpoints([PESO])
    assert endpoint.sign is not None
    assert endpoint.sign(endpoint.url) == "wss://ws.twelvedata.com/v1/quotes/price?apikey=SECRET-A"
    with pytest.raises(KeyRejected):
        await world.source.latest([PESO])
    assert endpoint.sign(endpoint.url).endswith("?apikey=SE%2FRET%2BB")
    with pytest.raises(AccessDenied):
        await world.source.latest([PESO])
    with pytest.raises(AccessDenied):
        endpoint.sign(endpoint.url)


async def test_a_key_whose_questions_are_used_up_still_opens_a_socket() -> None:
    world = World(always(an_error(429, DAY_SPENT)), keys=("env:A",))
    (endpoint,) = world.source.endpoints([PESO])
    with pytest.raises(RateLimited):
        await world.source.latest([PESO])
    assert endpoint.sign is not None
    assert endpoint.sign(endpoint.url).endswith("?apikey=SECRET-A")


def test_prices_of_the_socket_are_of_the_instruments_asked_for() -> None:
    world = World(always({}))
    world.source.endpoints([PESO])
    (tick,) = world.source.decode('{"event":"price","symbol":"USD/COP","timestamp":1,"price":2}', NOW_MS)  # type: ignore[misc]
    assert (tick.instrument, tick.price) == (PESO.instrument, 2)
