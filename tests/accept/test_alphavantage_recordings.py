"""Every recorded answer of Alpha Vantage, read as the file says."""

import json
from decimal import Decimal

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.net.http import HttpReply
from rtp_tui.sources.alphavantage import AlphaVantageSource
from rtp_tui.sources.contract import (
    AccessDenied,
    RateLimited,
    SourceError,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import AlphaVantageSettings
from tests.accept.recordings import needs_recordings, reply_of
from tests.equipment import equipment
from tests.fake_http import FakeHttp
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

FOLDER = "alphavantage/rest"
STOCK = Subscription(InstrumentId("stocks:MSFT"), "MSFT")
PAIR = Subscription(InstrumentId("fx:BTC-CNY"), "BTC/CNY")


def a_source(reply: HttpReply) -> AlphaVantageSource:
    http = FakeHttp(lambda path, params: reply)
    return AlphaVantageSource(AlphaVantageSettings(api_keys=("env:A",)), equipment(http, FakeClock()))


async def test_the_quote_is_read_field_by_field() -> None:
    reply = reply_of(f"{FOLDER}/global_quote.json")
    (tick,) = await a_source(reply).latest([STOCK])
    quote = json.loads(reply.body)["Global Quote"]
    assert tick.price == float(Decimal(quote["05. price"]))
    assert tick.previous_close == float(Decimal(quote["08. previous close"]))


async def test_the_rate_is_read_field_by_field() -> None:
    reply = reply_of(f"{FOLDER}/mock_foreign_exchange.json")
    (tick,) = await a_source(reply).latest([PAIR])
    rate = json.loads(reply.body)["Realtime Currency Exchange Rate"]
    assert tick.price == float(Decimal(rate["5. Exchange Rate"]))
    assert (rate["6. Last Refreshed"], rate["7. Time Zone"]) == ("2017-12-20 19:23:21", "UTC")
    assert tick.event_ms == 1_513_797_801_000


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("error_bad_key.http.json", AccessDenied),
        ("error_invalid_call.http.json", UnknownSymbol),
        ("notice_burst_1rps.http.json", RateLimited),
        ("notice_daily_25.http.json", RateLimited),
        ("notice_premium_endpoint.http.json", AccessDenied),
        ("unknown_symbol_global_quote.http.json", UnknownSymbol),
    ],
)
async def test_every_refusal_has_its_name(name: str, error: type[SourceError]) -> None:
    reply = reply_of(f"{FOLDER}/{name}")
    assert reply.status == 200
    with pytest.raises(error):
        await a_source(reply).latest([STOCK])
