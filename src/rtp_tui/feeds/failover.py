"""Which of an instrument's feeds prices it: the first in its list that is healthy. Pure; told the time and the feeds.

A feed that fell silent for longer than its cadence allows while its market is open, or that lost its provider, is
replaced by the first healthy one after it. The preferred one returns by itself once it has been healthy without a
break for a while, and for longer each time that it failed again soon after.
"""

from collections.abc import Sequence

from msgspec import Struct

from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.instrument import InstrumentId

SILENT_CADENCES = 3
SHORTEST_SILENCE_MS = 10_000
DISCONNECT_GRACE_MS = 3_000
"""A socket that is replaced, or a question that asks what the socket does not tell, needs about so long."""
FIRST_RETURN_S, LONGEST_RETURN_S = 30.0, 600.0
"""How long a preferred feed is healthy before it prices again; doubled each time that it failed soon after."""
FORGIVEN_AFTER_S = 900.0


class Candidate(Struct, frozen=True):
    """One of an instrument's feeds, as of now."""

    feed: str
    """`binance:BTCUSDT`"""
    expected_ms: int
    """How often it should be heard from."""
    heard_ms: int | None
    """When it was last heard from about this instrument."""
    down_since_ms: int | None = None
    """Since when it has no connection; None while it has one."""
    error: str | None = None

    def fault(self, now_ms: int) -> str | None:
        """Why it cannot price the instrument now; None while it can."""
        if self.down_since_ms is not None and now_ms - self.down_since_ms >= DISCONNECT_GRACE_MS:
            return f"{self.feed} has no connection" + (f": {self.error}" if self.error else "")
        if self.heard_ms is None:
            return f"{self.feed} was not heard of"
        silence_ms = max(SHORTEST_SILENCE_MS, SILENT_CADENCES * self.expected_ms)
        if now_ms - self.heard_ms > silence_ms:
            return f"{self.feed} is silent for over {silence_ms / 1000:g} s"
        return None


class Failover:
    """The choice for one instrument, and what is remembered between choices."""

    def __init__(self, instrument: InstrumentId, feeds: Sequence[str], now_ms: int, now_s: float) -> None:
        self.active = ActiveFeed(instrument=instrument, feed=feeds[0], since_ms=now_ms)
        self._began_s = now_s
        self._has_begun = False
        self._healthy_since_s: dict[str, float] = {}
        self._return_s = FIRST_RETURN_S
        self._returned_s: float | None = None

    def choose(
        self, candidates: Sequence[Candidate], now_ms: int, now_s: float, *, in_session: bool
    ) -> ActiveFeed | None:
        """The feed to price from now on, or None where all stays as it is.

        Out of session nobody is silent: nothing is switched, but from a feed that does not run at all.
        """
        faults = {candidate.feed: candidate.fault(now_ms) for candidate in candidates}
        self._note_health(faults, now_s)
        if not in_session and self.active.feed in faults:
            return None
        wanted = self._wanted([candidate.feed for candidate in candidates], faults, now_s)
        if wanted == self.active.feed:
            return None
        self._note_switch(wanted, [candidate.feed for candidate in candidates], now_s)
        reason = "" if wanted == candidates[0].feed else _why(candidates, faults, wanted)
        self.active = ActiveFeed(
            instrument=self.active.instrument, feed=wanted, since_ms=now_ms, reason=reason
        )
        return self.active

    def _note_health(self, faults: dict[str, str | None], now_s: float) -> None:
        if faults.get(self.active.feed, "it is gone") is None:
            self._has_begun = True
        for feed, fault in faults.items():
            if fault is None:
                self._healthy_since_s.setdefault(feed, now_s)
            else:
                self._healthy_since_s.pop(feed, None)

    def _wanted(self, feeds: Sequence[str], faults: dict[str, str | None], now_s: float) -> str:
        active = self.active.feed
        if faults.get(active, "it is gone") is not None:
            starting = active in feeds and not self._has_begun and self._is_new(now_s)
            healthy = [feed for feed in feeds if faults[feed] is None]
            return active if starting or not healthy else healthy[0]
        better = feeds[: feeds.index(active)]
        return next((feed for feed in better if self._has_proven(feed, now_s)), active)

    def _is_new(self, now_s: float) -> bool:
        """So new that no feed need have spoken yet."""
        return now_s - self._began_s < SHORTEST_SILENCE_MS / 1000

    def _has_proven(self, feed: str, now_s: float) -> bool:
        since_s = self._healthy_since_s.get(feed)
        return since_s is not None and now_s - since_s >= self._return_s

    def _note_switch(self, wanted: str, feeds: Sequence[str], now_s: float) -> None:
        is_return = self.active.feed in feeds and feeds.index(wanted) < feeds.index(self.active.feed)
        if is_return:
            self._returned_s = now_s
        elif self._returned_s is not None and now_s - self._returned_s < FORGIVEN_AFTER_S:
            self._return_s = min(LONGEST_RETURN_S, self._return_s * 2)
        else:
            self._return_s = FIRST_RETURN_S


def _why(candidates: Sequence[Candidate], faults: dict[str, str | None], wanted: str) -> str:
    """What keeps the feeds before this one from pricing."""
    before = [candidate.feed for candidate in candidates]
    better = before[: before.index(wanted)]
    return "; ".join(faults[feed] or f"{feed} is to prove itself" for feed in better)
