"""The outward JSON, field by field."""

import msgspec

from rtp_tui.api.wire import encode
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.market import ChangeBasis, Quote
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.server.bodies import aged_quote_body, health_body, market_body, quote_body
from rtp_tui.server.feed_bodies import feed_bodies
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import (
    BTC,
    ETH,
    NOW_MS,
    a_feed_status,
    a_health_report,
    a_quote,
    a_verdict,
    an_instrument,
)


def a_state(*instruments: str, **known: Quote) -> PipelineState:
    state = PipelineState(map(an_instrument, instruments or ("crypto:BTC",)))
    state.market.quotes = {quote.instrument: quote for quote in known.values()}
    return state


def test_a_quote_has_the_fields_of_the_contract_under_their_names() -> None:
    state = a_state(quote=a_quote())
    state.quality.freshness[BTC] = a_verdict()
    state.quality.sessions["24x7"] = MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC")
    body = msgspec.json.decode(encode(quote_body(state, state.market.instruments[BTC])))
    assert (
        body.items()
        >= {
            "id": "crypto:BTC",
            "symbol": "BTC",
            "name": "BTC",
            "currency": "USD",
            "precision": 2,
            "price": 67_830.12,
            "bid": 67_829.5,
            "ask": 67_830.6,
            "change_24h": 1250.0,
            "change_24h_pct": 1.88,
            "change_basis": "24h",
            "previous_close": None,
            "day_open": None,
            "day_high": None,
            "day_low": None,
            "vwap": None,
            "volume_24h": 28.5e9,
            "market_cap": None,
            "high_24h": None,
            "low_24h": None,
            "source": "binance:BTCUSDT",
            "session": "open",
            "delayed": False,
            "connected": True,
            "refreshing": False,
            "event_ms": NOW_MS,
            "received_ms": NOW_MS + 40,
            "freshness": "live",
        }.items()
    )


def test_every_figure_of_a_quote_goes_out_under_its_own_name() -> None:
    figures = {
        name: float(index)
        for index, name in enumerate(
            ("price", "bid", "ask", "change_24h", "change_24h_pct", "previous_close", "day_open", "day_high",
             "day_low", "vwap", "volume_24h", "market_cap"), 1)
    }  # fmt: skip
    state = a_state(quote=a_quote(**figures, change_basis=ChangeBasis.PREVIOUS_CLOSE))
    body = quote_body(state, state.market.instruments[BTC])
    assert {name: getattr(body, name) for name in figures} == figures
    assert body.change_basis == "previous_close"


def test_what_is_not_known_is_null_and_never_zero() -> None:
    state = a_state()
    body = msgspec.json.decode(encode(aged_quote_body(state, state.market.instruments[BTC], NOW_MS)))
    unknown = ("price", "bid", "volume_24h", "source", "event_ms", "received_ms", "age_ms")
    assert [body[name] for name in unknown] == [None] * len(unknown)
    assert (body["freshness"], body["session"], body["connected"]) == ("unknown", "unknown", False)


def test_a_number_that_is_not_finite_never_goes_out() -> None:
    state = a_state(quote=a_quote(price=float("nan"), bid=float("inf")))
    body = msgspec.json.decode(encode(quote_body(state, state.market.instruments[BTC])))
    assert (body["price"], body["bid"]) == (None, None)


def test_an_age_is_never_negative() -> None:
    state = a_state(quote=a_quote())
    assert aged_quote_body(state, state.market.instruments[BTC], NOW_MS - 60_000).age_ms == 0
    assert aged_quote_body(state, state.market.instruments[BTC], NOW_MS + 1_040).age_ms == 1_000


def test_each_instruments_feed_is_listed_with_the_connection_that_carries_it() -> None:
    state = PipelineState(
        [
            an_instrument(feeds=("binance:BTCUSDT", "coinbase:BTC-USD")),
            an_instrument("crypto:ETH", feeds=("binance:ETHUSDT",)),
        ]
    )
    state.market.quotes[BTC] = a_quote()
    state.feed.feeds = {
        "binance": a_feed_status(instruments=(BTC, ETH), reconnects=2),
        "coinbase": a_feed_status(
            name="coinbase",
            source="coinbase",
            state=FeedState.RECONNECTING,
            error="refused",
            next_attempt_ms=NOW_MS + 5_000,
        ),
    }
    told = [
        (f.name, f.connection, f.state, f.role, f.reconnects, f.last_event_ms) for f in feed_bodies(state)
    ]
    assert [f.next_attempt_ms for f in feed_bodies(state)] == [None, NOW_MS + 5_000, None]
    assert told == [
        ("binance:BTCUSDT", "binance", "live", "active", 2, NOW_MS),
        ("coinbase:BTC-USD", "coinbase", "reconnecting", "standby", 0, None),
        ("binance:ETHUSDT", "binance", "live", "active", 2, None),
    ]


def test_a_feed_without_a_connection_is_stopped() -> None:
    (feed,) = feed_bodies(a_state())
    assert (feed.name, feed.source, feed.connection, feed.state) == (
        "binance:BTCUSDT",
        "binance",
        None,
        "stopped",
    )


def test_health_tells_markets_and_connections_beside_the_score() -> None:
    state = a_state()
    state.quality.health = a_health_report()
    state.feed.feeds["binance"] = a_feed_status()
    state.quality.sessions["XNYS"] = MarketSession(
        market="XNYS", session=SessionState.HOLIDAY, timezone="America/New_York"
    )
    body = health_body(state, "1.2.3", NOW_MS)
    assert (body.status, body.score, body.band) == ("healthy", 93, "excellent")
    assert (body.market_open, body.websocket_connected, body.version) == ({"XNYS": False}, True, "1.2.3")
    assert body.profile == "rtp"


def test_health_that_is_not_judged_says_why() -> None:
    state = a_state()
    body = health_body(state, "1", NOW_MS)
    assert (body.status, body.reason, body.profile) == ("starting", "no verdict yet", None)
    state.part.parts["store"] = PartStatus(name="store", state=PartState.OK, since_ms=NOW_MS)
    assert "monitoring is switched off" in health_body(state, "1", NOW_MS).reason
    state.part.parts["health"] = PartStatus(name="health", state=PartState.WAITING, since_ms=NOW_MS)
    assert health_body(state, "1", NOW_MS).reason == "no verdict yet"


def test_a_market_counts_down_and_never_below_zero() -> None:
    session = MarketSession(
        market="XNYS",
        session=SessionState.CLOSED,
        timezone="America/New_York",
        next_open_ms=NOW_MS + 5_000,
        next_close_ms=NOW_MS - 5_000,
    )
    body = market_body(session, NOW_MS)
    assert (body.is_open, body.time_to_open_ms, body.time_to_close_ms) == (False, 5_000, 0)
