"""What every source promises, whoever the provider is."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_tui.model.market import Tick
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.contract import HistorySource, Notice, SourceError, StreamingSource, Subscription
from rtp_tui.sources.provider_settings import BinanceSettings, CoinbaseSettings
from tests.factories import BTC, ETH
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock

SUBSCRIPTIONS = [Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")]


def a_binance_source(status: int = 200, body: bytes = b"<html>") -> BinanceSource:
    return BinanceSource(BinanceSettings(), FakeHttp(lambda path, params: a_reply(body, status)), FakeClock())


def a_coinbase_source(status: int = 200, body: bytes = b"<html>") -> CoinbaseSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return CoinbaseSource(CoinbaseSettings(), http, FakeClock())


STREAMING = [pytest.param(a_binance_source, id="binance"), pytest.param(a_coinbase_source, id="coinbase")]
HISTORY = STREAMING


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


@pytest.mark.parametrize("build", HISTORY)
@pytest.mark.parametrize("status", [200, 400, 403, 418, 429, 451, 500, 503])
class TestEveryHistorySource:
    async def test_fails_with_a_source_error_and_nothing_else(
        self, build: Callable[[int], HistorySource], status: int
    ) -> None:
        source = build(status)
        with pytest.raises(SourceError):
            await source.latest(SUBSCRIPTIONS)
        with pytest.raises(SourceError):
            await source.bars(SUBSCRIPTIONS[0], "1m", 0, 60_000)
