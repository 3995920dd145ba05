import json
from collections.abc import Callable
from typing import Any, Literal

import pytest

from rtp_tui.model.market import TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    KeyRejected,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
)
from rtp_tui.sources.provider_settings import CoinGeckoSettings
from tests.equipment import equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

BITCOIN, ETHER = Subscription(BTC, "bitcoin"), Subscription(ETH, "Ethereum")
MARKET: dict[str, Any] = {
    "id": "bitcoin",
    "symbol": "btc",
    "current_price": 43602,
    "market_cap": 854336711925,
    "total_volume": 22684859765.5,
    "high_24h": 43744,
    "low_24h": 42770,
    "price_change_24h": -39.5,
    "price_change_percentage_24h": -0.09161,
    "max_supply": None,
    "roi": None,
    "last_updated": "2023-12-25T18:43:11.740Z",
}
PRICE = {
    "usd": 43602.0,
    "usd_market_cap": 854336711925,
    "usd_24h_vol": 22684859765.5,
    "usd_24h_change": 25.0,
    "last_updated_at": 1703529791,
}


def a_source(
    answer: Callable[[str, Params], Answer], settings: CoinGeckoSettings | None = None
) -> tuple[CoinGeckoSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = settings or CoinGeckoSettings()
    return CoinGeckoSource(
        settings, equipment(http, FakeClock(NOW_MS), lambda reference: f"KEY-{reference[4:]}")
    ), http


def always(body: object, status: int = 200, **headers: str) -> Callable[[str, Params], Answer]:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda path, params: a_reply(text, status, {k.replace("_", "-"): v for k, v in headers.items()})


async def test_markets_give_price_and_figures_of_24_hours() -> None:
    source, http = a_source(always([MARKET]))
    (tick,) = await source.latest([BITCOIN])
    path, params = http.asked[0]
    assert (path, params["ids"], params["vs_currency"]) == ("/coins/markets", "bitcoin", "usd")
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.POLL, BTC, "coingecko:bitcoin")
    assert (tick.event_ms, tick.received_ms) == (1_703_529_791_740, NOW_MS)
    assert (tick.price, tick.market_cap, tick.volume_24h) == (43602.0, 854336711925.0, 22684859765.5)
    assert (tick.open_24h, tick.high_24h, tick.low_24h) == (43641.5, 43744.0, 42770.0)
    assert (tick.sequence, tick.size, tick.bid, tick.previous_close) == (None, None, None, None)


async def test_simple_prices_give_the_same_but_the_days_high_and_low() -> None:
    source, http = a_source(always({"bitcoin": PRICE}), CoinGeckoSettings(prices_from="simple"))
    (tick,) = await source.latest([BITCOIN])
    path, params = http.asked[0]
    assert (path, params["ids"], params["include_market_cap"]) == ("/simple/price", "bitcoin", "true")
    assert (tick.event_ms, tick.price, tick.open_24h) == (1_703_529_791_000, 43602.0, 34881.6)
    assert (tick.market_cap, tick.volume_24h) == (854336711925.0, 22684859765.5)
    assert (tick.high_24h, tick.low_24h) == (None, None)


async def test_all_of_a_batch_are_asked_for_at_once_by_ids_in_lower_case() -> None:
    source, http = a_source(always([{**MARKET, "id": "ethereum"}, MARKET]))
    ticks = await source.latest([BITCOIN, ETHER])
    assert [tick.feed for tick in ticks] == ["coingecko:bitcoin", "coingecko:Ethereum"]
    assert [params["ids"] for _, params in http.asked] == ["bitcoin,ethereum"]


@pytest.mark.parametrize(("kind", "nothing"), [("markets", []), ("simple", {})])
async def test_unknown_ids_are_absent(kind: Any, nothing: object) -> None:
    source, _ = a_source(always(nothing), CoinGeckoSettings(prices_from=kind))
    assert list(await source.latest([BITCOIN])) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"market_cap": 0}, "market_cap"),
        ({"total_volume": None}, "volume_24h"),
        ({"last_updated": None}, "event_ms"),
        ({"last_updated": "soon"}, "event_ms"),
        ({"price_change_24h": None, "price_change_percentage_24h": None}, "open_24h"),
        ({"price_change_24h": 50_000}, "open_24h"),
        ({"price_change_24h": None, "price_change_percentage_24h": -100}, "open_24h"),
        ({"high_24h": None}, "high_24h"),
        ({"low_24h": 0}, "low_24h"),
    ],
)
async def test_what_is_not_known_is_none_and_never_zero(changes: dict[str, Any], field: str) -> None:
    source, _ = a_source(always([{**MARKET, **changes}]))
    (tick,) = await source.latest([BITCOIN])
    assert (tick.price, getattr(tick, field)) == (43602.0, None)


@pytest.mark.parametrize("price", [None, 0])
async def test_a_coin_without_a_price_is_left_out(price: float | None) -> None:
    source, _ = a_source(always([{**MARKET, "current_price": price}]))
    assert list(await source.latest([BITCOIN])) == []


async def test_one_coin_in_another_shape_does_not_lose_the_others() -> None:
    source, _ = a_source(always([{**MARKET, "current_price": "dear"}, {**MARKET, "id": "ethereum"}]))
    assert [tick.instrument for tick in await source.latest([BITCOIN, ETHER])] == [ETH]


async def test_what_was_said_about_a_coin_is_kept_by_itself() -> None:
    other = {**MARKET, "id": "ethereum", "name": "x" * 2000}
    source, _ = a_source(always([MARKET, other]))
    await source.latest([BITCOIN, ETHER])
    assert json.loads(source.raw(BTC) or b"") == MARKET
    assert len(source.raw(ETH) or b"") == 1024


async def test_without_a_key_none_is_sent() -> None:
    source, http = a_source(always([]))
    await source.latest([BITCOIN])
    assert http.headers == [{}]


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://api.coingecko.com/api/v3", "x-cg-demo-api-key"),
        ("https://pro-api.coingecko.com/api/v3", "x-cg-pro-api-key"),
        ("http://127.0.0.1:9/coingecko", "x-cg-demo-api-key"),
    ],
)
async def test_a_key_goes_into_the_header_of_its_host_and_not_into_the_address(url: str, header: str) -> None:
    source, http = a_source(always([]), CoinGeckoSettings(rest_url=url, api_keys=("env:A", "env:B")))
    await source.latest([BITCOIN])
    assert http.headers == [{header: "KEY-A"}]
    assert "KEY" not in str(http.asked)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply('{"status":{"error_code":429,"error_message":"You\'ve exceeded"}}', 429), RateLimited),
        (a_reply('{"status":{"error_code":429,"error_message":"You\'ve exceeded"}}', 200), RateLimited),
        (a_reply("Throttled", 429), RateLimited),
        (a_reply('{"error":{"status":{"error_code":10012,"error_message":"too far"}}}', 401), AccessDenied),
        (a_reply('{"error":{"status":{"error_code":10012,"error_message":"too far"}}}', 200), AccessDenied),
        (a_reply('{"status":{"error_code":10002,"error_message":"API Key Missing"}}', 401), AccessDenied),
        (a_reply('{"status":{"error_code":10010,"error_message":"invalid key"}}', 400), AccessDenied),
        (a_reply('{"status":{"error_code":10011,"error_message":"invalid key"}}', 400), AccessDenied),
        (a_reply("error code: 1020", 403), AccessDenied),
        (a_reply('{"error":"coin not found"}', 404), BadPayload),
        (a_reply('{"error":"Invalid vs_currency"}', 200), BadPayload),
        (a_reply('{"status":{"error_code":500,"error_message":"oops"}}', 500), SourceUnavailable),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply(b"["), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (a_reply('{"bitcoin":{"usd":1}}'), BadPayload),
        (a_reply('[{"no":"id"}]'), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error) as raised:
        await source.latest([BITCOIN])
    assert len(str(raised.value)) <= 160


@pytest.mark.parametrize(("header", "wait_s"), [("119", 119.0), ("999999999", 3600.0), ("soon", None)])
async def test_the_asked_for_patience_is_passed_on_within_reason(header: str, wait_s: float | None) -> None:
    source, _ = a_source(always({"status": {"error_code": 429}}, 429, retry_after=header))
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == wait_s


async def test_a_refusal_without_words_says_its_status() -> None:
    source, _ = a_source(lambda path, params: a_reply("{}", 429))
    with pytest.raises(RateLimited, match=r"^HTTP 429$"):
        await source.latest([BITCOIN])


async def test_a_key_that_the_provider_repeats_is_not_shown() -> None:
    said = {"status": {"error_code": 10010, "error_message": "KEY-A is \x1b[2Jno pro key"}}
    source, _ = a_source(always(said, 400), CoinGeckoSettings(api_keys=("env:A",)))
    with pytest.raises(AccessDenied) as raised:
        await source.latest([BITCOIN])
    assert str(raised.value) == "10010: *** is no pro key"


REFUSED = {"status": {"error_code": 10011, "error_message": "invalid key"}}
USED_UP = {"status": {"error_code": 429, "error_message": "exceeded"}}


async def test_after_a_refused_key_the_next_one_is_shown() -> None:
    answers = iter([a_reply(json.dumps(REFUSED), 400), a_reply("[]")])
    source, http = a_source(lambda *_: next(answers), CoinGeckoSettings(api_keys=("env:A", "env:B")))
    with pytest.raises(KeyRejected, match="going on with another key"):
        await source.latest([BITCOIN])
    await source.latest([BITCOIN])
    assert [headers["x-cg-demo-api-key"] for headers in http.headers] == ["KEY-A", "KEY-B"]


@pytest.mark.parametrize(
    ("on_quota", "error"), [("wait", RateLimited), ("next", KeyRejected)], ids=["wait", "next"]
)
async def test_at_the_end_of_a_quota_the_settings_say_whether_we_wait(
    on_quota: Literal["wait", "next"], error: type[SourceError]
) -> None:
    settings = CoinGeckoSettings(api_keys=("env:A", "env:B"), on_quota=on_quota)
    source, http = a_source(always(USED_UP, 429, retry_after="60"), settings)
    with pytest.raises(error):
        await source.latest([BITCOIN])
    with pytest.raises(RateLimited) as refusal:
        await source.latest([BITCOIN])
    assert refusal.value.retry_after_s == 60
    assert len(http.asked) == (1 if on_quota == "wait" else 2)


async def test_a_coin_may_be_called_status() -> None:
    source, _ = a_source(always({"status": PRICE}), CoinGeckoSettings(prices_from="simple"))
    (tick,) = await source.latest([Subscription(BTC, "status")])
    assert tick.price == 43602.0


def a_company(**changes: Any) -> dict[str, Any]:
    return {
        "name": "MicroStrategy Inc.",
        "symbol": "NASDAQ:MSTR",
        "country": "US",
        "total_holdings": 158245,
        "total_entry_value_usd": 4680000000,
        "total_current_value_usd": 6831753414,
        "percentage_of_total_supply": 0.754,
        **changes,
    }


async def test_treasuries_are_the_holders_of_a_coin_the_largest_first() -> None:
    companies = [a_company(name="Small", total_holdings=11.5, percentage_of_total_supply=0), a_company()]
    answer = {"total_holdings": 158256.5, "total_value_usd": 1e10, "market_cap_dominance": 1.22}
    source, http = a_source(always({**answer, "companies": companies}))
    treasuries = await source.treasuries("Bitcoin")
    assert http.asked[0][0] == "/companies/public_treasury/bitcoin"
    assert (treasuries.coin, treasuries.total_holdings, treasuries.dominance_pct) == (
        "Bitcoin",
        158256.5,
        1.22,
    )
    assert [holder.name for holder in treasuries.holders] == ["MicroStrategy Inc.", "Small"]
    assert (treasuries.holders[0].holdings, treasuries.holders[1].supply_pct) == (158245.0, 0.0)


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("NASDAQ:MSTR", ("NASDAQ", "MSTR")),
        ("TSE: GLXY", ("TSE", "GLXY")),
        ("CORZ:NASDAQ", ("NASDAQ", "CORZ")),
        ("EXOD:OTCMKTS", ("OTCMKTS", "EXOD")),
        ("ABT:GR", ("GR", "ABT")),
        ("TYO:3659", ("TYO", "3659")),
        ("MSTR", ("", "MSTR")),
        ("", ("", "")),
    ],
)
async def test_symbols_of_companies_are_split_whichever_way_they_are_written(
    symbol: str, parts: tuple[str, str]
) -> None:
    answer = {"total_holdings": 1, "total_value_usd": 1, "companies": [a_company(symbol=symbol)]}
    source, _ = a_source(always(answer))
    (holder,) = (await source.treasuries("bitcoin")).holders
    assert (holder.exchange, holder.ticker) == parts


async def test_an_entry_value_of_zero_is_not_known() -> None:
    company = a_company(total_entry_value_usd=0, total_current_value_usd=None, country=None)
    source, _ = a_source(always({"total_holdings": 1, "total_value_usd": 1, "companies": [company]}))
    (holder,) = (await source.treasuries("bitcoin")).holders
    assert (holder.entry_value_usd, holder.current_value_usd, holder.country) == (None, None, "")


async def test_treasuries_in_another_shape_are_refused() -> None:
    source, _ = a_source(always({"companies": 5}))
    with pytest.raises(BadPayload):
        await source.treasuries("bitcoin")
