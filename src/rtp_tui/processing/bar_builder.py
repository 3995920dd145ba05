"""One-minute bars by event time, revised by late ticks."""

from collections.abc import Iterable, Iterator

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin

MINUTE_MS = 60_000
CLOSE_GRACE_MS = 5_000
REVISABLE_BARS = 120
VOLUME_TOLERANCE = 1e-6
"""Sums of the same trades that are further apart are sums of other trades."""


class FormingBar:
    """A bar that can still change; `open` and `close` belong to the earliest and latest event.

    Events are ordered by `(event_ms, sequence)`, so that any order of arrival gives the same bar.
    """

    __slots__ = (
        "close", "close_key", "closed", "end_ms", "high", "is_changed", "low", "open", "open_key",
        "open_ms", "origin", "revision", "source", "trades", "volume",
    )  # fmt: skip

    def __init__(
        self, open_ms: int, price: float, key: tuple[int, int], origin: BarOrigin, source: str
    ) -> None:
        self.open_ms = open_ms
        self.end_ms = open_ms + MINUTE_MS
        self.open = self.high = self.low = self.close = price
        self.open_key = self.close_key = key
        self.volume = 0.0
        self.trades = 0
        self.closed = False
        self.revision = 0
        self.origin = origin
        self.source = source
        self.is_changed = False

    def add(self, price: float, key: tuple[int, int]) -> None:
        """Take one price into open, high, low and close."""
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        if key >= self.close_key:
            self.close, self.close_key = price, key
        elif key < self.open_key:
            self.open, self.open_key = price, key

    def freeze(self, instrument: InstrumentId) -> Bar:
        """The bar as a value."""
        return Bar(
            instrument, "1m", self.open_ms, self.open, self.high, self.low, self.close, self.volume,
            self.trades, self.closed, self.revision, self.origin, self.source,
        )  # fmt: skip

    @classmethod
    def of(cls, bar: Bar) -> "FormingBar":
        """A stored or backfilled bar, to be continued; later events than its own become its close."""
        forming = cls(bar.open_ms, bar.open, (bar.open_ms, -1), bar.origin, bar.source)
        forming.high, forming.low, forming.close = bar.high, bar.low, bar.close
        forming.volume, forming.trades = bar.volume, bar.trades
        forming.closed, forming.revision = bar.closed, bar.revision
        return forming


class BarBuilder:
    """The bars of one instrument: the forming ones and the last 120, which late ticks revise.

    A bar closes when the newest event time, or the clock where the feed is silent, passes its end by
    five seconds. Trades give volume and counts; sampled prices give bars without either and give way
    to trades of the same minute; a backfilled bar holds all trades of its minute already.
    """

    __slots__ = ("_bars", "_changed", "_current", "instrument", "newest_ms", "next_close_ms", "too_late")

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        self.newest_ms = 0
        self.next_close_ms = 1 << 62
        """When the earliest open bar is due to close, in event time."""
        self.too_late = 0
        self._bars: dict[int, FormingBar] = {}
        self._current: FormingBar | None = None
        self._changed: list[FormingBar] = []

    def add_trade(
        self, price: float, size: float, event_ms: int, sequence: int, source: str
    ) -> FormingBar | None:
        """Take a trade in; the bar when it was already closed and is hereby revised, else None."""
        bar = self._current
        if bar is None or not bar.open_ms <= event_ms < bar.end_ms:
            bar = self._bar_at(event_ms, price, (event_ms, sequence), BarOrigin.LIVE, source)
            if bar is None:
                self.too_late += 1
                return None
        if event_ms > self.newest_ms:
            self.newest_ms = event_ms
        if bar.origin is not BarOrigin.LIVE:
            if bar.origin is BarOrigin.BACKFILL and self.newest_ms >= bar.end_ms:
                return None
            self._give_way(bar, price, (event_ms, sequence), source)
        bar.add(price, (event_ms, sequence))
        bar.volume += size
        bar.trades += 1
        return self._note(bar)

    def add_sample(self, price: float, event_ms: int, source: str) -> FormingBar | None:
        """Take a polled price in; it never touches a bar that has trades."""
        bar = self._bar_at(event_ms, price, (event_ms, 0), BarOrigin.SAMPLED, source)
        if bar is None:
            self.too_late += 1
            return None
        self.newest_ms = max(self.newest_ms, event_ms)
        is_told_again = bar.closed and price == bar.close
        if bar.origin is not BarOrigin.SAMPLED or is_told_again:
            return None
        bar.add(price, (event_ms, 0))
        return self._note(bar)

    def merge(self, bars: Iterable[Bar], *, only_absent: bool = False) -> list[Bar]:
        """Take backfilled bars where ours is absent or, unless that is excluded, thinner; those that were taken."""
        taken = []
        for bar in bars:
            known = self._bars.get(bar.open_ms)
            if bar.closed and (known is None or (not only_absent and _is_thinner(known, bar))):
                taken.append(self._replace(bar, known))
        if taken:
            self._plan_closing()
            self._forget_old()
        return taken

    def revise(self, bar: Bar) -> Bar | None:
        """Put another bar in the place of a closed one; None where there is none, or where it still forms."""
        known = self._bars.get(bar.open_ms)
        return None if known is None or not known.closed else self._replace(bar, known)

    def minutes(self) -> frozenset[int]:
        """When the bars held here begin."""
        return frozenset(self._bars)

    def load(self, bars: Iterable[Bar]) -> None:
        """Continue bars of an earlier run."""
        for bar in bars:
            self._bars.setdefault(bar.open_ms, FormingBar.of(bar))
            self.newest_ms = max(self.newest_ms, bar.open_ms)
        self._plan_closing()

    def set_back(self, event_ms: int) -> None:
        """Take a time as the newest although later ones were seen: the venue's clock was set back."""
        self.newest_ms = event_ms
        self._current = None

    def close_due(self, event_ms: int) -> list[Bar]:
        """Close what ended more than five seconds before a moment of event time."""
        if event_ms < self.next_close_ms:
            return []
        due = [
            bar for bar in self._bars.values() if not bar.closed and bar.end_ms + CLOSE_GRACE_MS <= event_ms
        ]
        for bar in due:
            bar.closed = True
            self._mark(bar)
        self._plan_closing()
        return [bar.freeze(self.instrument) for bar in sorted(due, key=_open_ms)]

    def take_changed(self) -> Iterator[Bar]:
        """The bars that changed since the last call, as values."""
        changed, self._changed = self._changed, []
        for bar in changed:
            bar.is_changed = False
            yield bar.freeze(self.instrument)

    def recent(self) -> tuple[Bar, ...]:
        """The bars held here, ascending."""
        return tuple(bar.freeze(self.instrument) for bar in sorted(self._bars.values(), key=_open_ms))

    @property
    def has_changed(self) -> bool:
        """Whether `take_changed` would give anything."""
        return bool(self._changed)

    def _bar_at(
        self, event_ms: int, price: float, key: tuple[int, int], origin: BarOrigin, source: str
    ) -> FormingBar | None:
        open_ms = event_ms - event_ms % MINUTE_MS
        bar = self._bars.get(open_ms)
        if bar is None:
            if open_ms <= self.newest_ms - REVISABLE_BARS * MINUTE_MS:
                return None
            bar = self._bars[open_ms] = FormingBar(open_ms, price, key, origin, source)
            self._forget_old()
            self._plan_closing()
        if self._current is None or open_ms >= self._current.open_ms:
            self._current = bar
        return bar

    def _give_way(self, bar: FormingBar, price: float, key: tuple[int, int], source: str) -> None:
        """Make a bar that is not of trades of this run one: a sampled one begins anew, and a backfilled
        one that ended by our clock while the venue's had not got there goes on."""
        if bar.origin is BarOrigin.SAMPLED:
            bar.open = bar.high = bar.low = bar.close = price
            bar.open_key = bar.close_key = key
        elif bar.origin is BarOrigin.BACKFILL:
            bar.closed = False
            self._plan_closing()
        bar.origin, bar.source = BarOrigin.LIVE, source

    def _replace(self, bar: Bar, known: FormingBar | None) -> Bar:
        forming = FormingBar.of(bar)
        if known is not None:
            forming.trades = max(bar.trades, known.trades)
            forming.revision = known.revision + (1 if known.closed else 0)
            if known.is_changed:
                self._changed.remove(known)
            if self._current is known:
                self._current = forming
        self._bars[bar.open_ms] = forming
        self._mark(forming)
        return forming.freeze(self.instrument)

    def _note(self, bar: FormingBar) -> FormingBar | None:
        if not bar.is_changed:
            self._mark(bar)
        if not bar.closed:
            return None
        bar.revision += 1
        return bar

    def _mark(self, bar: FormingBar) -> None:
        if not bar.is_changed:
            bar.is_changed = True
            self._changed.append(bar)

    def _plan_closing(self) -> None:
        ends = [bar.end_ms for bar in self._bars.values() if not bar.closed]
        self.next_close_ms = min(ends) + CLOSE_GRACE_MS if ends else 1 << 62

    def _forget_old(self) -> None:
        surplus = len(self._bars) - REVISABLE_BARS
        for open_ms in sorted(self._bars)[:surplus] if surplus > 0 else ():
            del self._bars[open_ms]


def _is_thinner(known: FormingBar, bar: Bar) -> bool:
    """Whether a bar of a history knows more of the minute; not every history counts trades."""
    if bar.trades:
        return bar.trades > known.trades
    is_comparable = known.origin is BarOrigin.SAMPLED or known.source == bar.source
    return is_comparable and bar.volume > known.volume * (1 + VOLUME_TOLERANCE)


def _open_ms(bar: FormingBar) -> int:
    return bar.open_ms
