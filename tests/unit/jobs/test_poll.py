"""Kind "poll": every feed that carries an instrument is asked, and one that fails leaves the others be."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest

from rtp_tui.jobs.poll import Pollable, PollJob
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import JobStatus, Progress
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.sources.contract import SourceUnavailable
from tests.factories import a_feed_status, a_job, an_instrument

INSTRUMENTS = [an_instrument("crypto:BTC"), an_instrument("crypto:ETH"), an_instrument("stocks:AAPL")]


class AskedFeed:
    """A feed that answers for all it is asked, or fails."""

    def __init__(self, *carried: str, failure: Exception | None = None) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.expected_ms = [5_000]
        self._carried = tuple(InstrumentId(name) for name in carried)
        self._failure = failure

    def status(self) -> FeedStatus:
        return a_feed_status(
            instruments=self._carried, state=FeedState.POLLING, expected_ms=self.expected_ms[-1]
        )

    def expect_every(self, interval_ms: int) -> None:
        self.expected_ms.append(interval_ms)

    async def poll(
        self, instruments: Collection[InstrumentId], report: Callable[[Progress], None]
    ) -> Progress:
        self.asked.append(tuple(instruments))
        if self._failure is not None:
            raise self._failure
        report(Progress(1, len(instruments)))
        return Progress(len(instruments), len(instruments))


def instruments() -> list[Instrument]:
    return INSTRUMENTS


def job(*patterns: str, interval_ms: int | None = None, id: str = "prices") -> JobSettings:  # noqa: A002 - as it is called
    return JobSettings(id=id, kind="poll", instruments=patterns, interval_ms=interval_ms)


def status_of(settings: JobSettings, **changes: Any) -> JobStatus:
    told = {"id": settings.id, "instruments": settings.instruments, "interval_ms": settings.interval_ms}
    return a_job(**{"kind": "poll", **told, **changes})


def a_poll_job(feeds: Mapping[str, Pollable], *jobs: JobStatus) -> PollJob:
    return PollJob(feeds, instruments, lambda: jobs)


def ignore(progress: Progress) -> None:
    pass


async def test_each_feed_is_asked_for_what_it_carries_of_the_jobs_instruments() -> None:
    coins, shares = AskedFeed("crypto:BTC", "crypto:ETH"), AskedFeed("stocks:AAPL")

    progress = await a_poll_job({"coins": coins, "shares": shares}).run(job("crypto:*"), ignore)

    assert coins.asked == [("crypto:BTC", "crypto:ETH")]
    assert shares.asked == []
    assert progress == Progress(2, 2)


async def test_a_feed_that_fails_leaves_the_others_be() -> None:
    broken = AskedFeed("crypto:BTC", failure=SourceUnavailable("down"))
    whole = AskedFeed("stocks:AAPL")

    progress = await a_poll_job({"broken": broken, "whole": whole}).run(job("*"), ignore)

    assert progress == Progress(1, 2)


async def test_a_run_in_which_nothing_came_fails_with_the_feeds_reason() -> None:
    broken = AskedFeed("crypto:BTC", failure=SourceUnavailable("down"))

    with pytest.raises(SourceUnavailable, match="down"):
        await a_poll_job({"broken": broken}).run(job("*"), ignore)


async def test_progress_adds_up_over_the_feeds() -> None:
    told: list[Progress] = []
    feeds = {"coins": AskedFeed("crypto:BTC", "crypto:ETH"), "shares": AskedFeed("stocks:AAPL")}

    await a_poll_job(feeds).run(job("*"), told.append)

    assert told[-1].expected == 3
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)


async def test_freshness_is_told_how_often_the_feed_is_asked() -> None:
    feed, minutely = AskedFeed("crypto:BTC"), job("*", interval_ms=60_000)

    await a_poll_job({"coins": feed}, status_of(minutely)).run(minutely, ignore)

    assert feed.expected_ms == [5_000, 60_000]


async def test_freshness_follows_an_interval_that_is_changed_down_to_the_providers_cadence() -> None:
    feed = AskedFeed("crypto:BTC")
    jobs: dict[str, JobStatus] = {}
    poll = PollJob({"coins": feed}, instruments, jobs.values)

    for interval_ms in (60_000, 60_000, 30_000, 1_000):
        changed = job("*", interval_ms=interval_ms)
        jobs[changed.id] = status_of(changed)
        await poll.run(changed, ignore)

    assert feed.expected_ms == [5_000, 60_000, 30_000, 5_000]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(None, id="removed"),
        pytest.param({"enabled": False}, id="disabled"),
        pytest.param({"instruments": ("stocks:*",)}, id="of other instruments"),
        pytest.param({"interval_ms": None}, id="by the clock"),
    ],
)
async def test_a_slower_job_that_asks_a_feed_no_more_does_not_count(after: dict[str, Any] | None) -> None:
    feed = AskedFeed("crypto:BTC")
    often, seldom = job("*", interval_ms=30_000), job("crypto:*", id="seldom", interval_ms=600_000)
    jobs = {"often": status_of(often), "seldom": status_of(seldom)}
    poll = PollJob({"coins": feed}, instruments, jobs.values)
    for asking in (often, seldom):
        await poll.run(asking, ignore)

    if after is None:
        del jobs["seldom"]
    else:
        jobs["seldom"] = status_of(seldom, **after)
    await poll.run(often, ignore)

    assert feed.expected_ms == [5_000, 600_000, 30_000]
