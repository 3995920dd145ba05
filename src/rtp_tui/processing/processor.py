"""What is kept of what the feeds deliver: one pure step per tick, one track per instrument."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import (
    Bar,
    BarsBackfilled,
    Quote,
    Rejected,
    RejectReason,
    SignificantChange,
    Tick,
    TickKind,
)
from rtp_tui.model.quality import Anomaly, AnomalyState
from rtp_tui.model.sessions import Span
from rtp_tui.processing.change_detection import DEFAULT_THRESHOLDS_PCT
from rtp_tui.processing.day_figures import MarketDayOf, utc_day
from rtp_tui.processing.deduplication import Jump
from rtp_tui.processing.track import AsidePrice, InstrumentTrack, Moves
from rtp_tui.processing.validation import FUTURE_TOLERANCE_MS, reject_reason

Conclusion = Bar | SignificantChange | Anomaly
ANNOUNCED_CLOSES = 32


class Kept(Struct, frozen=True, gc=False):
    """A tick that is kept: the new quote if it changed anything, and what follows from it."""

    quote: Quote | None
    conclusions: Sequence[Conclusion] = ()
    is_aside: bool = False
    """It is of a feed that does not price the instrument now, and gave no price."""
    released: tuple[Tick, ...] = ()
    """Those before it that it made believable; told together with conclusions."""


NOTHING_NEW = Kept(None)


class ProcessingCounts(Struct):
    """What went through since the start; grows only."""

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    bars_closed: int = 0
    bars_revised: int = 0
    bars_backfilled: int = 0
    quarantined: int = 0
    confirmed: int = 0
    """Of those that were quarantined."""


class Processor:
    """Validates, removes duplicates, notices changes and builds bars; told everything, waits for nothing."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        thresholds_pct: Mapping[str, float] = DEFAULT_THRESHOLDS_PCT,
        day_of: MarketDayOf = utc_day,
    ) -> None:
        self.counts = ProcessingCounts()
        self.rejected: Counter[str] = Counter()
        self.rejected_of: dict[str, Counter[str]] = {}
        """By the feed of an instrument that said it."""
        self.quarantined_of: Counter[InstrumentId] = Counter()
        self._thresholds_pct = thresholds_pct
        self._day_of = day_of
        self._tracks: dict[InstrumentId, InstrumentTrack] = {}
        for instrument in instruments:
            self.add(instrument)

    @property
    def bars_too_late(self) -> int:
        """Trades too old for any bar that can still be revised."""
        return sum(track.bars.too_late for track in self._tracks.values())

    @property
    def numbers_forgotten(self) -> int:
        """Trades' numbers given up: a late trade of such a number counts as seen."""
        return sum(track.numbers_forgotten for track in self._tracks.values())

    def add(self, instrument: Instrument) -> None:
        """Keep what is observed of one more instrument."""
        threshold_pct = self._thresholds_pct.get(instrument.asset_class, 1.0)
        day_of = partial(self._day_of, instrument.market)
        self._tracks[instrument.id] = InstrumentTrack(instrument.id, instrument.feeds, threshold_pct, day_of)

    def remove(self, instrument: InstrumentId) -> None:
        """Keep nothing of an instrument any more; bars that are not stored yet are given up."""
        self._tracks.pop(instrument, None)

    def process(self, tick: Tick) -> Kept | Rejected:
        """Keep a tick or say why not; every call is counted."""
        counts = self.counts
        counts.received += 1
        track = self._tracks.get(tick.instrument)
        if track is None:
            return self._reject(RejectReason.UNKNOWN_INSTRUMENT)
        if tick.feed != track.active_feed:
            return self._keep_aside(track, tick)
        reason = reject_reason(tick)
        if reason is not None:
            return self._reject(reason, tick.feed)
        event_ms = tick.event_ms
        ahead_ms = 0 if event_ms is None else event_ms - tick.received_ms
        if ahead_ms > FUTURE_TOLERANCE_MS and track.future.is_accident(ahead_ms, track.event_ms):
            return self._reject(RejectReason.FUTURE_TIME, tick.feed)
        track.observed += 1
        kept = self._keep(track, tick)
        if type(kept) is Kept:
            counts.accepted += 1
        return kept

    def activate(self, instrument: InstrumentId, feed: str) -> None:
        """Let another of an instrument's feeds price it from now on."""
        self._tracks[instrument].switch_to(feed)

    def follow_clock(self, set_by_ms: int) -> None:
        """Our own clock was set: the venues' times are as good as they were."""
        for track in self._tracks.values():
            track.future.follow(set_by_ms)

    def close_bars(self, now_ms: int) -> list[Bar]:
        """Close bars of feeds that have fallen silent: their clock is their newest event plus our time since."""
        closed = [bar for track in self._tracks.values() for bar in track.close_bars(now_ms)]
        self.counts.bars_closed += len(closed)
        return closed

    def take_changed_bars(self) -> list[Bar]:
        """The bars that changed since the last call, to be stored together with the ticks that changed them."""
        return list(self._changed_bars())

    def merge_backfill(self, bars: Sequence[Bar], *, from_standby: bool = False) -> BarsBackfilled | None:
        """Take bars of one instrument from its active feed's history; what to announce, if any were taken.

        Those of another of its feeds are taken only where that is said, and only where there is no bar.
        """
        track = self._tracks.get(bars[0].instrument) if bars else None
        rank = None if track is None else track.rank_of(bars[0].source)
        if track is None or rank is None:
            return None
        is_active = bars[0].source == track.active_feed
        taken = track.bars.merge(bars, only_absent=not is_active) if is_active or from_standby else []
        self.counts.bars_backfilled += len(taken)
        return _backfilled(track, taken)

    def merge_rebuilt(self, bars: Sequence[Bar]) -> BarsBackfilled | None:
        """Take bars of one instrument that were built again, of whichever feeds; what to announce, if any were taken.

        Those that are held here are left as they are: `revise` replaces them.
        """
        track = self._tracks.get(bars[0].instrument) if bars else None
        if track is None:
            return None
        taken = track.bars.merge(bars, only_absent=True)
        self.counts.bars_revised += len(taken)
        return _backfilled(track, taken)

    def observed(self, instrument: InstrumentId) -> int:
        """Usable observations of an instrument's active feed since the start."""
        track = self._tracks.get(instrument)
        return 0 if track is None else track.observed

    def aside_prices(self, instrument: InstrumentId) -> Mapping[str, AsidePrice]:
        """What the feeds that do not price an instrument now said of its price last, by feed."""
        track = self._tracks.get(instrument)
        return {} if track is None else track.aside

    def take_jumps(self) -> list[Jump]:
        """Where trades' numbers went ahead since the last call."""
        jumps = [jump for track in self._tracks.values() for jump in track.jumps]
        for jump in jumps:
            self._tracks[jump.instrument].jumps.clear()
        return jumps

    def lacks(self, jump: Jump) -> bool:
        """Whether trades that were skipped have still not come."""
        track = self._tracks.get(jump.instrument)
        return track is not None and track.lacks(jump)

    def minutes(self, instrument: InstrumentId) -> frozenset[int]:
        """The minutes, by their beginning, of the bars that are held here."""
        track = self._tracks.get(instrument)
        return frozenset() if track is None else track.bars.minutes()

    def revise(self, bar: Bar) -> Bar | None:
        """Replace a bar that its own trades contradict; what became of it, None where it is not held here any more."""
        track = self._tracks.get(bar.instrument)
        revised = None if track is None else track.bars.revise(bar)
        self.counts.bars_revised += revised is not None
        return revised

    def partial_days(self) -> list[tuple[InstrumentId, Span]]:
        """Instruments of whose trading day minutes are missing in its figures, and when it is."""
        days = ((key, track.day) for key, track in self._tracks.items())
        return [(key, day.span) for key, day in days if day.is_partial and day.span is not None]

    def load_day(self, instrument: InstrumentId, minutes: Iterable[Bar]) -> Quote | None:
        """Take the minutes of the trading day into its figures; the quote with them."""
        track = self._tracks.get(instrument)
        if track is None:
            return None
        track.day.load(minutes)
        return track.quote()

    def restore(self, quotes: Iterable[Quote], bars: Iterable[Sequence[Bar]]) -> None:
        """Continue from what an earlier run stored."""
        for quote in quotes:
            if quote.instrument in self._tracks:
                self._tracks[quote.instrument].restore(quote)
        for series in bars:
            if series and series[0].instrument in self._tracks:
                self._tracks[series[0].instrument].bars.load(series)

    def quotes(self) -> Iterator[Quote]:
        """What is known of every instrument that anything is known of."""
        for track in self._tracks.values():
            if track.is_known:
                yield track.quote()

    def bars(self, instrument: InstrumentId) -> tuple[Bar, ...]:
        """The bars of an instrument that can still change or have not been stored yet, ascending."""
        track = self._tracks.get(instrument)
        return track.bars.recent() if track is not None else ()

    def _keep(self, track: InstrumentTrack, tick: Tick) -> Kept | Rejected:
        if tick.kind is TickKind.TRADE:
            if not track.is_new(tick):
                return self._reject(RejectReason.DUPLICATE, tick.feed)
            price = tick.price
            if price is not None and not track.changes.is_quiet(price):
                return self._hold(track, tick) if track.doubts(tick) else self._keep_move(track, tick)
            conclusions = self._conclude(track.take_trade(tick))
            return Kept(track.quote(), conclusions) if conclusions else Kept(track.quote())
        if tick.kind is TickKind.POLL:
            return self._keep_poll(track, tick)
        if track.take_figures(tick):
            return Kept(track.quote())
        self.counts.unchanged += 1
        return NOTHING_NEW

    def _keep_aside(self, track: InstrumentTrack, tick: Tick) -> Kept | Rejected:
        rank = track.rank_of(tick.feed)
        if rank is None:
            return self._reject(RejectReason.UNKNOWN_INSTRUMENT)
        reason = reject_reason(tick)
        if reason is not None:
            return self._reject(reason, tick.feed)
        self.counts.accepted += 1
        if tick.price is not None:
            track.aside[tick.feed] = tick.price, tick.received_ms
        if track.take_aside(tick, rank):
            return Kept(track.quote(), is_aside=True)
        self.counts.unchanged += 1
        return NOTHING_NEW

    def _keep_poll(self, track: InstrumentTrack, tick: Tick) -> Kept | Rejected:
        is_far = tick.price is not None and not track.changes.is_quiet(tick.price)
        if is_far and track.doubts(tick):
            return self._hold(track, tick)
        conclusions, released = self._believe(track) if is_far else ((), ())
        moves = track.take_poll(tick)
        if moves is None:
            return self._reject(RejectReason.OUT_OF_ORDER, tick.feed)
        conclusions = [*conclusions, *self._conclude(moves)]
        if track.take_figures(tick):
            return Kept(track.quote(), conclusions, released=released)
        self.counts.unchanged += 1
        return Kept(None, conclusions, released=released)

    def _keep_move(self, track: InstrumentTrack, tick: Tick) -> Kept:
        """Take a trade that moved far, and those before it that it made believable."""
        conclusions, released = self._believe(track)
        conclusions = [*conclusions, *self._conclude(track.take_trade(tick))]
        return Kept(track.quote(), conclusions, released=released)

    def _hold(self, track: InstrumentTrack, tick: Tick) -> Kept:
        """Keep a price out of quote and bars until those after it say the same."""
        self.counts.quarantined += 1
        self.quarantined_of[track.instrument] += 1
        self.counts.unchanged += 1
        is_told = track.quarantine.is_told(tick.received_ms)
        return Kept(None, (track.doubt(tick, AnomalyState.QUARANTINED),)) if is_told else NOTHING_NEW

    def _believe(self, track: InstrumentTrack) -> tuple[Sequence[Conclusion], tuple[Tick, ...]]:
        """What follows from those that were kept out and are believed now."""
        if not track.quarantine.held:
            return (), ()
        released = track.quarantine.release()
        self.counts.confirmed += len(released)
        conclusions: list[Conclusion] = [track.doubt(released[0], AnomalyState.CONFIRMED)]
        for one in released:
            moves = track.take_trade(one) if one.kind is TickKind.TRADE else track.take_poll(one)
            conclusions += self._conclude(moves) if moves is not None else ()
        return conclusions, released

    def _conclude(self, moves: Moves) -> Sequence[Conclusion]:
        closed, revised, change = moves
        if not closed and revised is None and change is None:
            return ()
        self.counts.bars_closed += len(closed)
        conclusions: list[Conclusion] = list(closed)
        if revised is not None:
            self.counts.bars_revised += 1
            conclusions.append(revised)
        if change is not None:
            conclusions.append(change)
        return conclusions

    def _changed_bars(self) -> Iterator[Bar]:
        for track in self._tracks.values():
            if track.bars.has_changed:
                yield from track.bars.take_changed()

    def _reject(self, reason: RejectReason, feed: str = "") -> Rejected:
        self.rejected[reason] += 1
        if feed:
            self.rejected_of.setdefault(feed, Counter())[reason] += 1
        return _REJECTED[reason]


def _backfilled(track: InstrumentTrack, taken: Sequence[Bar]) -> BarsBackfilled | None:
    if not taken:
        return None
    track.day.doubt(taken)
    known = [bar for bar in track.bars.recent() if bar.closed][-ANNOUNCED_CLOSES:]
    closes = tuple(bar.close for bar in known)
    return BarsBackfilled(track.instrument, "1m", len(taken), taken[0].open_ms, known[-1].open_ms, closes)


_REJECTED = {reason: Rejected(reason) for reason in RejectReason}
