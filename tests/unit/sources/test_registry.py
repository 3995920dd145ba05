from msgspec.structs import replace

from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coinbase_advanced import CoinbaseAdvancedSource
from rtp_tui.sources.provider_settings import (
    CoinbaseSettings,
    CoinGeckoSettings,
    DhanSettings,
    SourceSettings,
    TwelveDataSettings,
)
from rtp_tui.sources.registry import build_polling_sources, build_sources, provider_at, simulated_venues
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply


def nobody() -> SourceSettings:
    """Every provider switched off."""
    off = {
        name: replace(getattr(SourceSettings(), name), enabled=False)
        for name in SourceSettings.__struct_fields__
    }
    return SourceSettings(**off)


def test_sources_are_built_by_name_each_with_a_client_for_its_address() -> None:
    addresses: set[str] = set()

    def http_at(address: str) -> FakeHttp:
        addresses.add(address)
        return FakeHttp(lambda path, params: a_reply())

    settings = simulated_venues(SourceSettings(), "ws://127.0.0.1:9", "http://127.0.0.1:9")
    built = {
        **build_sources(settings, equipment(http_at)),
        **build_polling_sources(settings, equipment(http_at)),
    }
    assert {"binance", "coinbase", "okx", "bybit", "coingecko", "yahoo", "alphavantage", "twelvedata"} <= set(
        built
    )
    assert all(source.name == name for name, source in built.items())
    assert addresses >= {"http://127.0.0.1:9" + ("" if name == "binance" else f"/{name}") for name in built}


def test_the_configuration_says_which_feed_of_a_venue_is_meant() -> None:
    def built(settings: SourceSettings) -> object:
        http = FakeHttp(lambda path, params: a_reply())
        return build_sources(settings, equipment(http))["coinbase"]

    advanced = SourceSettings(coinbase=CoinbaseSettings(feed="advanced"))
    assert isinstance(built(SourceSettings()), CoinbaseSource)
    assert isinstance(built(advanced), CoinbaseAdvancedSource)
    assert provider_at(advanced, "https://api.coinbase.com") == "coinbase"
    simulated = simulated_venues(advanced, "ws://127.0.0.1:9", "http://127.0.0.1:9").coinbase
    assert simulated.feed == "advanced"
    assert simulated.advanced_ws_url == "ws://127.0.0.1:9/coinbase_advanced"
    assert simulated.advanced_rest_url == "http://127.0.0.1:9/coinbase_advanced"


def test_the_configuration_says_whether_prices_come_over_a_socket_or_by_question() -> None:
    given = equipment(FakeHttp(lambda path, params: a_reply()))
    by_socket = replace(nobody(), twelvedata=TwelveDataSettings())
    by_question = replace(nobody(), twelvedata=TwelveDataSettings(feed="quotes"))
    assert (set(build_sources(by_socket, given)), set(build_polling_sources(by_socket, given))) == (
        {"twelvedata"},
        set(),
    )
    assert (set(build_sources(by_question, given)), set(build_polling_sources(by_question, given))) == (
        set(),
        {"twelvedata"},
    )


def test_a_source_that_is_not_enabled_is_not_built() -> None:
    given = equipment(FakeHttp(lambda path, params: a_reply()))
    assert not build_sources(nobody(), given)
    assert not build_polling_sources(nobody(), given)


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
    assert simulated.dhan.ws_url == "ws://127.0.0.1:9/dhan"
    assert simulated.dhan.rest_url == "http://127.0.0.1:9/dhan"


def test_no_key_is_sent_to_a_simulated_venue() -> None:
    settings = SourceSettings(coingecko=CoinGeckoSettings(api_keys=("env:KEY",)))
    assert simulated_venues(settings, "ws://127.0.0.1:9", "http://127.0.0.1:9").coingecko.api_keys == ()


def test_neither_token_nor_client_id_is_sent_to_a_simulated_broker() -> None:
    settings = SourceSettings(dhan=DhanSettings(client_id="env:CLIENT", api_token="env:TOKEN"))
    simulated = simulated_venues(settings, "ws://127.0.0.1:9", "http://127.0.0.1:9").dhan
    assert (simulated.client_id, simulated.api_token) == ("simulated:client", "simulated:token")
