"""When we could not have heard anything: feeds that were down, a process that did not run. Pure; told the time."""

from collections import defaultdict, deque
from collections.abc import Iterable

from rtp_tui.feeds.minute_grid import Span
from rtp_tui.model.gaps import GapCause

PAUSE_MS = 15_000
"""Between two looks that are a second apart: the machine slept, the process was stopped, or its clock was set."""
KEPT = 64


class Interruptions:
    """The newest interruptions of each kind."""

    def __init__(self) -> None:
        self._down_since: dict[str, int] = {}
        self._down: dict[str, deque[Span]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._pauses: deque[Span] = deque(maxlen=KEPT)
        self._looked: tuple[int, float] | None = None

    def look(self, now_ms: int, passed_s: float) -> Span | None:
        """To be called about once a second; the pause that ended now, if there was one.

        `passed_s` goes on while the machine sleeps and is never set: a clock that was set is no pause.
        """
        before, self._looked = self._looked, (now_ms, passed_s)
        if before is None or (passed_s - before[1]) * 1000 < PAUSE_MS or now_ms - before[0] < PAUSE_MS:
            return None
        before_ms = before[0]
        self.note_pause(before_ms, now_ms)
        return before_ms, now_ms

    def note_pause(self, from_ms: int, to_ms: int) -> None:
        """This process did not run."""
        self._pauses.append((from_ms, to_ms))

    def note_feed(self, provider: str, now_ms: int, *, is_up: bool) -> None:
        """Whether a provider's feed can be heard now."""
        if not is_up:
            self._down_since.setdefault(provider, now_ms)
        elif (since_ms := self._down_since.pop(provider, None)) is not None:
            self._down[provider].append((since_ms, now_ms))

    def cause(self, provider: str, from_ms: int, to_ms: int) -> GapCause:
        """Why a span has no bars."""
        if _touches(self._pauses, from_ms, to_ms):
            return GapCause.CLOCK
        since_ms = self._down_since.get(provider)
        is_down = since_ms is not None and since_ms < to_ms
        if is_down or _touches(self._down.get(provider, ()), from_ms, to_ms):
            return GapCause.DISCONNECT
        return GapCause.UNKNOWN


def _touches(spans: Iterable[Span], from_ms: int, to_ms: int) -> bool:
    return any(start_ms < to_ms and end_ms > from_ms for start_ms, end_ms in spans)
