import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    KeyRejected,
    Notice,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_rest import INDIA
from rtp_tui.sources.dhan_securities import Security, SecurityIds
from rtp_tui.sources.provider_settings import DhanSettings
from tests.equipment import equipment
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock
from tests.unit.sources.test_dhan_frames import disconnect, quote

NOW_MS = 1_790_000_000_000
SETTINGS = DhanSettings(client_id="env:CLIENT", api_token="env:TOKEN")
HDFC = Subscription(InstrumentId("stocks:HDFCBANK"), "HDFCBANK")
MM = Subscription(InstrumentId("stocks:M&M"), "M&M")
NIFTY = Subscription(InstrumentId("index:NIFTY"), "IDX_I/13")
UNKNOWN = Subscription(InstrumentId("stocks:GONE"), "GONE")
IDS = SecurityIds({"HDFCBANK": Security("NSE_EQ", 1333), "M&M": Security("NSE_EQ", 2031)})
QUOTE = {
    "average_price": 1648.11,
    "depth": {"buy": [{"quantity": 5, "orders": 1, "price": 1650.0}], "sell": [{"price": 1650.1}]},
    "last_price": 1650.05,
    "last_trade_time": "23/01/2025 10:30:00",
    "net_change": 7.85,
    "ohlc": {"open": 1641.0, "close": 1642.2, "high": 1655.9, "low": 1636.0},
    "volume": 1_000,
}
EMPTY = {"data": {}, "status": "success"}


class Secrets:
    """What references stand for; a new token can be put in the place of the old one."""

    def __init__(self) -> None:
        self.known = {"env:TOKEN": "TOKEN-1", "env:CLIENT": "100&1"}

    def reveal(self, reference: str) -> str:
        return self.known[reference]


def a_source(
    answer: Callable[[str, Params], Answer],
    settings: DhanSettings = SETTINGS,
    secrets: Secrets | None = None,
    ids: SecurityIds = IDS,
) -> tuple[DhanSource, FakeHttp]:
    http = FakeHttp(answer)
    given = equipment(http, FakeClock(NOW_MS), (secrets or Secrets()).reveal)
    return DhanSource(settings, given, ids), http


def always(body: object, status: int = 200) -> Callable[[str, Params], Answer]:
    return lambda path, params: a_reply(body if isinstance(body, str) else json.dumps(body), status)


def quotes(**by_id: Any) -> dict[str, Any]:
    return {
        "data": {"NSE_EQ": {name.removeprefix("n"): said for name, said in by_id.items()}},
        "status": "success",
    }


def refusal(code: str | int, words: str = "words") -> dict[str, object]:
    return {"errorType": "x", "errorCode": code, "errorMessage": words}


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"stocks:S{n}"), str(n)) for n in range(1, count + 1)]


# --- asking


async def test_prices_of_all_symbols_are_one_question_with_token_and_client_id_in_its_head() -> None:
    source, http = a_source(always(quotes(n1333=QUOTE)))
    (tick,) = await source.latest([HDFC, MM])
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.POLL, HDFC.instrument, "dhan:HDFCBANK")
    assert (tick.price, tick.bid, tick.ask, tick.event_ms) == (1650.05, 1650.0, 1650.1, 1_737_608_400_000)
    assert (tick.high_24h, tick.low_24h, tick.previous_close) == (1655.9, 1636.0, 1642.2)
    assert tick.volume_24h == 1_648_110.0
    assert http.asked == [("/marketfeed/quote", {})]
    assert json.loads(http.sent[0]) == {"NSE_EQ": [1333, 2031]}
    assert (http.headers[0]["access-token"], http.headers[0]["client-id"]) == ("TOKEN-1", "100&1")


async def test_a_price_that_has_not_changed_is_the_close_before() -> None:
    source, _ = a_source(always(quotes(n1333={**QUOTE, "net_change": 0})))
    (tick,) = await source.latest([HDFC])
    assert tick.previous_close == tick.price == 1650.05


async def test_a_thousand_symbols_are_one_question_and_one_more_is_another() -> None:
    source, http = a_source(always(EMPTY))
    await source.latest(many(1_001))
    assert [len(json.loads(body)["NSE_EQ"]) for body in http.sent] == [1_000, 1]


@pytest.mark.parametrize("kind", ["ohlc", "ltp"])
async def test_smaller_questions_tell_less(kind: Any) -> None:
    settings = DhanSettings(client_id="env:CLIENT", api_token="env:TOKEN", prices_from=kind)
    source, http = a_source(always(quotes(n1333={"last_price": 1650.05})), settings)
    (tick,) = await source.latest([HDFC])
    assert (tick.price, tick.event_ms, tick.high_24h, tick.previous_close) == (1650.05, None, None, None)
    assert http.asked[0][0] == f"/marketfeed/{kind}"


@pytest.mark.parametrize("body", [EMPTY, {"data": {"NSE_EQ": {}}, "status": "success"}])
async def test_an_unknown_number_is_an_answer_without_it(body: object) -> None:
    source, _ = a_source(always(body))
    assert list(await source.latest([HDFC])) == []


async def test_a_last_price_of_zero_is_none() -> None:
    source, _ = a_source(always(quotes(n1333={"last_price": 0, "last_trade_time": "", "ohlc": {"open": 0}})))
    assert list(await source.latest([HDFC])) == []


async def test_unknown_symbols_are_left_out_and_alone_they_are_named() -> None:
    source, http = a_source(always(quotes(n1333=QUOTE)))
    assert len(list(await source.latest([UNKNOWN, HDFC]))) == 1
    with pytest.raises(UnknownSymbol, match=r"GONE.*security_ids_file"):
        await source.latest([UNKNOWN])
    with pytest.raises(UnknownSymbol, match="GONE"):
        await source.bars(UNKNOWN, "1m", 0, 60_000)
    assert len(http.sent) == 1


# --- the past


def columns(*rows: tuple[float, float, float, float, float, float]) -> dict[str, list[float]]:
    names = ("timestamp", "open", "high", "low", "close", "volume")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


async def test_minutes_are_columns_at_true_epochs_written_with_fractions() -> None:
    body = (
        '{"open":[1650.4,1648.55],"high":[1651,1649],"low":[1648,1647.5],"close":[1648.55,1648.65],'
        '"volume":[1.5E4,100.0],"timestamp":[1.7260263E9,1.72602636E9]}'
    )
    source, http = a_source(always(body))
    start_ms = 1_726_026_300_000  # 2024-09-11 09:15 in India
    bars = await source.bars(HDFC, "1m", start_ms, start_ms + 120_000)
    assert [bar.open_ms for bar in bars] == [start_ms, start_ms + 60_000]
    first = bars[0]
    assert (first.open, first.high, first.low, first.close, first.volume) == (
        1650.4,
        1651,
        1648,
        1648.55,
        15_000,
    )
    assert (first.origin, first.source, first.closed) == (BarOrigin.BACKFILL, "dhan:HDFCBANK", True)
    assert http.asked[0][0] == "/charts/intraday"
    assert json.loads(http.sent[0]) == {
        "securityId": "1333",
        "exchangeSegment": "NSE_EQ",
        "instrument": "EQUITY",
        "interval": "1",
        "fromDate": "2024-09-11 09:15:00",
        "toDate": "2024-09-11 09:17:00",
    }


async def test_what_is_outside_the_span_is_left_out() -> None:
    rows = [(float(at_s), 2.0, 2.0, 1.0, 1.0, 0.0) for at_s in (60, 120, 180)]
    source, _ = a_source(always(columns(*rows)))
    assert [bar.open_ms for bar in await source.bars(HDFC, "1m", 120_000, 180_000)] == [120_000]


async def test_an_end_within_a_second_asks_for_the_whole_of_it() -> None:
    """Questions are to the second; one that ends half a second after a minute is about that minute too."""
    source, http = a_source(always(columns()))
    await source.bars(HDFC, "1m", 0, NOW_MS - NOW_MS % 1000 + 500)
    asked = json.loads(http.sent[0])
    ends, begins = (datetime.fromisoformat(asked[name]) for name in ("toDate", "fromDate"))
    assert ends.replace(tzinfo=INDIA).timestamp() == NOW_MS // 1000 + 1
    assert ends - begins == timedelta(days=90)


async def test_days_are_asked_for_elsewhere_and_indices_by_their_kind() -> None:
    source, http = a_source(always(columns()))
    await source.bars(NIFTY, "1d", NOW_MS - 86_400_000, NOW_MS)
    asked = json.loads(http.sent[0])
    assert http.asked[0][0] == "/charts/historical"
    assert (asked["instrument"], asked["fromDate"]) == ("INDEX", "2026-09-20")


async def test_no_question_is_about_more_than_ninety_days() -> None:
    source, http = a_source(always(columns()))
    await source.bars(HDFC, "5m", 0, NOW_MS)
    assert json.loads(http.sent[0])["fromDate"] == "2026-06-23 19:43:20"


async def test_no_data_is_no_bars() -> None:
    source, _ = a_source(always(refusal("DH-907"), 400))
    assert list(await source.bars(HDFC, "1m", 0, 60_000)) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"open": [1]},
        {**columns((60.0, 2, 2, 1, 1, 0)), "close": []},
        columns((-60.0, 2, 2, 1, 1, 0)),
        columns((60.0, 2, 1, 1, 1, 0)),
        "[" * 10_000,
    ],
)
async def test_columns_that_are_none_are_not_believed(body: object) -> None:
    source, _ = a_source(always(body))
    with pytest.raises(BadPayload):
        await source.bars(HDFC, "1m", -120_000, 120_000)


async def test_there_is_no_past_of_what_is_neither_share_nor_index() -> None:
    source, _ = a_source(always(EMPTY))
    with pytest.raises(BadPayload):
        await source.bars(Subscription(InstrumentId("futures:X"), "NSE_FNO/49081"), "1m", 0, 60_000)


# --- refusals


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("DH-901", AccessDenied),
        ("DH-902", AccessDenied),
        ("DH-903", AccessDenied),
        ("DH-904", RateLimited),
        ("DH-905", BadPayload),
        ("DH-907", UnknownSymbol),
        ("DH-908", SourceUnavailable),
        ("DH-909", SourceUnavailable),
        ("DH-910", SourceUnavailable),
        (800, SourceUnavailable),
        (804, BadPayload),
        (805, RateLimited),
        (806, AccessDenied),
        ("806", AccessDenied),
        (807, AccessDenied),
        (808, AccessDenied),
        (809, AccessDenied),
        (810, AccessDenied),
        (811, BadPayload),
        (812, BadPayload),
        (813, UnknownSymbol),
        (814, BadPayload),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_every_code_has_its_error_whatever_the_status(
    code: str | int, error: type[SourceError], status: int
) -> None:
    source, _ = a_source(always(refusal(code), status))
    with pytest.raises(error) as raised:
        await source.latest([HDFC])
    assert "words" in str(raised.value)
    assert not isinstance(raised.value, KeyRejected)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply("{}", 401), AccessDenied),
        (a_reply("{}", 429), RateLimited),
        (a_reply("{}", 502), SourceUnavailable),
        (a_reply('{"timestamp":1,"status":404,"error":"Not Found","path":"/v2/x"}', 404), BadPayload),
        (a_reply("<html>"), BadPayload),
        (a_reply('{"data":[]}'), BadPayload),
        (a_reply("[" * 100_000), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error):
        await source.latest([HDFC])


async def test_a_refused_token_is_not_shown_again_until_there_is_another_and_is_not_told() -> None:
    secrets = Secrets()
    answers = iter(
        [a_reply(json.dumps(refusal("DH-906", "Invalid Token TOKEN-1")), 400), a_reply(json.dumps(EMPTY))]
    )
    source, http = a_source(lambda path, params: next(answers), secrets=secrets)
    with pytest.raises(AccessDenied, match=r"Invalid Token \*\*\*"):
        await source.latest([HDFC])
    with pytest.raises(AccessDenied, match="env:TOKEN rejected"):
        await source.latest([HDFC])
    assert len(http.sent) == 1
    secrets.known["env:TOKEN"] = "TOKEN-2"
    await source.latest([HDFC])
    assert http.headers[-1]["access-token"] == "TOKEN-2"


async def test_without_a_token_nothing_is_asked() -> None:
    source, http = a_source(always(EMPTY), DhanSettings())
    with pytest.raises(AccessDenied):
        await source.latest([HDFC])
    assert http.sent == []


# --- the socket


def test_subscriptions_are_asked_for_a_hundred_a_message_in_their_order() -> None:
    source, _ = a_source(always(EMPTY))
    (endpoint,) = source.endpoints(many(250))
    messages = [json.loads(text) for text in endpoint.opening]
    assert [message["InstrumentCount"] for message in messages] == [100, 100, 50]
    assert all(len(message["InstrumentList"]) == message["InstrumentCount"] for message in messages)
    assert {message["RequestCode"] for message in messages} == {17}
    assert messages[0]["InstrumentList"][0] == {"ExchangeSegment": "NSE_EQ", "SecurityId": "1"}
    assert messages[2]["InstrumentList"][-1]["SecurityId"] == "250"


def test_a_connection_has_at_most_five_thousand() -> None:
    source, _ = a_source(always(EMPTY))
    assert [len(one.subscriptions) for one in source.endpoints(many(5_001))] == [5_000, 1]


def test_what_is_no_longer_wanted_is_told_with_the_code_of_quotes() -> None:
    source, _ = a_source(always(EMPTY))
    (text,) = source.unsubscribing([HDFC, UNKNOWN])
    assert json.loads(text) == {
        "RequestCode": 18,
        "InstrumentCount": 1,
        "InstrumentList": [{"ExchangeSegment": "NSE_EQ", "SecurityId": "1333"}],
    }
    assert source.subscribing([UNKNOWN]) == ()


def test_each_connection_has_the_token_of_its_time_in_its_address() -> None:
    secrets = Secrets()
    source, _ = a_source(always(EMPTY), secrets=secrets)
    (endpoint,) = source.endpoints([HDFC])
    assert endpoint.url == "wss://api-feed.dhan.co"
    assert endpoint.sign is not None
    query = parse_qs(urlsplit(endpoint.sign(endpoint.url)).query)
    assert query == {"version": ["2"], "token": ["TOKEN-1"], "clientId": ["100&1"], "authType": ["2"]}
    secrets.known["env:TOKEN"] = "TOKEN-2"
    assert "TOKEN-2" in endpoint.sign(endpoint.url)


@pytest.mark.parametrize("reason", [807, 808, 809])
def test_a_token_that_ended_a_connection_is_not_shown_again_until_there_is_another(reason: int) -> None:
    secrets = Secrets()
    source, _ = a_source(always(EMPTY), secrets=secrets)
    (endpoint,) = source.endpoints([HDFC])
    assert endpoint.sign is not None
    endpoint.sign(endpoint.url)
    said = source.decode(disconnect(reason), NOW_MS)
    assert isinstance(said, Notice)
    with pytest.raises(AccessDenied):
        endpoint.sign(endpoint.url)
    secrets.known["env:TOKEN"] = "TOKEN-2"
    assert "TOKEN-2" in endpoint.sign(endpoint.url)


def test_other_farewells_do_not_cast_doubt_on_the_token() -> None:
    source, _ = a_source(always(EMPTY))
    (endpoint,) = source.endpoints([HDFC])
    assert endpoint.sign is not None
    endpoint.sign(endpoint.url)
    source.decode(disconnect(805), NOW_MS)
    assert "TOKEN-1" in endpoint.sign(endpoint.url)


def test_symbols_without_a_number_spoil_no_others_and_alone_make_no_connection() -> None:
    source, _ = a_source(always(EMPTY))
    (endpoint,) = source.endpoints([UNKNOWN, HDFC])
    assert [json.loads(text)["InstrumentCount"] for text in endpoint.opening] == [1]
    assert endpoint.sign is not None
    endpoint.sign(endpoint.url)
    said = source.decode(quote(), NOW_MS)
    assert isinstance(said, Notice)
    assert "GONE" in (said.refused or "")
    (alone,) = source.endpoints([UNKNOWN])
    assert alone.sign is not None
    with pytest.raises(UnknownSymbol, match="GONE"):
        alone.sign(alone.url)


@pytest.mark.parametrize("settings", [DhanSettings(), DhanSettings(api_token="env:TOKEN")])
def test_without_token_or_client_id_what_is_needed_is_said(settings: DhanSettings) -> None:
    source, _ = a_source(always(EMPTY), settings)
    (endpoint,) = source.endpoints([HDFC])
    assert endpoint.sign is not None
    with pytest.raises(AccessDenied, match="client_id and an api_token"):
        endpoint.sign(endpoint.url)
