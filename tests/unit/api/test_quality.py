"""Answers about how good the data is."""

from collections.abc import Callable

import pytest

from rtp_tui.api.quality import QualityAnswers
from rtp_tui.model.errors import Failed, UnknownFeed, UnknownInstrument
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.gaps import GapState
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.jobs import RunDurations
from rtp_tui.model.queries import GapPage, GetGaps, GetQuality
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.monitoring.quality import HOUR_MS
from rtp_tui.monitoring.quality_ledger import QualityLedger
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import (
    BTC,
    ETH,
    NOW_MS,
    a_feed_status,
    a_gap,
    a_job,
    a_quote,
    a_verdict,
    an_instrument,
)
from tests.fakes import FakeClock

NOBODY = InstrumentId("crypto:NOBODY")


class Desk:
    """Two instruments of one source, of which is known what a test says."""

    def __init__(self, uptime_pct: Callable[[int], float | None] = lambda _now_ms: 99.5) -> None:
        instruments = an_instrument(BTC, priority=Priority.HIGH), an_instrument(ETH, priority=Priority.LOW)
        self.state = PipelineState(instruments)
        self.memory = Memory()
        self.ledger = QualityLedger()
        self.history = MemoryHistory(self.memory)
        self.answers = QualityAnswers(
            self.state, self.history, self.ledger, TargetSettings(), uptime_pct, FakeClock(NOW_MS)
        )
        self.tell(a_feed_status(name="binance"))

    def tell(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    def count(self, subject: str, *, due: int, there: int, hours_ago: int = 0) -> None:
        counts = self.ledger.at(subject, NOW_MS - hours_ago * HOUR_MS)
        counts.bars_due, counts.bars_there = due, there

    async def subjects(self, query: GetQuality) -> list[tuple[str, str]]:
        return [(one.kind, one.subject) for one in (await self.answers.quality(query)).scores]


async def test_scores_come_the_worst_first_and_those_of_which_nothing_is_known_last() -> None:
    desk = Desk()
    desk.count(BTC, due=60, there=60)
    desk.count("binance", due=120, there=90)
    desk.ledger.at(ETH, NOW_MS)
    assert await desk.subjects(GetQuality()) == [
        ("source", "binance"),
        ("instrument", BTC),
        ("instrument", ETH),
    ]
    assert await desk.subjects(GetQuality(limit=1)) == [("source", "binance")]


async def test_one_instrument_or_one_source_is_answered_alone() -> None:
    desk = Desk()
    for subject in (BTC, ETH, "binance"):
        desk.count(subject, due=60, there=59)
    assert await desk.subjects(GetQuality(instrument=ETH)) == [("instrument", ETH)]
    assert await desk.subjects(GetQuality(source="binance")) == [("source", "binance")]


async def test_hours_outside_the_window_do_not_count() -> None:
    desk = Desk()
    desk.count(BTC, due=60, there=0, hours_ago=5)
    desk.count(BTC, due=60, there=60)
    (score,) = (await desk.answers.quality(GetQuality(instrument=BTC, hours=2))).scores
    assert [part.value for part in score.parts if part.name == "coverage"] == [100.0]


async def test_what_is_not_watched_is_refused_by_its_name() -> None:
    desk = Desk()
    with pytest.raises(UnknownInstrument, match="NOBODY"):
        await desk.answers.quality(GetQuality(instrument=NOBODY))
    with pytest.raises(UnknownFeed, match="nowhere"):
        await desk.answers.quality(GetQuality(source="nowhere"))


async def test_targets_are_judged_by_what_was_measured() -> None:
    desk = Desk()
    desk.count(BTC, due=100, there=98)
    desk.tell(PipelineStatistics(at_ms=NOW_MS, last_24h={"ticks": 990, "errors": 10}))
    desk.tell(a_job(duration_ms=RunDurations(last=1_500.0)))
    for instrument, age_ms in ((BTC, 3_000), (ETH, 9_000)):
        desk.tell(a_quote(instrument=instrument, received_ms=NOW_MS - age_ms))
        desk.tell(a_verdict(instrument=instrument, freshness=Freshness.LIVE))
    gap = a_gap(found_ms=NOW_MS - 9_000, changed_ms=NOW_MS - 2_000, state=GapState.FILLED)
    desk.memory.gaps[gap.instrument, gap.from_ms] = gap
    targets = (await desk.answers.quality(GetQuality())).targets
    assert {one.name: (one.actual, one.met) for one in targets} == {
        "error_rate": (1.0, True),
        "freshness_priority": (3.0, True),
        "freshness": (9.0, True),
        "coverage": (98.0, False),
        "accuracy": (None, None),
        "gap_recovery": (7.0, True),
        "uptime": (99.5, False),
        "full_cycle": (1.5, True),
    }


async def test_nothing_measured_is_not_called_met_or_missed() -> None:
    targets = (await Desk(lambda _now_ms: None).answers.quality(GetQuality())).targets
    assert {one.actual for one in targets} == {None}


class Unreadable(MemoryHistory):
    """A history whose file is gone."""

    async def gaps(self, query: GetGaps) -> GapPage:
        raise StoreUnusable("the history file is gone")


async def test_a_history_that_cannot_be_read_is_a_failure_in_words() -> None:
    desk = Desk()
    answers = QualityAnswers(
        desk.state,
        Unreadable(desk.memory),
        desk.ledger,
        TargetSettings(),
        lambda _now_ms: None,
        FakeClock(NOW_MS),
    )
    with pytest.raises(Failed, match="gone"):
        await answers.quality(GetQuality())
