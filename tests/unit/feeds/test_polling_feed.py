"""A source that is asked, being run."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.feeds.settings import PollingSettings
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.jobs import Progress
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.resilience.outcome import AttemptTimedOut, BulkheadFull, CircuitOpen
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from tests.factories import NOW_MS
from tests.fakes import FakeClock, OpenGuard, settle

ResultT = TypeVar("ResultT")
NAMES = [f"C{n}" for n in range(10)]


def an_id(name: str) -> InstrumentId:
    return InstrumentId(f"crypto:{name}")


class FakeSource:
    """Answers with a tick for each symbol, but as it is told of some; may be made to wait."""

    name = "stub"
    cadence_ms = 60_000

    def __init__(self, clock: FakeClock, batch_limit: int = 1) -> None:
        self.batch_limit = batch_limit
        self.clock = clock
        self.asked: list[list[str]] = []
        self.errors: dict[str, Exception] = {}
        self.unknown: set[str] = set()
        self.answers_after_s = 0.0
        self.waiting = self.most_waiting = 0

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        symbols = [one.symbol for one in subscriptions]
        self.asked.append(symbols)
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            await self.clock.sleep(self.answers_after_s)
        finally:
            self.waiting -= 1
        for symbol in symbols:
            if symbol in self.errors:
                raise self.errors[symbol]
        return [self._tick(one) for one in subscriptions if one.symbol not in self.unknown]

    def raw(self, instrument: InstrumentId) -> bytes | None:
        return f'{{"token": "s3cret", "of": "{instrument}\x1b[2J"}}'.encode()

    def _tick(self, one: Subscription) -> Tick:
        now_ms = self.clock.now_ms()
        return Tick(
            kind=TickKind.POLL,
            instrument=one.instrument,
            feed=f"stub:{one.symbol}",
            event_ms=now_ms - 7,
            received_ms=now_ms,
            price=5.0,
        )


class Bench:
    """A feed of ten instruments and everything around it."""

    def __init__(
        self,
        batch_limit: int = 1,
        workers: int = 8,
        high: str = "",
        unasked: str | None = None,
        batch_size: int = 50,
    ) -> None:
        self.clock = FakeClock(NOW_MS)
        self.source = FakeSource(self.clock, batch_limit)
        self.ticks: list[Tick] = []
        self.told: list[Payload] = []
        self.feed = PollingFeed(
            "stub",
            self.source,
            [Subscription(an_id(name), name) for name in NAMES],
            OpenGuard(),
            clock=self.clock,
            accept=self.ticks.append,
            announce=self.told.append,
            priority_of=lambda one: Priority.HIGH if one == an_id(high) else Priority.LOW,
            settings=PollingSettings(workers_data=workers, batch_size=batch_size),
            unasked=unasked,
        )

    def status(self) -> FeedStatus:
        return self.feed.status()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.feed.run())
            await settle()
            yield
            task.cancel()


async def test_everything_is_asked_for_in_batches_and_handed_on() -> None:
    bench = Bench(batch_limit=4)
    assert await bench.feed.poll() == Progress(10, 10)
    assert bench.source.asked == [NAMES[:4], NAMES[4:8], NAMES[8:]]
    assert [tick.instrument for tick in bench.ticks] == [an_id(name) for name in NAMES]


async def test_no_more_questions_than_workers_are_under_way() -> None:
    bench = Bench(workers=3)
    bench.source.answers_after_s = 1.0
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(bench.feed.poll())
        await bench.clock.advance(3.0)
        assert not polling.done()
        await bench.clock.advance(1.0)
    assert bench.source.most_waiting == 3
    assert polling.result() == Progress(10, 10)


async def test_the_important_ones_come_first() -> None:
    bench = Bench(high="C7")
    await bench.feed.poll()
    assert bench.source.asked[:3] == [["C7"], ["C0"], ["C1"]]
    assert bench.status().instruments == tuple(map(an_id, NAMES))


async def test_only_what_is_named_is_asked_for() -> None:
    bench = Bench(batch_limit=4)
    assert await bench.feed.poll([an_id("C8"), an_id("C1"), an_id("NOPE")]) == Progress(2, 2)
    assert bench.source.asked == [["C1", "C8"]]


async def test_nothing_is_asked_for_when_nothing_is_named() -> None:
    bench = Bench()
    assert await bench.feed.poll([]) == Progress(0, 0)
    assert not bench.source.asked


async def test_progress_is_reported_after_each_answer() -> None:
    bench = Bench(batch_limit=4)
    bench.source.errors["C5"] = BadPayload("odd")
    reports: list[Progress] = []
    assert await bench.feed.poll(report=reports.append) == Progress(6, 10)
    assert reports == [Progress(4, 10), Progress(4, 10), Progress(6, 10)]


@pytest.mark.parametrize(
    "error",
    [SourceUnavailable("gone"), BadPayload("odd"), UnknownSymbol("delisted"), BulkheadFull("stub", "full")],
)
async def test_what_fails_does_not_lose_the_others(error: Exception) -> None:
    bench = Bench()
    bench.source.errors["C3"] = error
    assert await bench.feed.poll() == Progress(9, 10)
    assert len(bench.ticks) == 9
    assert bench.status().error == str(error)


@pytest.mark.parametrize(
    "error", [AccessDenied("no"), RateLimited("slow down"), CircuitOpen("stub", NOW_MS + 30_000)]
)
async def test_where_every_other_question_would_end_the_same_way_none_is_asked(error: Exception) -> None:
    bench = Bench(workers=1)
    bench.source.errors["C3"] = error
    assert await bench.feed.poll() == Progress(3, 10)
    assert len(bench.source.asked) == 4


@pytest.mark.parametrize(
    "error", [SourceUnavailable("gone"), CircuitOpen("stub", None), AttemptTimedOut("10 s")]
)
async def test_a_poll_that_gave_nothing_fails_with_what_went_wrong(error: Exception) -> None:
    bench = Bench(batch_limit=10)
    bench.source.errors["C0"] = error
    with pytest.raises(type(error)):
        await bench.feed.poll()
    async with bench.running():
        assert (bench.status().state, bench.status().error) == (FeedState.RECONNECTING, str(error))


async def test_a_symbol_that_the_provider_does_not_know_is_no_lost_connection() -> None:
    bench = Bench()
    bench.source.errors["C0"] = UnknownSymbol("no such symbol")
    async with bench.running():
        with pytest.raises(UnknownSymbol):
            await bench.feed.poll([an_id("C0")])
        status = bench.status()
    assert (status.state, status.error, status.silent) == (
        FeedState.POLLING,
        "no such symbol",
        (an_id("C0"),),
    )


async def test_a_poll_that_works_again_heals_the_status() -> None:
    bench = Bench(batch_limit=10)
    bench.source.errors["C0"] = RateLimited("slow down", 30.0)
    async with bench.running():
        assert await bench.feed.refresh() == 0
        assert bench.status().next_attempt_ms == NOW_MS + 30_000
        bench.source.errors.clear()
        assert await bench.feed.refresh() == 10
        status = bench.status()
    assert (status.state, status.error, status.next_attempt_ms) == (FeedState.POLLING, None, None)


async def test_an_open_circuit_says_when_it_tries_again() -> None:
    bench = Bench()
    bench.source.errors["C0"] = CircuitOpen("stub", NOW_MS + 5_000)
    await bench.feed.refresh([an_id("C0")])
    assert bench.status().next_attempt_ms == NOW_MS + 5_000
    await bench.clock.advance(5.0)
    assert bench.status().next_attempt_ms is None


async def test_a_bug_is_no_failure_of_the_provider() -> None:
    bench = Bench()
    bench.source.errors["C0"] = ZeroDivisionError()
    with pytest.raises(ExceptionGroup):
        await bench.feed.poll()


async def test_what_is_answered_without_and_what_is_refused_is_silent() -> None:
    bench = Bench()
    bench.source.unknown = {"C2"}
    bench.source.errors["C5"] = UnknownSymbol("delisted")
    await bench.feed.poll()
    assert bench.status().silent == (an_id("C2"), an_id("C5"))
    assert bench.status().bad_frames == {"unknown_symbol": 1}
    bench.source.unknown.clear()
    await bench.feed.poll([an_id("C2")])
    assert bench.status().silent == (an_id("C5"),)


async def test_the_status_counts_answers_and_their_times() -> None:
    bench = Bench(batch_limit=5)
    bench.source.errors["C9"] = BadPayload("odd")
    await bench.feed.poll()
    status = bench.status()
    assert (status.frames, status.bad_frames) == (1, {"wrong_shape": 1})
    assert (status.last_event_ms, status.last_received_ms) == (NOW_MS - 7, NOW_MS)
    assert (status.name, status.source, status.expected_ms) == ("stub", "stub", 60_000)


async def test_a_running_feed_is_polling_reports_its_rate_and_stops() -> None:
    bench = Bench()
    assert bench.status().state is FeedState.STOPPED
    async with bench.running():
        assert bench.status().state is FeedState.POLLING
        await bench.feed.poll()
        await bench.clock.advance(2.0)
        told = bench.told[-1]
        assert isinstance(told, FeedStatus)
        assert (told.state, told.rate) == (FeedState.POLLING, 5.0)
    assert bench.status().state is FeedState.STOPPED
    assert bench.told[-1] == bench.status()


async def test_a_feed_asks_nothing_on_its_own() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(600.0)
    assert not bench.source.asked


async def test_a_status_that_has_not_changed_is_not_told_again() -> None:
    bench = Bench()
    async with bench.running():
        await bench.clock.advance(10.0)
        assert len(bench.told) == 1


async def test_a_paused_feed_is_not_polled_but_can_be_refreshed() -> None:
    bench = Bench()
    async with bench.running():
        bench.feed.pause()
        assert bench.status().state is FeedState.PAUSED
        assert await bench.feed.poll() == Progress(0, 0)
        assert await bench.feed.refresh([an_id("C1")]) == 1
        bench.feed.resume()
        assert bench.status().state is FeedState.POLLING
        assert await bench.feed.poll() == Progress(10, 10)


async def test_a_pause_ends_the_questions_still_to_be_asked() -> None:
    bench = Bench(workers=2)
    bench.source.answers_after_s = 1.0
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(bench.feed.poll())
        await settle()
        bench.feed.pause()
        await bench.clock.advance(1.0)
    assert polling.result() == Progress(2, 10)
    assert len(bench.source.asked) == 2


async def test_a_restart_resumes_forgets_the_trouble_and_asks_for_everything() -> None:
    bench = Bench()
    async with bench.running():
        bench.source.errors["C0"] = SourceUnavailable("gone")
        await bench.feed.refresh([an_id("C0")])
        bench.feed.pause()
        bench.source.errors.clear()
        bench.feed.restart()
        await bench.clock.advance(0.0)
        status = bench.status()
    assert (status.state, status.error) == (FeedState.POLLING, None)
    assert len(bench.ticks) == 10


async def test_what_is_expected_follows_the_job() -> None:
    bench = Bench()
    bench.feed.expect_every(180_000)
    assert bench.status().expected_ms == 180_000
    assert bench.told == [bench.status()]


async def test_the_last_answer_is_shown_without_secrets_and_controls() -> None:
    bench = Bench()
    assert bench.feed.raw(an_id("C1")) is None
    await bench.feed.poll([an_id("C1")])
    frame = bench.feed.raw(an_id("C1"))
    assert frame is not None
    assert frame.received_ms == NOW_MS
    assert frame.text == '{"token": "***", "of": "crypto:C1"}'


async def test_an_error_is_shown_in_safe_words() -> None:
    bench = Bench()
    bench.source.errors["C0"] = SourceError("\x1b[2Jboom https://u:p@host/?apikey=abc " + "x" * 500)
    await bench.feed.refresh([an_id("C0")])
    error = bench.status().error or ""
    assert error.startswith("boom https://***@host/?apikey=*** xxx")
    assert len(error) == 160


async def test_a_feed_that_no_job_asks_is_paused_and_says_why_but_can_be_refreshed() -> None:
    bench = Bench(unasked="nobody asks")
    async with bench.running():
        assert (bench.status().state, bench.status().error) == (FeedState.PAUSED, "nobody asks")
        assert await bench.feed.refresh([an_id("C1")]) == 1
        bench.feed.resume()
        assert (bench.status().state, bench.status().error) == (FeedState.PAUSED, "nobody asks")


async def test_a_feed_that_is_asked_says_so() -> None:
    assert Bench().status().polled


@pytest.mark.parametrize(("limit", "size", "longest"), [(4, 50, 4), (50, 3, 3), (50, 50, 10)])
async def test_a_question_holds_no_more_than_the_provider_and_the_settings_allow(
    limit: int, size: int, longest: int
) -> None:
    bench = Bench(batch_limit=limit, batch_size=size)

    await bench.feed.poll()

    assert max(map(len, bench.source.asked)) == longest
    assert sum(map(len, bench.source.asked)) == len(NAMES)


async def test_a_round_that_was_given_up_while_nothing_came_is_a_failure_of_the_provider() -> None:
    bench = Bench(batch_limit=10)
    async with bench.running():
        bench.source.answers_after_s = 60.0
        asking = asyncio.create_task(bench.feed.poll())
        await bench.clock.advance(30)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert bench.status().state is FeedState.RECONNECTING
        assert bench.status().error == "no answer within 30 s"
        bench.source.answers_after_s = 0.0
        await bench.feed.poll()
        assert (bench.status().state, bench.status().error) == (FeedState.POLLING, None)


async def test_a_round_that_is_cancelled_at_once_says_nothing_of_the_provider() -> None:
    bench = Bench(batch_limit=10)
    async with bench.running():
        bench.source.answers_after_s = 60.0
        asking = asyncio.create_task(bench.feed.poll())
        await bench.clock.advance(0.5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (bench.status().state, bench.status().error) == (FeedState.POLLING, None)


class MeteredFakeSource(FakeSource):
    """Each instrument costs a minute of a day's quota."""

    def pace_ms(self, instruments: int) -> int:
        return instruments * 60_000


async def test_a_metered_source_is_asked_for_each_instrument_only_when_its_quota_allows_by_hand_at_any_time() -> (
    None
):
    clock = FakeClock(NOW_MS)
    source = MeteredFakeSource(clock)
    source.errors["B"] = UnknownSymbol("B")
    subscriptions = [Subscription(an_id(name), name) for name in "AB"]
    feed = PollingFeed(
        "stub",
        source,
        subscriptions,
        OpenGuard(),
        clock=clock,
        accept=lambda tick: None,
        announce=lambda payload: None,
    )
    assert feed.status().expected_ms == 120_000
    assert await feed.poll() == Progress(1, 2)
    assert source.most_waiting == 1
    await clock.advance(119)
    assert await feed.poll() == Progress(0, 0)
    assert await feed.refresh([an_id("A")]) == 1
    await clock.advance(1)
    assert await feed.poll([an_id("A")]) == Progress(0, 0)
    await clock.advance(119)
    assert await feed.poll([an_id("A")]) == Progress(1, 1)
