import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import pytest

from rtp_tui.feeds.missed import Miss
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Bar, Tick, TickKind
from rtp_tui.net.websocket import SocketUnreachable
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Endpoint,
    Keepalive,
    Notice,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
)
from tests.factories import BTC, ETH, a_bar, a_quote_tick, a_trade
from tests.fake_sockets import FakeVenue
from tests.fakes import FakeClock, OpenGuard, settle

SUBSCRIPTIONS = (Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT"))
INSTRUMENTS = {b"btc": BTC, b"eth": ETH}


class Ceiling(Random):
    """Draws the greatest delay that is possible."""

    def uniform(self, a: float, b: float) -> float:
        return b


class FakeSource:
    """A provider whose frames are a word and a number."""

    name = "venue"
    expected_ms = 1_000
    lifetime_s: float | None = 3_600.0
    max_frame_bytes = 1_000
    opening: tuple[str, ...] = ("subscribe",)
    keepalive: Keepalive | None = None

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        return [Endpoint("ws://venue", self.opening, tuple(subscriptions), self.keepalive)]

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        assert isinstance(frame, bytes)
        word, _, number = frame.partition(b" ")
        if word == b"closing":
            return Notice(closing=True)
        if word == b"refused":
            return Notice(refused="no such stream")
        if word == b"alive":
            return Notice(is_heartbeat=True)
        if word == b"ping":
            return Notice(reply="pong")
        if word not in INSTRUMENTS:
            return Notice(bad=BadFrame.NOT_JSON)
        return (a_trade(instrument=INSTRUMENTS[word], sequence=int(number), received_ms=received_ms),)


class SourcePerInstrument(FakeSource):
    """A provider that takes one instrument a connection."""

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        return [Endpoint(f"ws://{wanted.symbol}", (), (wanted,)) for wanted in subscriptions]


class FakeHistory:
    """Answers at once; fails as often as it is told to."""

    def __init__(self) -> None:
        self.failures: list[SourceError] = []
        self.bad_symbol = ""
        self.asked: list[tuple[str, int, int]] = []

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        if self.failures:
            raise self.failures.pop(0)
        return [a_quote_tick(instrument=wanted.instrument) for wanted in subscriptions]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        self.asked.append((subscription.symbol, start_ms, end_ms))
        if subscription.symbol == self.bad_symbol:
            raise BadPayload("no such symbol")
        return [a_bar(instrument=subscription.instrument)]


class Bench:
    """A feed, its venue, and everything it said."""

    def __init__(self, source: FakeSource | None = None, **changes: Any) -> None:
        self.clock = FakeClock()
        self.venue = FakeVenue()
        self.history = FakeHistory()
        self.ticks: list[Tick] = []
        self.said: list[FeedStatus] = []
        self.bars: list[Bar] = []
        self.bug: Exception | None = None
        values: dict[str, Any] = {"in_session": lambda instrument: True, "rng": Ceiling(), **changes}
        self.feed = StreamingFeed(
            "venue",
            source or FakeSource(),
            self.history,
            SUBSCRIPTIONS,
            clock=self.clock,
            connect=self.venue.connect,
            accept=self.accept,
            announce=self.announce,
            keep_backfill=self.bars.extend,
            **values,
        )

    def accept(self, tick: Tick) -> None:
        if self.bug is not None:
            raise self.bug
        self.ticks.append(tick)

    def announce(self, payload: Payload) -> None:
        assert isinstance(payload, FeedStatus)
        self.said.append(payload)

    @property
    def sequences(self) -> list[int | None]:
        return [tick.sequence for tick in self.ticks if tick.sequence is not None]

    @property
    def states(self) -> list[FeedState]:
        states = [status.state for status in self.said]
        return [state for n, state in enumerate(states) if n == 0 or states[n - 1] is not state]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.feed.run())
            await settle()
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def test_a_feed_subscribes_and_hands_on_what_it_hears() -> None:
    bench = Bench()
    async with bench.running():
        assert bench.venue.socket.sent == ["subscribe"]
        bench.venue.socket.deliver(b"btc 1", b"eth 2", b"btc 3")
        await bench.clock.advance(1)
        status = bench.feed.status()
        assert bench.sequences == [1, 2, 3]
        assert (status.state, status.frames, status.error) == (FeedState.LIVE, 3, None)
        assert status.last_received_ms == bench.ticks[-1].received_ms
        raw = bench.feed.raw(BTC)
        assert raw is not None
        assert raw.text == "btc 3"
    assert bench.states == [FeedState.CONNECTING, FeedState.LIVE, FeedState.STOPPED]
    assert bench.venue.open_sockets == 0


async def test_requests_are_sent_below_the_pace_that_venues_allow() -> None:
    source = FakeSource()
    source.opening = tuple("abcdefgh")
    bench = Bench(source)
    async with bench.running():
        await bench.clock.advance(0.99)
        assert len(bench.venue.socket.sent) <= 4
        assert bench.feed.status().state is FeedState.CONNECTING
        await bench.clock.advance(1)
        assert bench.venue.socket.sent == list("abcdefgh")
        assert bench.feed.status().state is FeedState.LIVE


async def test_a_venue_that_wants_to_hear_something_hears_it_until_the_end() -> None:
    source = FakeSource()
    source.keepalive = Keepalive("ping", every_s=20)
    bench = Bench(source)
    async with bench.running():
        first = bench.venue.socket
        await bench.clock.advance(19)
        first.deliver(b"alive", b"btc 1")
        await bench.clock.advance(22)
        assert first.sent == ["subscribe", "ping", "ping"]
        first.end(1006)
        await bench.clock.advance(5)
        bench.venue.socket.deliver(b"btc 2")
        await settle()
        assert bench.feed.status().state is FeedState.LIVE
        assert bench.feed.status().heartbeats == 1
        assert bench.venue.socket.sent == ["subscribe"]
        assert bench.venue.open_sockets == 1


async def test_a_venue_that_asks_is_answered() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"ping")
        await settle()
        assert bench.venue.socket.sent == ["subscribe", "pong"]


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1012])
async def test_every_close_code_is_followed_by_a_new_connection(code: int) -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.end(code, "bye\x1b[2J")
        await settle()
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.RECONNECTING, f"closed with {code}: bye")
        assert status.next_attempt_ms == bench.clock.now_ms() + 1_000
        await bench.clock.advance(1)
        bench.venue.socket.deliver(b"btc 7")
        await settle()
        status = bench.feed.status()
        assert (status.state, status.error, status.reconnects) == (FeedState.LIVE, None, 1)
        assert (status.next_attempt_ms, bench.sequences) == (None, [7])


async def test_a_frame_too_big_for_the_socket_is_counted_as_such() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.end(1009)
        await settle()
        assert bench.feed.status().bad_frames == {"too_big": 1}


async def test_attempts_that_fail_grow_apart_up_to_a_minute_and_never_end() -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("venue: Connection refused") for _ in range(10)]
    async with bench.running():
        waits = []
        for _ in range(9):
            status = bench.feed.status()
            assert status.next_attempt_ms is not None
            assert status.error == "venue: Connection refused"
            wait_ms = status.next_attempt_ms - bench.clock.now_ms()
            waits.append(round(wait_ms / 1000))
            await bench.clock.advance(wait_ms / 1000 + 0.001)
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        assert FeedState.LIVE not in bench.states
        await bench.clock.advance(61)
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        assert bench.feed.status().state is FeedState.LIVE


async def test_a_healthy_minute_makes_the_backoff_start_again() -> None:
    bench = Bench(silence_s=1e9)
    bench.venue.refusals = [SocketUnreachable("refused") for _ in range(3)]
    async with bench.running():
        await bench.clock.advance(1 + 2 + 4)
        bench.venue.socket.end(1006)
        await settle()
        assert bench.feed.status().next_attempt_ms == bench.clock.now_ms() + 8_000
        await bench.clock.advance(8 + 60)
        bench.venue.socket.end(1006)
        await settle()
        assert bench.feed.status().next_attempt_ms == bench.clock.now_ms() + 1_000


async def test_a_venue_that_denies_us_is_not_asked_again_for_a_minute() -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("venue answers HTTP 429", 429)]
    async with bench.running():
        await bench.clock.advance(59)
        assert bench.venue.attempts == 1
        await bench.clock.advance(2)
        assert (bench.venue.attempts, bench.venue.open_sockets) == (2, 1)


async def test_an_announced_end_is_survived_without_missing_anything() -> None:
    bench = Bench(silence_s=1e9)
    async with bench.running():
        await bench.clock.advance(61)
        first = bench.venue.socket
        first.deliver(b"btc 1", b"closing")
        await settle()
        second = bench.venue.socket
        assert second is not first
        assert (first.is_open, second.sent) == (True, ["subscribe"])
        first.deliver(b"btc 2")
        second.deliver(b"btc 2", b"btc 3")
        await bench.clock.advance(2)
        assert not first.is_open
        second.deliver(b"btc 4")
        await settle()
        assert sorted(set(bench.sequences)) == [1, 2, 3, 4]  # type: ignore[type-var]
    assert bench.states == [FeedState.CONNECTING, FeedState.LIVE, FeedState.STOPPED]


async def test_a_connection_is_replaced_before_the_venue_ends_it_for_its_age() -> None:
    bench = Bench(silence_s=1e9)
    async with bench.running():
        await bench.clock.advance(3_599)
        assert bench.venue.attempts == 1
        await bench.clock.advance(5)
        assert (bench.venue.attempts, bench.venue.open_sockets) == (2, 1)
        assert bench.venue.socket.is_open
    assert FeedState.RECONNECTING not in bench.states


async def test_the_old_connection_serves_until_a_new_one_can_be_had() -> None:
    bench = Bench(silence_s=1e9)
    async with bench.running():
        await bench.clock.advance(61)
        bench.venue.refusals = [SocketUnreachable("refused") for _ in range(3)]
        first = bench.venue.socket
        first.deliver(b"closing")
        await bench.clock.advance(1 + 2)
        first.deliver(b"btc 1")
        await settle()
        assert (bench.sequences, first.is_open) == ([1], True)
        assert bench.feed.status().state is FeedState.LIVE
        await bench.clock.advance(10)
        assert (first.is_open, bench.venue.socket.is_open) == (False, True)


async def test_a_venue_that_announces_its_end_again_and_again_is_not_stormed() -> None:
    bench = Bench()
    async with bench.running():
        for _ in range(60):
            bench.venue.socket.deliver(b"closing")
            await bench.clock.advance(1)
        assert bench.venue.attempts < 15


async def test_silence_in_an_open_market_is_answered_by_connecting_again() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await bench.clock.advance(28)
        assert bench.venue.attempts == 1
        await bench.clock.advance(4)
        assert not bench.venue.sockets[0].is_open
        assert any(status.error == "nothing received for 30 s" for status in bench.said)
        await bench.clock.advance(2)
        bench.venue.socket.deliver(b"btc 2")
        await settle()
        assert (bench.venue.attempts, bench.feed.status().state) == (2, FeedState.LIVE)


async def test_a_venue_that_is_heard_from_is_left_connected() -> None:
    bench = Bench()
    async with bench.running():
        for number in range(20):
            bench.venue.socket.deliver(b"btc %d" % number)
            await bench.clock.advance(20)
        assert bench.venue.attempts == 1


async def test_silence_of_a_closed_market_is_no_reason_to_connect_again() -> None:
    is_open = False
    bench = Bench(in_session=lambda instrument: is_open)
    async with bench.running():
        await bench.clock.advance(3_000)
        assert bench.venue.attempts == 1
        is_open = True
        await bench.clock.advance(20)
        assert bench.venue.attempts == 1
        await bench.clock.advance(15)
        assert bench.venue.attempts == 2


async def test_one_instrument_in_session_is_enough_to_expect_something() -> None:
    bench = Bench(in_session=lambda instrument: instrument == ETH)
    async with bench.running():
        await bench.clock.advance(33)
        assert bench.venue.attempts == 2


async def test_instruments_that_were_never_heard_from_are_named() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await bench.clock.advance(5)
        assert bench.feed.status().silent == ()
        await bench.clock.advance(10)
        assert bench.feed.status().silent == (ETH,)
        bench.venue.socket.deliver(b"eth 2")
        await settle()
        assert bench.feed.status().silent == ()


async def test_an_instrument_of_a_closed_market_is_not_called_silent() -> None:
    bench = Bench(in_session=lambda instrument: instrument == BTC)
    async with bench.running():
        await bench.clock.advance(15)
        assert bench.feed.status().silent == (BTC,)


async def test_bad_frames_are_counted_and_other_instruments_go_on() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"<html>", b"btc 1", b"???", b"eth 2")
        await bench.clock.advance(1)
        status = bench.feed.status()
        assert (bench.sequences, status.bad_frames) == ([1, 2], {"not_json": 2})
        assert (status.state, bench.venue.attempts) == (FeedState.LIVE, 1)


async def test_a_refused_subscription_is_shown_while_the_rest_is_live() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"refused", b"btc 1")
        await settle()
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.LIVE, "refused: no such stream")
        assert bench.sequences == [1]


async def test_one_connection_of_several_fails_alone() -> None:
    bench = Bench(SourcePerInstrument())
    async with bench.running():
        bitcoin, ether = bench.venue.sockets
        bitcoin.end(1006)
        ether.deliver(b"eth 1")
        await settle()
        assert bench.sequences == [1]
        assert bench.feed.status().state is FeedState.RECONNECTING
        await bench.clock.advance(1)
        assert [socket.url for socket in bench.venue.sockets] == [
            "ws://BTCUSDT",
            "ws://ETHUSDT",
            "ws://BTCUSDT",
        ]
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        assert bench.feed.status().state is FeedState.LIVE


async def test_a_paused_feed_is_disconnected_until_it_is_resumed() -> None:
    bench = Bench()
    async with bench.running():
        bench.feed.pause()
        await bench.clock.advance(100)
        assert (bench.feed.status().state, bench.venue.open_sockets) == (FeedState.PAUSED, 0)
        assert bench.venue.attempts == 1
        bench.feed.resume()
        await settle()
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        assert (bench.feed.status().state, bench.sequences) == (FeedState.LIVE, [1])


async def test_a_pause_during_the_wait_for_an_attempt_ends_the_attempts() -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("refused")]
    async with bench.running():
        bench.feed.pause()
        await bench.clock.advance(100)
        assert bench.venue.attempts == 1
        assert bench.feed.status().next_attempt_ms is None


async def test_a_restart_connects_anew_at_once_even_while_waiting() -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("refused") for _ in range(6)]
    async with bench.running():
        await bench.clock.advance(1 + 2 + 4 + 8 + 16)
        bench.feed.restart()
        await settle()
        assert bench.feed.status().state is FeedState.LIVE
        first = bench.venue.socket
        bench.feed.restart()
        await settle()
        assert (first.is_open, bench.venue.socket.is_open) == (False, True)
        bench.feed.pause()
        bench.feed.restart()
        await settle()
        assert bench.feed.status().state is FeedState.LIVE


async def deliver_into_a_bug(bench: Bench) -> None:
    async with bench.running():
        bench.bug = ZeroDivisionError("a bug")
        bench.venue.socket.deliver(b"btc 1")
        await settle()


async def test_a_bug_in_what_takes_the_observations_reaches_the_supervisor() -> None:
    bench = Bench()
    with pytest.raises(ExceptionGroup) as raised:
        await deliver_into_a_bug(bench)
    assert raised.group_contains(ZeroDivisionError)
    assert (bench.feed.status().state, bench.venue.open_sockets) == (FeedState.STOPPED, 0)


async def test_a_status_is_announced_when_its_figures_change_at_most_every_second() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(9)
        bench.said.clear()
        await bench.clock.advance(0.95)
        for number in range(50):
            bench.venue.socket.deliver(b"btc %d" % number)
        await settle()
        assert bench.said == []
        await bench.clock.advance(1)
        assert len(bench.said) == 1
        assert (bench.said[0].frames, bench.said[0].rate > 0) == (50, True)


async def test_an_idle_feed_says_nothing_new() -> None:
    bench = Bench(in_session=lambda instrument: False)
    async with bench.running():
        await bench.clock.advance(60)
        bench.said.clear()
        await bench.clock.advance(60)
        assert bench.said == []


async def test_the_start_fetches_prices_and_the_bars_of_the_last_hour() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(1)
        now_ms = bench.clock.now_ms()
        assert {tick.instrument for tick in bench.ticks} == {BTC, ETH}
        assert {bar.instrument for bar in bench.bars} == {BTC, ETH}
        assert {symbol for symbol, _, _ in bench.history.asked} == {"BTCUSDT", "ETHUSDT"}
        for _, start_ms, end_ms in bench.history.asked:
            assert 3_600_000 <= now_ms - start_ms < 3_600_000 + 61_000
            assert now_ms - 1_000 <= end_ms <= now_ms


async def test_history_that_fails_is_shown_tried_again_and_does_not_disturb_the_stream() -> None:
    bench = Bench(silence_s=1e9)
    bench.history.failures = [SourceUnavailable("venue: timed out"), RateLimited("HTTP 429", 30.0)]
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.LIVE, "history: venue: timed out")
        assert bench.sequences == [1]
        await bench.clock.advance(2)
        assert bench.feed.status().error == "history: HTTP 429"
        bench.venue.socket.deliver(b"btc 2")
        await bench.clock.advance(28)
        assert bench.bars == []
        await bench.clock.advance(4)
        assert len(bench.bars) == 2
        assert bench.feed.status().error is None


async def test_a_venue_that_says_when_to_come_back_is_met_again_then() -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("venue answers HTTP 429", 429, 7.0)]
    async with bench.running():
        await bench.clock.advance(6.9)
        assert bench.venue.attempts == 1
        await bench.clock.advance(0.2)
        assert (bench.venue.attempts, bench.venue.open_sockets) == (2, 1)


async def test_a_venue_that_lets_us_in_again_and_says_nothing_counts_as_lost_all_the_time() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        bench.venue.socket.end(1006)
        for _ in range(2):
            await bench.clock.advance(3)
            bench.venue.socket.end(1006)
        await bench.clock.advance(1)
        fault = bench.feed.candidate(BTC, "venue:BTC").fault(bench.clock.now_ms())
        assert fault is not None
        assert "no connection" in fault
        await bench.clock.advance(10)
        bench.venue.socket.deliver(b"btc 2")
        await settle()
        assert bench.feed.candidate(BTC, "venue:BTC").fault(bench.clock.now_ms()) is None


async def test_a_page_instead_of_history_is_asked_for_again() -> None:
    bench = Bench(in_session=lambda instrument: False)
    bench.history.bad_symbol = "ETHUSDT"
    async with bench.running():
        await bench.clock.advance(0.5)
        assert "no such symbol" in (bench.feed.status().error or "")
        bench.history.bad_symbol = ""
        await bench.clock.advance(60)
        assert bench.feed.status().error is None
        assert {bar.instrument for bar in bench.bars} == {BTC, ETH}


async def test_history_that_is_denied_is_not_asked_for_again() -> None:
    bench = Bench(in_session=lambda instrument: False)
    bench.history.failures = [AccessDenied("HTTP 451")]
    async with bench.running():
        await bench.clock.advance(600)
        assert (bench.history.asked, bench.feed.status().error) == ([], "history: HTTP 451")


async def test_one_symbol_without_history_does_not_cost_the_others_theirs() -> None:
    bench = Bench()
    bench.history.bad_symbol = "BTCUSDT"
    async with bench.running():
        await bench.clock.advance(2)
        assert [bar.instrument for bar in bench.bars] == [ETH]
        assert bench.feed.status().error == "history: BTCUSDT: no such symbol"


async def test_what_was_missed_between_two_sockets_is_told_since_the_last_frame() -> None:
    missed: list[Miss] = []
    bench = Bench(missed=missed.append)
    async with bench.running():
        await bench.clock.advance(5)
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        lost_ms = bench.clock.now_ms()
        bench.venue.refusals = [SocketUnreachable("refused") for _ in range(4)]
        bench.venue.socket.end(1006)
        await bench.clock.advance(1 + 2 + 4 + 8 + 16 + 1)
        assert bench.venue.open_sockets == 1
        assert [(miss.feed, miss.since_ms) for miss in missed] == [
            ("venue:BTCUSDT", lost_ms),
            ("venue:ETHUSDT", lost_ms),
        ]
        assert all(lost_ms < miss.until_ms <= bench.clock.now_ms() for miss in missed)


async def test_a_planned_replacement_leaves_no_gap_to_fill() -> None:
    missed: list[Miss] = []
    bench = Bench(silence_s=1e9, missed=missed.append)
    async with bench.running():
        await bench.clock.advance(61)
        bench.venue.socket.deliver(b"closing")
        await bench.clock.advance(5)
        assert (bench.venue.attempts, missed) == (2, [])


async def test_a_refresh_fetches_prices_of_what_is_named_or_of_all() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(1)
        bench.ticks.clear()
        assert await bench.feed.refresh((ETH,)) == 1
        assert [tick.instrument for tick in bench.ticks] == [ETH]
        assert await bench.feed.refresh() == 2
        assert await bench.feed.refresh((InstrumentId("crypto:NONE"),)) == 0


async def test_a_refresh_that_fails_says_why_in_the_status() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(1)
        bench.history.failures = [SourceUnavailable("venue: timed out")]
        assert await bench.feed.refresh() == 0
        assert bench.feed.status().error == "history: venue: timed out"
        assert await bench.feed.refresh() == 2
        assert bench.feed.status().error is None


async def test_a_stepping_wall_clock_neither_silences_nor_reconnects() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1", b"eth 2")
        await bench.clock.advance(12)
        bench.clock.step(-86_400)
        bench.venue.socket.deliver(b"btc 3")
        await bench.clock.advance(12)
        bench.clock.step(2 * 86_400)
        bench.venue.socket.deliver(b"eth 4")
        await bench.clock.advance(12)
        assert (bench.venue.attempts, bench.feed.status().silent) == (1, ())


async def test_while_a_venue_takes_no_socket_it_is_asked_instead() -> None:
    bench = Bench(guard=OpenGuard(), in_session=lambda instrument: False)
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await bench.clock.advance(10)
        bench.venue.refusals = [SocketUnreachable("refused")] * 6
        bench.venue.socket.end(1006)
        await bench.clock.advance(7)
        status, candidate = bench.feed.status(), bench.feed.candidate(BTC, "venue:BTC")
        assert status.state is FeedState.POLLING
        assert status.error == "refused"
        assert (candidate.down_since_ms, candidate.expected_ms) == (None, 5_000)
        assert {tick.kind for tick in bench.ticks[-2:]} == {TickKind.POLL}
        bench.venue.refusals = []
        await bench.clock.advance(60)
        bench.venue.socket.deliver(b"btc 2")
        await settle()
        polled = len(bench.ticks)
        await bench.clock.advance(60)
        assert bench.feed.status().state is FeedState.LIVE
        assert len(bench.ticks) == polled


async def test_a_feed_says_since_when_an_instrument_has_no_socket() -> None:
    bench = Bench(SourcePerInstrument(), in_session=lambda instrument: False)
    async with bench.running():
        await bench.clock.advance(10)
        assert bench.feed.candidate(BTC, "venue:BTC").down_since_ms is None
        bench.venue.refusals = [SocketUnreachable("refused")] * 9
        bench.venue.sockets[0].end(1006)
        await settle()
        since_ms = bench.clock.now_ms()
        await bench.clock.advance(20)
        assert bench.feed.candidate(BTC, "venue:BTC").down_since_ms == since_ms
        assert bench.feed.candidate(ETH, "venue:ETH").down_since_ms is None


class SigningSource(FakeSource):
    """A provider whose address needs a secret that changes."""

    secrets: tuple[str, ...] = ("one", "two")

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        return [Endpoint("ws://venue", (), tuple(subscriptions), sign=self.sign)]

    def sign(self, url: str) -> str:
        if not self.secrets:
            raise AccessDenied("no usable key")
        secret, self.secrets = self.secrets[0], self.secrets[1:]
        return f"{url}?key={secret}"


async def test_an_address_is_signed_anew_for_each_connection() -> None:
    bench = Bench(SigningSource())
    async with bench.running():
        bench.venue.socket.end(1006)
        await bench.clock.advance(2)
        assert [socket.url for socket in bench.venue.sockets] == ["ws://venue?key=one", "ws://venue?key=two"]
        bench.venue.socket.end(1006)
        await bench.clock.advance(30)
        assert bench.feed.status().error == "no usable key"
        assert bench.venue.attempts == 2
