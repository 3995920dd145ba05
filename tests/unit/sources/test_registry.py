from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.provider_settings import BinanceSettings, SourceSettings
from rtp_tui.sources.registry import build_sources
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock


def test_sources_are_built_by_name_each_with_a_client_for_its_address() -> None:
    addresses: list[str] = []

    def http_at(address: str) -> FakeHttp:
        addresses.append(address)
        return FakeHttp(lambda path, params: a_reply())

    settings = SourceSettings(binance=BinanceSettings(rest_url="http://127.0.0.1:9"))
    sources = build_sources(settings, FakeClock(), http_at)
    assert isinstance(sources["binance"], BinanceSource)
    assert addresses == ["http://127.0.0.1:9"]


def test_a_source_that_is_not_enabled_is_not_built() -> None:
    settings = SourceSettings(binance=BinanceSettings(enabled=False))
    built = build_sources(settings, FakeClock(), lambda address: FakeHttp(lambda path, params: a_reply()))
    assert "binance" not in built
