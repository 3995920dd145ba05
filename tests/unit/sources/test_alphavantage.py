import json
from collections.abc import Callable
from typing import Any, Literal

import pytest

from rtp_tui.model.feeds import Quota
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.alphavantage import AlphaVantageSource
from rtp_tui.sources.alphavantage_rest import BURST_WAIT_S, day_ends_ms
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
from rtp_tui.sources.provider_settings import AlphaVantageSettings
from tests.equipment import Quotas, equipment
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

NOW_MS = 1_790_000_000_000
IBM = Subscription(InstrumentId("stocks:IBM"), "IBM")
PESO = Subscription(InstrumentId("fx:USD/COP"), "usd/cop")
QUOTE = {
    "Global Quote": {
        "01. symbol": "IBM",
        "02. open": "131.1000",
        "05. price": "131.0600",
        "06. volume": "3500",
        "07. latest trading day": "2026-09-18",
        "08. previous close": "130.2000",
        "10. change percent": "0.66%",
    }
}
RATE = {
    "Realtime Currency Exchange Rate": {
        "1. From_Currency Code": "USD",
        "5. Exchange Rate": "4011.25000000",
        "6. Last Refreshed": "2026-09-21 14:13:20",
        "7. Time Zone": "UTC",
        "8. Bid Price": "4011.00000000",
        "9. Ask Price": "4011.50000000",
    }
}
BURST = (
    "Thank you! Please consider spreading out your free API requests more sparingly (1 request per second). "
    "You may subscribe to lift the free key rate limit (25 requests per day)."
)
DAY = "We have detected your API key as SECRET-A and our standard API rate limit is 25 requests per day."
PREMIUM = "Thank you! This is a premium endpoint."


def a_source(
    answer: Callable[[str, Params], Answer],
    *,
    on_quota: Literal["wait", "next"] = "wait",
    quotas: Quotas | None = None,
    calls_per_day: int = 25,
    keys: tuple[str, ...] = ("env:A", "env:B"),
) -> tuple[AlphaVantageSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = AlphaVantageSettings(api_keys=keys, on_quota=on_quota, calls_per_day=calls_per_day)
    reveal = {"env:A": "SECRET-A", "env:B": "SECRET-B"}.__getitem__
    return AlphaVantageSource(settings, equipment(http, FakeClock(NOW_MS), reveal, quotas)), http


def always(body: object) -> Callable[[str, Params], Answer]:
    return lambda path, params: a_reply(body if isinstance(body, str) else json.dumps(body))


async def test_a_stock_has_a_price_and_a_previous_close_and_no_time_of_its_own() -> None:
    source, http = a_source(always(QUOTE))
    (tick,) = await source.latest([IBM])
    assert (tick.kind, tick.feed, tick.price, tick.previous_close, tick.event_ms, tick.received_ms) == (
        TickKind.POLL, "alphavantage:IBM", 131.06, 130.2, None, NOW_MS,
    )  # fmt: skip
    assert http.asked == [
        ("/query", {"function": "GLOBAL_QUOTE", "symbol": "IBM", "apikey": "SECRET-A"}),
    ]
    assert b"131.0600" in (source.raw(IBM.instrument) or b"")


async def test_a_delayed_quote_has_another_name_and_the_same_figures() -> None:
    delayed = {"Global Quote - DATA DELAYED BY 15 MINUTES": QUOTE["Global Quote"]}
    source, _ = a_source(always(delayed))
    (tick,) = await source.latest([IBM])
    assert tick.price == 131.06


async def test_a_pair_of_currencies_is_a_rate_with_its_own_time() -> None:
    source, http = a_source(always(RATE))
    (tick,) = await source.latest([PESO])
    assert (tick.price, tick.bid, tick.ask, tick.feed) == (4011.25, 4011.0, 4011.5, "alphavantage:usd/cop")
    assert tick.event_ms == 1_790_000_000_000
    assert (http.asked[0][1]["from_currency"], http.asked[0][1]["to_currency"]) == ("USD", "COP")


async def test_a_rates_local_time_is_read_in_its_zone() -> None:
    eastern: dict[str, Any] = {**RATE["Realtime Currency Exchange Rate"], "7. Time Zone": "US/Eastern"}
    source, _ = a_source(always({"Realtime Currency Exchange Rate": eastern}))
    (tick,) = await source.latest([PESO])
    assert tick.event_ms == 1_790_000_000_000 + 4 * 3_600_000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply(json.dumps({"Error Message": "Invalid API call."})), UnknownSymbol),
        (a_reply(json.dumps({"Global Quote": {}})), UnknownSymbol),
        (a_reply(json.dumps({"Information": BURST})), RateLimited),
        (a_reply(json.dumps({"Note": BURST})), RateLimited),
        (a_reply(json.dumps({"Information": PREMIUM})), AccessDenied),
        (a_reply(json.dumps({"Information": "Under maintenance."})), SourceUnavailable),
        (a_reply("{}"), SourceUnavailable),
        (a_reply(""), SourceUnavailable),
        (a_reply("<html>"), BadPayload),
        (a_reply("[" * 100_000), BadPayload),
        (a_reply('{"Global Quote":[1]}'), BadPayload),
        (a_reply("{}", 502), SourceUnavailable),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error) as raised:
        await source.latest([IBM])
    assert len(str(raised.value)) <= 200
    assert "SECRET" not in str(raised.value)


async def test_a_burst_is_over_in_a_moment_although_it_names_the_day() -> None:
    source, http = a_source(always({"Information": BURST}))
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            await source.latest([IBM])
        assert raised.value.retry_after_s == BURST_WAIT_S
    assert len(http.asked) == 2


async def test_the_days_quota_is_waited_for_until_midnight_at_the_provider_and_the_key_is_not_shown() -> None:
    source, http = a_source(always({"Information": DAY}))
    with pytest.raises(RateLimited, match="API key as \\*\\*\\*") as raised:
        await source.latest([IBM])
    assert raised.value.retry_after_s == (day_ends_ms(NOW_MS) - NOW_MS) / 1000
    with pytest.raises(RateLimited):
        await source.latest([IBM])
    assert len(http.asked) == 1


async def test_where_that_is_allowed_the_next_key_goes_on() -> None:
    answers = iter([a_reply(json.dumps({"Information": DAY})), a_reply(json.dumps(QUOTE))])
    source, http = a_source(lambda path, params: next(answers), on_quota="next")
    with pytest.raises(KeyRejected):
        await source.latest([IBM])
    await source.latest([IBM])
    assert [params["apikey"] for _, params in http.asked] == ["SECRET-A", "SECRET-B"]


async def test_a_refused_key_is_set_aside() -> None:
    refused = {"Error Message": "the parameter apikey is invalid or missing. Please claim your key."}
    source, http = a_source(always(refused))
    with pytest.raises(KeyRejected):
        await source.latest([IBM])
    with pytest.raises(AccessDenied):
        await source.latest([IBM])
    with pytest.raises(AccessDenied, match="no usable key"):
        await source.latest([IBM])
    assert len(http.asked) == 2


async def test_without_a_key_nothing_is_asked_and_the_need_is_said() -> None:
    source, http = a_source(always(QUOTE), keys=())
    with pytest.raises(AccessDenied, match="a key is needed"):
        await source.latest([IBM])
    assert http.asked == []


async def test_every_question_counts_against_the_day() -> None:
    quotas = Quotas()
    source, _ = a_source(always(QUOTE), quotas=quotas)
    for _ in range(3):
        await source.latest([IBM])
    assert quotas.told[-1] == (
        "alphavantage",
        Quota(used=3, limit=25, left=22, reset_ms=day_ends_ms(NOW_MS)),
    )


async def test_a_paid_key_is_not_counted() -> None:
    quotas = Quotas()
    source, _ = a_source(always(QUOTE), quotas=quotas, calls_per_day=0)
    await source.latest([IBM])
    assert quotas.told == []


@pytest.mark.parametrize(
    ("now_ms", "ends_ms"),
    [
        (
            1_772_946_000_000,
            1_773_028_800_000,
        ),  # 2026-03-08 00:00 EST, the day the clocks go forward: 23 hours
        (1_793_505_600_000, 1_793_595_600_000),  # 2026-11-01 00:00 EDT, the day they go back: 25 hours
    ],
)
def test_a_day_has_as_many_hours_as_at_the_provider(now_ms: int, ends_ms: int) -> None:
    assert day_ends_ms(now_ms) == ends_ms
