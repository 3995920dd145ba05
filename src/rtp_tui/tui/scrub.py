"""Looking back: which moment is wanted, asked for and shown; told the time, waits for nothing."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.events import Snapshot
from rtp_tui.model.jobs import JobRun
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.answers import Answers, gap_key
from rtp_tui.tui.timeline import KEPT_ENTRIES, Entry

STEP_MS = 10_000
LEAP_MS = 60_000
NOW_MS = 1_000
"""What is no further away than that is now."""
HELD_S = 0.4
"""Keys that come faster than that are one that is held down."""
HELD_PRESSES = 8
HELD_FACTOR = 6
NOT_KEPT = "not kept of the past"
_ASKED_OF_NOW = ("scores", "targets", "rules", "treasury", "market")


class Recalled(Struct, frozen=True, kw_only=True):
    """What was true at a moment."""

    at_ms: int
    prices_ms: int
    """When its prices were noted; those between that and the moment are not kept."""
    state: PipelineState
    timeline: Sequence[Entry] = ()
    runs: Sequence[JobRun] = ()
    answers: Answers


class Scrub:
    """Keys come faster than answers: one question is under way, and the newest wish is the next."""

    def __init__(self) -> None:
        self.shown: Recalled | None = None
        """None while the present is."""
        self._wanted_ms: int | None = None
        self._asked_ms: int | None = None
        self._pressed_at = float("-inf")
        self._presses = 0

    @property
    def sought_ms(self) -> int | None:
        """The moment that was asked for and has not come yet."""
        return None if self.shown is not None and self.shown.at_ms == self._wanted_ms else self._wanted_ms

    def step(self, by_ms: int, now: float, now_ms: int) -> None:
        """So much earlier, or later where it is positive; a key that is held down goes faster.

        Moments are whole steps. Beyond the present is the present.
        """
        is_held = now - self._pressed_at < HELD_S
        self._presses = self._presses + 1 if is_held else 0
        self._pressed_at = now
        from_ms = now_ms if self._wanted_ms is None else self._wanted_ms
        moved_ms = from_ms + by_ms * (HELD_FACTOR if self._presses >= HELD_PRESSES else 1)
        self.go(moved_ms // STEP_MS * STEP_MS if by_ms < 0 else -(-moved_ms // STEP_MS) * STEP_MS, now_ms)

    def go(self, at_ms: int, now_ms: int) -> None:
        """To a moment; to the present where it is not over."""
        if at_ms > now_ms - NOW_MS:
            self.leave()
        else:
            self._wanted_ms = max(0, at_ms)

    def leave(self) -> None:
        """Back to the present; an answer that is under way is of no use any more."""
        self.shown, self._wanted_ms = None, None

    def next_question(self) -> int | None:
        """The moment to ask for now, once."""
        if self._asked_ms is not None or self.sought_ms is None:
            return None
        self._asked_ms = self.sought_ms
        return self._asked_ms

    def take(self, recalled: Recalled) -> bool:
        """An answer; shown even where a newer wish waits, so that something moves. False when nobody wants it."""
        self._asked_ms = None
        if self._wanted_ms is None:
            return False
        self.shown = recalled
        return True

    def refuse(self, at_ms: int) -> bool:
        """That moment is not known: stay where we are. False when nobody wants it any more."""
        self._asked_ms = None
        if self._wanted_ms != at_ms:
            return False
        self._wanted_ms = None if self.shown is None else self.shown.at_ms
        return True

    def add_entries(self, at_ms: int, entries: Sequence[Entry]) -> None:
        """What the store knows of the time before a moment, if that is still the one shown."""
        if self.shown is not None and self.shown.at_ms == at_ms and entries:
            timeline = numbered((*entries, *self.shown.timeline))
            self.shown = replace(self.shown, timeline=timeline)


def recalled(snapshot: Snapshot, entries: Iterable[Entry], runs: Iterable[JobRun]) -> Recalled:
    """A moment from what the engine answered, and what this console has seen up to it."""
    at_ms, state = snapshot.at_ms, PipelineState.of(snapshot)
    return Recalled(
        at_ms=at_ms,
        prices_ms=at_ms if snapshot.prices_ms is None else snapshot.prices_ms,
        state=state,
        timeline=numbered([entry for entry in entries if entry.at_ms <= at_ms]),
        runs=tuple(run for run in runs if run.ended_ms <= at_ms),
        answers=_answers(state),
    )


def numbered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The newest entries, numbered without gaps."""
    return tuple(replace(entry, number=number) for number, entry in enumerate(entries[-KEPT_ENTRIES:], 1))


def _answers(state: PipelineState) -> Answers:
    """Of what panes ask, only what the state tells too is known of the past."""
    return Answers(
        gaps={gap_key(gap): gap for gap in state.quality.gaps.values()},
        refusals=dict.fromkeys(_ASKED_OF_NOW, NOT_KEPT),
    )
