"""Recorded answers of CoinGecko, read by the source and by the standard library, are the same."""

import json
from datetime import datetime
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import BadPayload, RateLimited, Subscription
from rtp_tui.sources.provider_settings import CoinGeckoSettings
from tests.accept.recordings import http_of, needs_recordings, reply_of
from tests.equipment import equipment
from tests.factories import BTC, ETH

pytestmark = [pytest.mark.accept, needs_recordings]

FOLDER = "coingecko/rest"


def a_source(name: str, **settings: Any) -> CoinGeckoSource:
    http = http_of(f"{FOLDER}/{name}.http.json")
    return CoinGeckoSource(CoinGeckoSettings(**settings), equipment(http))


def body_of(name: str) -> Any:
    return json.loads(reply_of(f"{FOLDER}/{name}.http.json").body)


async def test_recorded_markets_are_read_field_by_field() -> None:
    wanted = [Subscription(BTC, "bitcoin"), Subscription(ETH, "ethereum")]
    ticks = list(await a_source("coins_markets_response").latest(wanted))
    rows = body_of("coins_markets_response")
    assert [tick.feed for tick in ticks] == [f"coingecko:{row['id']}" for row in rows]
    for tick, row in zip(ticks, rows, strict=True):
        assert (tick.price, tick.market_cap) == (row["current_price"], row["market_cap"])
        assert (tick.volume_24h, tick.high_24h, tick.low_24h) == (
            row["total_volume"],
            row["high_24h"],
            row["low_24h"],
        )
        moment = datetime.fromisoformat(row["last_updated"])
        assert tick.event_ms == round(moment.timestamp() * 1000)
        opened = tick.open_24h
        assert opened is not None
        assert row["current_price"] - opened == pytest.approx(row["price_change_24h"])
        change_pct = (row["current_price"] / opened - 1) * 100
        assert change_pct == pytest.approx(row["price_change_percentage_24h"], abs=0.002)


async def test_a_recorded_simple_price_is_read() -> None:
    source = a_source("simple_price_response", prices_from="simple")
    (tick,) = await source.latest([Subscription(BTC, "bitcoin")])
    assert tick.price == body_of("simple_price_response")["bitcoin"]["usd"]
    assert (tick.event_ms, tick.open_24h, tick.market_cap) == (None, None, None)


async def test_the_recorded_refusal_asks_for_its_patience() -> None:
    with pytest.raises(RateLimited, match="exceeded the Rate Limit") as raised:
        await a_source("error_429").latest([Subscription(BTC, "bitcoin")])
    assert raised.value.retry_after_s == 119.0


async def test_every_recorded_company_is_a_holder_with_its_figures() -> None:
    said = body_of("companies_response")
    treasuries = await a_source("companies_response").treasuries("bitcoin")
    assert treasuries.total_holdings == said["total_holdings"]
    assert treasuries.total_value_usd == said["total_value_usd"]
    assert treasuries.dominance_pct == said["market_cap_dominance"]
    by_name = {holder.name: holder for holder in treasuries.holders}
    assert len(by_name) == len(said["companies"]) == 28
    for company in said["companies"]:
        holder = by_name[company["name"]]
        assert holder.holdings == company["total_holdings"]
        assert (holder.entry_value_usd or 0) == company["total_entry_value_usd"]
        assert holder.current_value_usd == company["total_current_value_usd"]
        assert (holder.supply_pct, holder.country) == (
            company["percentage_of_total_supply"],
            company["country"],
        )
        assert {holder.exchange, holder.ticker} == {part.strip() for part in company["symbol"].split(":")}
    swapped = {holder.ticker for holder in treasuries.holders if holder.ticker in ("CORZ", "EXOD", "ABT")}
    assert swapped == {"CORZ", "EXOD", "ABT"}
    assert treasuries.holders[0].ticker == "MSTR"


@pytest.mark.parametrize("name", ["ping_response", "global_response", "coins_id_ohlc_response"])
async def test_recorded_answers_to_other_questions_are_not_taken_for_prices(name: str) -> None:
    with pytest.raises(BadPayload):
        await a_source(name).latest([Subscription(InstrumentId("crypto:BTC"), "bitcoin")])
