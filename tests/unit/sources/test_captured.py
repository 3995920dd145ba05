"""What a capture is of, whoever recorded it."""

import pytest

from rtp_tui.capture import CapturedFrame
from rtp_tui.sources.captured import CapturedSymbols
from rtp_tui.sources.provider_settings import CoinGeckoSettings, SourceSettings


def a_frame(source: str, text: str, url: str = "", transport: str = "ws") -> CapturedFrame:
    return CapturedFrame(1, source, transport, url, text)


def symbols(*frames: CapturedFrame) -> CapturedSymbols:
    found = CapturedSymbols()
    for frame in frames:
        assert found.note(frame)
    return found


@pytest.mark.parametrize(
    ("source", "text", "feed"),
    [
        ("binance", '{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}', "binance:BTCUSDT"),
        ("binance", '{"e":"trade","s":"BTCUSDT"}', "binance:BTCUSDT"),
        ("coinbase", '{"type":"ticker","product_id":"BTC-USD"}', "coinbase:BTC-USD"),
        ("kraken", '{"channel":"trade","data":[{"symbol":"BTC/USD"}]}', "kraken:BTC/USD"),
        ("okx", '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[]}', "okx:BTC-USDT"),
        ("bybit", '{"topic":"publicTrade.BTCUSDT","data":[{"s":"BTCUSDT"}]}', "bybit:BTCUSDT"),
    ],
)
def test_frames_of_sockets_say_what_they_are_about(source: str, text: str, feed: str) -> None:
    found = symbols(a_frame(source, text))

    assert found.has(feed)
    assert [(one.id, one.feeds, one.currency) for one in found.instruments()] == [
        ("crypto:BTC", (feed,), "USD")
    ]


@pytest.mark.parametrize(
    ("source", "url", "id"),
    [
        ("yahoo", "https://venue.example/v8/finance/chart/AAPL?interval=1m&range=1d", "stocks:AAPL"),
        ("yahoo", "https://venue.example/v8/finance/chart/COP=X?interval=1m&range=1d", "fx:USDCOP"),
        ("yahoo", "https://venue.example/v8/finance/chart/EURUSD=X?interval=1m", "fx:EURUSD"),
        ("yahoo", "https://venue.example/v8/finance/chart/%5EGSPC?interval=1m", "index:GSPC"),
        ("yahoo", "https://venue.example/v8/finance/chart/GC=F?interval=1m", "futures:GC"),
        ("binance", "https://venue.example/api/v3/ticker/24hr?symbols=%5B%22ETHBTC%22%5D", "crypto:ETHBTC"),
        ("coinbase", "https://venue.example/products/ETH-EUR/stats", "crypto:ETHEUR"),
    ],
)
def test_questions_say_what_they_are_about(source: str, url: str, id: str) -> None:  # noqa: A002
    assert [one.id for one in symbols(a_frame(source, "{}", url, "http")).instruments()] == [id]


def test_coins_are_called_as_on_markets() -> None:
    url = "https://venue.example/api/v3/coins/markets?ids=bitcoin,ethereum"
    body = '[{"id":"bitcoin","symbol":"btc"},{"id":"ethereum","symbol":"eth"}]'

    found = symbols(a_frame("coingecko", body, url, "http")).instruments()

    assert [(one.id, one.feeds) for one in found] == [
        ("crypto:BTC", ("coingecko:bitcoin",)),
        ("crypto:ETH", ("coingecko:ethereum",)),
    ]


def test_symbols_that_mean_the_same_share_an_instrument_and_others_do_not() -> None:
    found = symbols(
        a_frame("coinbase", '{"product_id":"BTC-USD"}'),
        a_frame("binance", '{"s":"BTCUSDT"}'),
        a_frame("binance", '{"s":"BTCUSDC"}'),
        a_frame("binance", '{"s":"BTCEUR"}'),
    ).instruments()

    assert {one.id: one.feeds for one in found} == {
        "crypto:BTC": ("binance:BTCUSDT", "coinbase:BTC-USD"),
        "crypto:BTCUSDC": ("binance:BTCUSDC",),
        "crypto:BTCEUR": ("binance:BTCEUR",),
    }


@pytest.mark.parametrize(
    "text", ["", "junk", "[1]", '{"s":5}', '{"s":"\\u001b[2J"}', '{"s":"' + "x" * 99 + '"}']
)
def test_what_names_no_symbol_is_passed_over(text: str) -> None:
    assert symbols(a_frame("binance", text)).instruments() == ()


def test_unknown_sources_are_told() -> None:
    assert not CapturedSymbols().note(a_frame("elsewhere", '{"s":"BTCUSDT"}'))


def test_sources_read_what_was_recorded_whatever_they_are_set_to() -> None:
    settings = SourceSettings(coingecko=CoinGeckoSettings(enabled=False))
    simple = a_frame("coingecko", "{}", "https://venue.example/api/v3/simple/price?ids=bitcoin", "http")

    readable = symbols(a_frame("binance", '{"e":"aggTrade","s":"BTCUSDT"}'), simple).readable(settings)

    assert readable.binance.trades == "aggTrade"
    assert readable.coingecko.enabled
    assert readable.coingecko.prices_from == "simple"
    assert symbols(a_frame("binance", '{"e":"trade","s":"A"}')).readable(settings).binance.trades == "trade"
