"""A Recorder of our own, for tests: remembers what it is given and commits when told."""

import asyncio
from collections.abc import Callable

from rtp_tui.model.documents import Document
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick
from rtp_tui.model.notifications import AnyRecord
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import Signal
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.contract import Remembered, TakeBars, nothing_remembered
from rtp_tui.storage.rollups import Roll
from rtp_tui.storage.trimmed import Trimmed


class FakeRecorder:
    """Lists of what came, in order; `commit` is called by the test."""

    def __init__(self, on_tick: Callable[[], None] = lambda: None) -> None:
        self.ticks: list[tuple[int, Tick]] = []
        self.events: list[tuple[Event, int]] = []
        self.keyframes: list[Snapshot] = []
        self.bars: list[Bar] = []
        self.gaps: list[Gap] = []
        self.tallies: list[Tally] = []
        self.signals: list[Signal] = []
        self.documents: list[Document] = []
        self.alert_records: list[AnyRecord] = []
        self.disclosed: list[Disclosures] = []
        self._on_tick = on_tick
        self._commit = asyncio.Event()

    def add_tick(self, seq: int, tick: Tick) -> None:
        self._on_tick()
        self.ticks.append((seq, tick))

    def add_event(self, event: Event, at_ms: int) -> None:
        self.events.append((event, at_ms))

    def add_keyframe(self, snapshot: Snapshot) -> None:
        self.keyframes.append(snapshot)

    def add_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    def add_tally(self, tally: Tally) -> None:
        self.tallies.append(tally)

    def add_signal(self, signal: Signal) -> None:
        self.signals.append(signal)

    def add_alert_record(self, record: AnyRecord) -> None:
        self.alert_records.append(record)

    def add_document(self, document: Document) -> None:
        self.documents.append(document)

    def add_disclosures(self, disclosed: Disclosures) -> None:
        self.disclosed.append(disclosed)

    def commit(self) -> None:
        """Let `run` write once."""
        self._commit.set()

    async def run(
        self,
        take_bars: TakeBars,
        committed: Callable[[int], None],
        remembered: Callable[[], Remembered] = nothing_remembered,
    ) -> None:
        while True:
            await self._commit.wait()
            self._commit.clear()
            self.bars += take_bars()
            committed(max((seq for seq, _ in self.ticks), default=0))

    async def trim(self) -> Trimmed:
        return Trimmed()

    async def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        return 0

    async def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        pass

    def status(self) -> StoreStatus:
        return StoreStatus(at_ms=0, path="", ok=True)

    async def close(self) -> None:
        return None
