"""What every source promises, whoever the provider is."""

from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_tui.model.market import Tick
from rtp_tui.sources.alphavantage import AlphaVantageSource
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.bybit import BybitSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coinbase_advanced import CoinbaseAdvancedSource
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import (
    ChangeableSource,
    HistorySource,
    Notice,
    PollingSource,
    SourceError,
    StreamingSource,
    Subscription,
)
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_securities import Security, SecurityIds
from rtp_tui.sources.kraken import KrakenSource
from rtp_tui.sources.okx import OkxSource
from rtp_tui.sources.provider_settings import (
    AlphaVantageSettings,
    BinanceSettings,
    BybitSettings,
    CoinbaseSettings,
    CoinGeckoSettings,
    DhanSettings,
    KrakenSettings,
    OkxSettings,
    TwelveDataSettings,
    YahooSettings,
)
from rtp_tui.sources.twelvedata import TwelveDataSource
from rtp_tui.sources.twelvedata_quotes import TwelveDataQuotes
from rtp_tui.sources.yahoo import YahooSource
from tests.equipment import equipment
from tests.factories import BTC, ETH
from tests.fake_http import FakeHttp, a_reply

SUBSCRIPTIONS = [Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")]


def a_binance_source(status: int = 200, body: bytes = b"<html>") -> BinanceSource:
    return BinanceSource(BinanceSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status))))


def a_coinbase_source(status: int = 200, body: bytes = b"<html>") -> CoinbaseSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return CoinbaseSource(CoinbaseSettings(), equipment(http))


def a_kraken_source(status: int = 200, body: bytes = b"<html>") -> KrakenSource:
    return KrakenSource(KrakenSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status))))


def an_okx_source(status: int = 200, body: bytes = b"<html>") -> OkxSource:
    return OkxSource(OkxSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status))))


def a_bybit_source(status: int = 200, body: bytes = b"<html>") -> BybitSource:
    return BybitSource(BybitSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status))))


def a_coinbase_advanced_source(status: int = 200, body: bytes = b"<html>") -> CoinbaseAdvancedSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return CoinbaseAdvancedSource(CoinbaseSettings(feed="advanced"), equipment(http))


def a_twelvedata_source(status: int = 200, body: bytes = b"<html>") -> TwelveDataSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return TwelveDataSource(TwelveDataSettings(api_keys=("env:KEY",)), equipment(http))


def a_dhan_source(status: int = 200, body: bytes = b"<html>") -> DhanSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    settings = DhanSettings(client_id="env:CLIENT", api_token="env:TOKEN")
    ids = SecurityIds({one.symbol: Security("NSE_EQ", at) for at, one in enumerate(SUBSCRIPTIONS, 1)})
    return DhanSource(settings, equipment(http), ids)


STREAMING = [
    pytest.param(a_dhan_source, id="dhan"),
    pytest.param(a_twelvedata_source, id="twelvedata"),
    pytest.param(a_coinbase_advanced_source, id="coinbase advanced"),
    pytest.param(a_binance_source, id="binance"),
    pytest.param(a_coinbase_source, id="coinbase"),
    pytest.param(a_kraken_source, id="kraken"),
    pytest.param(an_okx_source, id="okx"),
    pytest.param(a_bybit_source, id="bybit"),
]


def a_coingecko_source(status: int = 200, body: bytes = b"<html>") -> CoinGeckoSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return CoinGeckoSource(CoinGeckoSettings(), equipment(http))


def a_yahoo_source(status: int = 200, body: bytes = b"<html>") -> YahooSource:
    return YahooSource(YahooSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status))))


def an_alphavantage_source(status: int = 200, body: bytes = b"<html>") -> AlphaVantageSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return AlphaVantageSource(AlphaVantageSettings(api_keys=("env:KEY",)), equipment(http))


def twelvedata_quotes(status: int = 200, body: bytes = b"<html>") -> TwelveDataQuotes:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return TwelveDataQuotes(TwelveDataSettings(api_keys=("env:KEY",)), equipment(http))


HISTORY = [*STREAMING, pytest.param(a_yahoo_source, id="yahoo")]
POLLING = [
    pytest.param(twelvedata_quotes, id="twelvedata quotes"),
    pytest.param(a_coingecko_source, id="coingecko"),
    pytest.param(a_yahoo_source, id="yahoo"),
    pytest.param(an_alphavantage_source, id="alphavantage"),
]
STATUSES = [200, 400, 403, 404, 418, 429, 451, 500, 503]


@pytest.mark.parametrize("build", STREAMING)
class TestEveryStreamingSource:
    def test_covers_every_subscription_once(self, build: Callable[[], StreamingSource]) -> None:
        endpoints = build().endpoints(SUBSCRIPTIONS)
        assert [one for endpoint in endpoints for one in endpoint.subscriptions] == SUBSCRIPTIONS
        assert all(endpoint.url.startswith(("ws://", "wss://")) for endpoint in endpoints)

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(frame=st.binary(max_size=300))
    def test_never_raises_for_what_came_off_the_wire(
        self, build: Callable[[], StreamingSource], frame: bytes
    ) -> None:
        source = build()
        source.endpoints(SUBSCRIPTIONS)
        said = source.decode(frame, 1)
        assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)

    def test_bounds_its_frames(self, build: Callable[[], StreamingSource]) -> None:
        source = build()
        said = source.decode(b" " * (source.max_frame_bytes + 1), 1)
        assert isinstance(said, Notice)
        assert said.bad is not None

    def test_takes_other_subscriptions_on_a_connection_that_is_open(
        self, build: Callable[[], StreamingSource]
    ) -> None:
        source = build()
        assert isinstance(source, ChangeableSource)
        both = [*source.subscribing(SUBSCRIPTIONS), *source.unsubscribing(SUBSCRIPTIONS)]
        assert all(isinstance(msgspec.json.decode(request), dict) for request in both)
        assert not set(source.subscribing(SUBSCRIPTIONS)) & set(source.unsubscribing(SUBSCRIPTIONS))
        assert source.subscribing(SUBSCRIPTIONS[:1]) != source.subscribing(SUBSCRIPTIONS[1:])


@pytest.mark.parametrize("build", HISTORY)
@pytest.mark.parametrize("status", STATUSES)
class TestEveryHistorySource:
    async def test_fails_with_a_source_error_and_nothing_else(
        self, build: Callable[[int], HistorySource], status: int
    ) -> None:
        source = build(status)
        with pytest.raises(SourceError):
            await source.latest(SUBSCRIPTIONS)
        with pytest.raises(SourceError):
            await source.bars(SUBSCRIPTIONS[0], "1m", 0, 60_000)


@pytest.mark.parametrize("build", POLLING)
class TestEveryPollingSource:
    @pytest.mark.parametrize("status", STATUSES)
    async def test_fails_with_a_source_error_and_nothing_else(
        self, build: Callable[[int], PollingSource], status: int
    ) -> None:
        with pytest.raises(SourceError):
            await build(status).latest(SUBSCRIPTIONS[:1])

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(body=st.binary(max_size=300))
    async def test_makes_ticks_or_a_source_error_of_any_body(
        self, build: Callable[[int, bytes], PollingSource], body: bytes
    ) -> None:
        source = build(200, body)
        with suppress(SourceError):
            assert all(isinstance(tick, Tick) for tick in await source.latest(SUBSCRIPTIONS[:1]))

    def test_knows_nothing_of_an_instrument_before_it_was_asked_for(
        self, build: Callable[[], PollingSource]
    ) -> None:
        source = build()
        assert source.raw(BTC) is None
        assert source.batch_limit >= 1
        assert source.cadence_ms >= 1_000
