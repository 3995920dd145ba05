"""How long answers took: of each kind, and of all together, over the newest of the last minutes. Told the time."""

from collections import deque
from collections.abc import Iterable

from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import Percentiles, ResponseTimes

WINDOW_S = 300.0
KEPT, KEPT_OF_KIND = 1_000, 250
"""Of more only the newest count."""
MOST_KINDS = 64
MOST_TOLD = 12
OTHER = "other"


class ResponseClock:
    """Takes how long each answer took; kinds beyond the first 64 are counted as `other`."""

    def __init__(self) -> None:
        self.count = 0
        self.failures = 0
        self._all = _Recent(KEPT)
        self._kinds: dict[str, _Kind] = {}

    def note(self, kind: str, took_ms: float, now_s: float, *, failed: bool = False) -> None:
        """One more answer."""
        known = self._kinds.get(kind)
        if known is None:
            kind = kind if len(self._kinds) < MOST_KINDS else OTHER
            known = self._kinds.setdefault(kind, _Kind())
        known.count += 1
        known.failures += failed
        known.recent.add(took_ms, now_s)
        self.count += 1
        self.failures += failed
        self._all.add(took_ms, now_s)

    def overall(self, now_s: float) -> Percentiles:
        """Of all kinds together; zeros where nobody asked lately."""
        return percentiles(self._all.since(now_s - WINDOW_S))

    def by_kind(self, now_s: float) -> tuple[ResponseTimes, ...]:
        """Those asked for most first."""
        most = sorted(self._kinds.items(), key=lambda item: -item[1].count)[:MOST_TOLD]
        return tuple(
            ResponseTimes(
                kind=kind,
                count=one.count,
                failures=one.failures,
                ms=percentiles(one.recent.since(now_s - WINDOW_S)),
            )
            for kind, one in most
        )


class _Recent:
    """The newest few, each with its moment."""

    def __init__(self, kept: int) -> None:
        self._taken: deque[tuple[float, float]] = deque(maxlen=kept)

    def add(self, took_ms: float, now_s: float) -> None:
        self._taken.append((now_s, took_ms))

    def since(self, from_s: float) -> Iterable[float]:
        while self._taken and self._taken[0][0] < from_s:
            self._taken.popleft()
        return [took_ms for _, took_ms in self._taken]


class _Kind:
    def __init__(self) -> None:
        self.count = 0
        self.failures = 0
        self.recent = _Recent(KEPT_OF_KIND)
