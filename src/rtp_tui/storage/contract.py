"""The two seams of the store: one that writes, one that reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct

from rtp_tui.model.alerts import AlertMemory, Silence
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import CompanyRecord, Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Quote, Tick
from rtp_tui.model.notifications import AnyRecord, NotificationMemory
from rtp_tui.model.queries import (
    AlertPage,
    BarPage,
    EventPage,
    FilingPage,
    GapPage,
    GetAlerts,
    GetBars,
    GetEvents,
    GetFilings,
    GetGaps,
    GetSignals,
    GetTicks,
    SignalPage,
    TickPage,
)
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import Signal, SignalMemory
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.reads import Reads
from rtp_tui.storage.rollups import Roll, RolledSeries
from rtp_tui.storage.trimmed import Trimmed

MadeT = TypeVar("MadeT")

TakeBars = Callable[[], Sequence[Bar]]
"""Hands over the bars that changed since it was last called."""


class Remembered(Struct, frozen=True):
    """What is in memory and would be missed by a file that is begun anew."""

    bars: Sequence[Bar] = ()
    keyframe: Snapshot | None = None


def nothing_remembered() -> Remembered:
    """Nobody holds anything."""
    return Remembered()


class StoreUnusable(Exception):
    """The history file cannot be opened, read or written; the message says why and what to do."""


class StorageSettings(Struct, frozen=True, kw_only=True):
    """Where history is kept and how much of it."""

    path: str = ""
    """Empty: `history.db` in the data directory."""
    tick_retention_ms: int = 24 * 3_600_000
    """Counted from when a row was stored."""
    tick_max_bytes: int = 5_000_000_000
    bar_retention_ms: int = 730 * 86_400_000
    """Of minutes; they go once the hours and days that they are part of are stored."""
    bar_max_bytes: int = 20_000_000_000
    """Of minutes: those stored first go first."""
    hour_retention_ms: int = 3_650 * 86_400_000
    day_retention_ms: int = 18_250 * 86_400_000
    event_retention_ms: int = 7 * 86_400_000
    """Of everything that happened, gaps and counts too; alerts and filings are kept as long as minutes."""
    event_max_bytes: int = 1_000_000_000
    keyframe_max_bytes: int = 500_000_000
    """Whole states of the last 24 hours, which rebuild any moment of them."""
    strict: bool = False
    """A history file that cannot be used keeps the engine from starting; otherwise a damaged one is set aside,
    and without any the engine goes on live."""


class Recorder(Protocol):
    """Accepts rows without waiting and makes them durable in batches of 100 to 250 ms.

    One batch is one transaction: the ticks and events accepted up to a sequence number together with
    the bars they changed, so that a crash at any instant leaves bars and ticks that agree.
    """

    def add_tick(self, seq: int, tick: Tick) -> None:
        """Buffer a tick; when the bounded buffer is full the oldest tick is given up and counted."""
        ...

    def add_event(self, event: Event, at_ms: int) -> None:
        """Buffer an event that is no market event; never given up."""
        ...

    def add_gap(self, gap: Gap) -> None:
        """Buffer what became of missing minutes, in the place of what was known of them."""
        ...

    def add_tally(self, tally: Tally) -> None:
        """Buffer counts of a span, in the place of what was known of it."""
        ...

    def add_disclosures(self, disclosed: Disclosures) -> None:
        """Buffer what a company filed; what is known of it already is replaced."""
        ...

    def add_document(self, document: Document) -> None:
        """Buffer a document, in the place of what was known under its name."""
        ...

    def add_alert_record(self, record: AnyRecord) -> None:
        """Buffer an alert, a silence, a rule, a delivery or a mute, in the place of what was known of it."""
        ...

    def add_signal(self, signal: Signal) -> None:
        """Buffer a signal, in the place of what was known of it."""
        ...

    def add_keyframe(self, snapshot: Snapshot) -> None:
        """Buffer the whole state at a moment."""
        ...

    async def run(
        self,
        take_bars: TakeBars,
        committed: Callable[[int], None],
        remembered: Callable[[], Remembered] = nothing_remembered,
    ) -> None:
        """Write until `close`; `committed(seq)` is called after each commit with its watermark.

        A file that is begun in place of one that was lost is given what is `remembered`.
        """
        ...

    async def trim(self) -> Trimmed:
        """Delete now all that is too old or too much, in steps between commits. Raises StoreUnusable."""
        ...

    async def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        """Store hours and days of a span's stored minutes, between two commits; how many. Raises StoreUnusable.

        No hour or day may reach over an end of the span.
        """
        ...

    async def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        """Forget that hours and days are stored from a moment on. Raises StoreUnusable."""
        ...

    def status(self) -> StoreStatus:
        """What is stored, what waits, how long commits take."""
        ...

    async def close(self) -> None:
        """Write what is pending, then let go of the file."""
        ...


class History(Protocol):
    """Reads what is durable; never blocks the writer."""

    @property
    def reads(self) -> Reads:
        """How its readers are doing."""
        ...

    async def bars(self, query: GetBars) -> BarPage:
        """Stored bars, ascending."""
        ...

    async def bar_spans(self, instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
        """When the first and the last stored bar begins of each that has some, over all timeframes."""
        ...

    async def newest_bars(self, instrument: InstrumentId, timeframe: str, count: int) -> tuple[Bar, ...]:
        """The newest `count` bars, ascending."""
        ...

    async def rolled(self, instrument: InstrumentId | None = None) -> tuple[RolledSeries, ...]:
        """How far the minutes of an instrument, or of all that have some, are rolled up."""
        ...

    async def newest_quotes(self) -> tuple[Quote, ...]:
        """The last known quote of each instrument, marked `stored`."""
        ...

    async def events(self, query: GetEvents) -> EventPage:
        """Stored events, ascending."""
        ...

    async def keyframe_before(self, at_ms: int) -> Snapshot | None:
        """The newest keyframe at or before a moment."""
        ...

    async def oldest_keyframe_ms(self) -> int | None:
        """From when on the state of a moment can be rebuilt; None while it cannot be."""
        ...

    async def state_events(self, after_seq: int, epoch: str, until_ms: int) -> tuple[Event, ...]:
        """The stored events of an epoch after a sequence number, up to a moment."""
        ...

    async def gaps(self, query: GetGaps) -> GapPage:
        """Stored gaps in the order in which they were first stored."""
        ...

    async def tallies(
        self, span_ms: int, since_ms: int, until_ms: int | None = None, limit: int | None = None
    ) -> tuple[Tally, ...]:
        """Stored counts of spans of this length that began since, and before a moment, ascending; the first so many."""
        ...

    async def alerts(self, query: GetAlerts) -> AlertPage:
        """Stored alerts, those that fired last first."""
        ...

    async def silences(self, since_ms: int) -> tuple[Silence, ...]:
        """Stored silences that are not over by a moment, in the order in which they were made."""
        ...

    async def alert_memory(self, now_ms: int) -> AlertMemory:
        """What the alerts of a new run go on from."""
        ...

    async def documents(self, kind: DocumentKind) -> tuple[Document, ...]:
        """Stored documents of a kind that were not removed, by name."""
        ...

    async def signals(self, query: GetSignals) -> SignalPage:
        """Stored signals, the newest first."""
        ...

    async def signal_memory(self) -> SignalMemory:
        """What the signals of a new run go on from."""
        ...

    async def notification_memory(self) -> NotificationMemory:
        """What the notifications of a new run go on from."""
        ...

    async def filings(self, query: GetFilings) -> FilingPage:
        """Stored filings of an instrument's company, the newest first, and its newest facts."""
        ...

    async def company_record(self, instrument: InstrumentId) -> CompanyRecord | None:
        """The company that an instrument is a share of, where one is known."""
        ...

    async def ticks(self, query: GetTicks) -> TickPage:
        """Stored ticks of one instrument, in the order in which they were stored."""
        ...

    async def bar_minutes(self, instrument: InstrumentId, start_ms: int, end_ms: int) -> tuple[int, ...]:
        """When the minutes of `[start_ms, end_ms)` began that there are bars of, ascending."""
        ...

    async def instruments(self) -> tuple[InstrumentId, ...]:
        """Everything that anything was ever stored of, by name."""
        ...

    async def trades(self, start_ms: int, end_ms: int, limit: int) -> tuple[Tick, ...]:
        """At most `limit` stored trades of `[start_ms, end_ms)` by event time, in the order in which they were stored.

        Only rows that were stored from a minute before to five minutes after the span are looked at.
        """
        ...

    async def made_of_trades(
        self, start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], MadeT]
    ) -> MadeT:
        """What a function makes of all such trades, one after the other: never are all of them in memory.

        Where there may be many it is called in another thread, so that nothing waits for it.
        """
        ...

    def trades_since_ms(self) -> int | None:
        """Trades received before this are not all here any more; None where they go by their age alone."""
        ...

    async def back_up(self, target: Path) -> int:
        """Write a copy of everything to a file that does not exist yet; its size. Raises StoreUnusable."""
        ...

    async def close(self) -> None:
        """Let go of the readers."""
        ...
