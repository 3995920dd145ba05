from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.provider_settings import BinanceSettings, CoinbaseSettings, SourceSettings
from rtp_tui.sources.registry import build_sources, simulated_venues
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock


def test_sources_are_built_by_name_each_with_a_client_for_its_address() -> None:
    addresses: list[str] = []

    def http_at(address: str) -> FakeHttp:
        addresses.append(address)
        return FakeHttp(lambda path, params: a_reply())

    settings = SourceSettings(
        binance=BinanceSettings(rest_url="http://127.0.0.1:9"),
        coinbase=CoinbaseSettings(rest_url="http://127.0.0.1:9/coinbase"),
    )
    sources = build_sources(settings, FakeClock(), http_at)
    assert isinstance(sources["binance"], BinanceSource)
    assert isinstance(sources["coinbase"], CoinbaseSource)
    assert addresses == ["http://127.0.0.1:9", "http://127.0.0.1:9/coinbase"]


def test_a_source_that_is_not_enabled_is_not_built() -> None:
    settings = SourceSettings(
        binance=BinanceSettings(enabled=False), coinbase=CoinbaseSettings(enabled=False)
    )
    built = build_sources(settings, FakeClock(), lambda address: FakeHttp(lambda path, params: a_reply()))
    assert not built


def test_simulated_venues_are_found_below_a_path_of_their_name() -> None:
    settings = SourceSettings(coinbase=CoinbaseSettings(enabled=False))
    simulated = simulated_venues(settings, "ws://127.0.0.1:9", "http://127.0.0.1:9")
    assert (simulated.binance.ws_url, simulated.binance.rest_url) == (
        "ws://127.0.0.1:9",
        "http://127.0.0.1:9",
    )
    assert simulated.coinbase.enabled
    assert simulated.coinbase.ws_url == "ws://127.0.0.1:9/coinbase"
    assert simulated.coinbase.rest_url == "http://127.0.0.1:9/coinbase"
