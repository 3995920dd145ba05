import json

import msgspec
import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.sources.binance import LONGEST_URL, STREAMS_PER_CONNECTION, STREAMS_PER_REQUEST, BinanceSource
from rtp_tui.sources.contract import Endpoint, Subscription
from rtp_tui.sources.provider_settings import BinanceSettings
from tests.equipment import equipment
from tests.factories import BTC
from tests.fake_http import FakeHttp, a_reply

SETTINGS = BinanceSettings(ws_url="ws://127.0.0.1:9/", trades="aggTrade")


def a_source(settings: BinanceSettings = SETTINGS) -> BinanceSource:
    return BinanceSource(settings, equipment(FakeHttp(lambda path, params: a_reply())))


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n:04}USDT") for n in range(count)]


def requested(endpoint: Endpoint) -> list[str]:
    if "?streams=" in endpoint.url:
        return endpoint.url.partition("?streams=")[2].split("/")
    return [stream for text in endpoint.opening for stream in json.loads(text)["params"]]


def test_a_few_streams_are_named_in_the_url_in_lower_case() -> None:
    (endpoint,) = a_source().endpoints([Subscription(BTC, "BTCUSDT")])
    streams = "btcusdt@aggTrade/btcusdt@bookTicker/btcusdt@miniTicker"
    assert endpoint.url == f"ws://127.0.0.1:9/stream?streams={streams}"
    assert endpoint.opening == ()
    assert endpoint.subscriptions == (Subscription(BTC, "BTCUSDT"),)


def test_many_streams_are_asked_for_in_requests_of_bounded_size() -> None:
    (endpoint,) = a_source().endpoints(many(200))
    assert endpoint.url == "ws://127.0.0.1:9/stream"
    messages = [json.loads(text) for text in endpoint.opening]
    assert [message["id"] for message in messages] == [1, 2, 3]
    assert {message["method"] for message in messages} == {"SUBSCRIBE"}
    assert all(len(message["params"]) <= STREAMS_PER_REQUEST for message in messages)


@pytest.mark.parametrize("count", [0, 1, 30, 71, 341, 342, 1000])
def test_every_stream_is_asked_for_once_within_the_limits_of_a_connection(count: int) -> None:
    subscriptions = many(count)
    endpoints = a_source().endpoints(subscriptions)
    streams = [stream for endpoint in endpoints for stream in requested(endpoint)]
    assert len(streams) == len(set(streams)) == 3 * count
    assert all(len(requested(endpoint)) <= STREAMS_PER_CONNECTION for endpoint in endpoints)
    assert all(len(endpoint.url) <= LONGEST_URL for endpoint in endpoints)
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions


def test_frames_are_read_about_what_was_subscribed_to() -> None:
    source = a_source()
    frame = msgspec.json.encode({"u": 1, "s": "BTCUSDT", "b": "1", "B": "1", "a": "2", "A": "1"})
    source.endpoints([Subscription(BTC, "BTCUSDT")])
    (tick,) = source.decode(frame, 5)  # type: ignore[misc]
    assert (tick.instrument, tick.bid, tick.ask, tick.received_ms) == (BTC, 1.0, 2.0, 5)
