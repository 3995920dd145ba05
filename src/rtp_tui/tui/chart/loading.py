"""Which bars to ask the engine for next; told the time and the answers, asks nobody itself."""

from enum import StrEnum

from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS

BARS_A_SPAN = 600
_PAGE = 1000
_RETRY_MS = 5_000
_AGAIN_MS = 5_000
"""How often the bar that forms is asked for: its volume and trades come with no quote."""
_WIDEST = 1 << 20


class Phase(StrEnum):
    """How much is known of an instrument's bars."""

    OLDEST = "oldest"
    """Where they begin is asked for first: it tells whether there are any."""
    NEWEST = "newest"
    READY = "ready"
    EMPTY = "empty"


class Loading:
    """One chart's way through the pages of the store, from the newest back to the oldest."""

    def __init__(self, instrument: InstrumentId, timeframe: str) -> None:
        self.instrument = instrument
        self.timeframe = timeframe
        self.phase = Phase.OLDEST
        self.problem = ""
        """Why the last question had no answer."""
        self.wants_older = False
        """The person looks at the oldest bars that are loaded."""
        self._oldest_ms = 0
        self._from_ms: int | None = None
        """Everything since is loaded."""
        self._changed_ms: int | None = None
        """Bars may have changed since."""
        self._asked: GetBars | None = None
        self._more: GetBars | None = None
        """The next page of the span that is being read."""
        self._is_older = False
        self._gathered: list[Bar] = []
        self._spans = 1
        self._next_ms = 0
        """Nothing is asked before, since the last question failed."""
        self._tail_ms = 0
        """The newest bars are not asked for again before."""

    @property
    def is_whole(self) -> bool:
        """There is nothing older in the store."""
        return self._from_ms is not None and self._from_ms <= self._oldest_ms

    @property
    def is_busy(self) -> bool:
        """An answer is awaited."""
        return self._asked is not None

    def note_change(self, since_ms: int) -> None:
        """Bars since then are not what they were."""
        self._changed_ms = since_ms if self._changed_ms is None else min(since_ms, self._changed_ms)
        if self.phase is Phase.EMPTY or since_ms < self._oldest_ms:
            self.phase = Phase.OLDEST
            self._next_ms = 0

    def next_query(self, last_ms: int | None, now_ms: int, *, forms: bool) -> GetBars | None:
        """What to ask now, once; `last_ms` is the begin of the newest bar held, `forms` when that one may change."""
        if self._asked is not None or _is_put_off(now_ms, self._next_ms, _RETRY_MS):
            return None
        self._asked = self._query(last_ms, now_ms, forms=forms)
        return self._asked

    def take(self, query: GetBars, page: BarPage) -> list[Bar]:
        """Bars to be shown now: those of a span, once all of its pages have come."""
        if query != self._asked:
            return []
        self._asked, self.problem = None, ""
        if self.phase is Phase.OLDEST:
            return self._begin(page)
        self._gathered.extend(page.bars)
        if page.next_cursor is not None and page.bars:
            self._more = replace(query, cursor=page.next_cursor)
            return []
        bars, self._gathered, self._more = self._gathered, [], None
        self._finish(query, bars)
        return bars

    def fail(self, query: GetBars, words: str, now_ms: int) -> None:
        """The question had no answer; it is asked again after a while."""
        if query == self._asked:
            self._asked, self.problem = None, words
            self._gathered, self._more = [], None
            self._next_ms = now_ms + _RETRY_MS

    def _query(self, last_ms: int | None, now_ms: int, *, forms: bool) -> GetBars | None:
        span_ms = TIMEFRAMES_MS[self.timeframe]
        if self._more is not None:
            return self._more
        if self.phase is Phase.OLDEST:
            return self._of(None, None, limit=1)
        if self.phase is Phase.NEWEST or (self.wants_older and not self.is_whole):
            self._is_older = True
            end_ms = now_ms + span_ms if self._from_ms is None else self._from_ms
            start_ms = max(self._oldest_ms, end_ms - BARS_A_SPAN * span_ms * self._spans)
            return self._of(start_ms, end_ms)
        self._is_older = False
        if self.phase is Phase.READY and last_ms is not None and self._is_tail_due(now_ms, forms=forms):
            since_ms, self._changed_ms = min(last_ms, self._changed_ms or last_ms), None
            self._tail_ms = now_ms + _AGAIN_MS
            return self._of(max(since_ms, self._from_ms or 0), None)
        return None

    def _is_tail_due(self, now_ms: int, *, forms: bool) -> bool:
        is_wanted = forms or self._changed_ms is not None
        return is_wanted and not _is_put_off(now_ms, self._tail_ms, _AGAIN_MS)

    def _of(self, start_ms: int | None, end_ms: int | None, limit: int = _PAGE) -> GetBars:
        return GetBars(
            instrument=self.instrument,
            timeframe=self.timeframe,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=limit,
        )

    def _begin(self, page: BarPage) -> list[Bar]:
        if not page.bars:
            self.phase = Phase.EMPTY
            return []
        self._oldest_ms = page.bars[0].open_ms
        self.phase = Phase.NEWEST if self._from_ms is None else Phase.READY
        return []

    def _finish(self, query: GetBars, bars: list[Bar]) -> None:
        if not self._is_older or query.start_ms is None:
            return
        self._from_ms = query.start_ms
        if bars or self.is_whole:
            self.phase, self._spans, self.wants_older = Phase.READY, 1, False
        else:
            # A market may have been closed for longer than that.
            self._spans = min(_WIDEST, self._spans * 4)


def _is_put_off(now_ms: int, until_ms: int, longest_ms: int) -> bool:
    """That moment is still to come; one further away is of a clock that was set back since."""
    return now_ms < until_ms <= now_ms + longest_ms
