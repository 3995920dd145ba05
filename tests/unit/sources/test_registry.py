from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.kraken import KrakenSource
from rtp_tui.sources.provider_settings import (
    BinanceSettings,
    CoinbaseSettings,
    CoinGeckoSettings,
    KrakenSettings,
    SourceSettings,
    YahooSettings,
)
from rtp_tui.sources.registry import build_polling_sources, build_sources, simulated_venues
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply


def test_sources_are_built_by_name_each_with_a_client_for_its_address() -> None:
    addresses: list[str] = []

    def http_at(address: str) -> FakeHttp:
        addresses.append(address)
        return FakeHttp(lambda path, params: a_reply())

    settings = SourceSettings(
        binance=BinanceSettings(rest_url="http://127.0.0.1:9"),
        coinbase=CoinbaseSettings(rest_url="http://127.0.0.1:9/coinbase"),
        kraken=KrakenSettings(rest_url="http://127.0.0.1:9/kraken"),
    )
    sources = build_sources(settings, equipment(http_at))
    assert isinstance(sources["binance"], BinanceSource)
    assert isinstance(sources["coinbase"], CoinbaseSource)
    assert isinstance(sources["kraken"], KrakenSource)
    assert addresses == [
        "http://127.0.0.1:9",
        "http://127.0.0.1:9/coinbase",
        "http://127.0.0.1:9/kraken",
    ]


def test_a_source_that_is_not_enabled_is_not_built() -> None:
    settings = SourceSettings(
        binance=BinanceSettings(enabled=False),
        coinbase=CoinbaseSettings(enabled=False),
        kraken=KrakenSettings(enabled=False),
    )
    built = build_sources(settings, equipment(FakeHttp(lambda path, params: a_reply())))
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
    assert simulated.kraken.ws_url == "ws://127.0.0.1:9/kraken"
    assert simulated.kraken.rest_url == "http://127.0.0.1:9/kraken"
    assert simulated.coingecko.rest_url == "http://127.0.0.1:9/coingecko"
    assert simulated.yahoo.rest_url == "http://127.0.0.1:9/yahoo"


def test_no_key_is_sent_to_a_simulated_venue() -> None:
    settings = SourceSettings(coingecko=CoinGeckoSettings(api_keys=("env:KEY",)))
    assert simulated_venues(settings, "ws://127.0.0.1:9", "http://127.0.0.1:9").coingecko.api_keys == ()


def test_sources_to_be_asked_are_built_by_name() -> None:
    addresses: list[str] = []

    def http_at(address: str) -> FakeHttp:
        addresses.append(address)
        return FakeHttp(lambda path, params: a_reply())

    settings = SourceSettings(yahoo=YahooSettings(rest_url="http://127.0.0.1:9/yahoo"))
    sources = build_polling_sources(settings, equipment(http_at))
    assert {name: source.name for name, source in sources.items()} == {
        "coingecko": "coingecko",
        "yahoo": "yahoo",
    }
    assert addresses == ["https://api.coingecko.com/api/v3", "http://127.0.0.1:9/yahoo"]


def test_a_source_to_be_asked_that_is_not_enabled_is_not_built() -> None:
    settings = SourceSettings(coingecko=CoinGeckoSettings(enabled=False), yahoo=YahooSettings(enabled=False))
    assert not build_polling_sources(settings, equipment(FakeHttp(lambda p, q: a_reply())))
