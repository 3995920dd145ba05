"""Breakers: whether calls to each endpoint go through, and when the next attempt is made."""

from collections.abc import Sequence

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.text import compact
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

STATES = {
    BreakerState.CLOSED: Cell("●", Tone.OK),
    BreakerState.HALF_OPEN: Cell("◐", Tone.WARN),
    BreakerState.OPEN: Cell("✖", Tone.BAD),
    BreakerState.FORCED_OPEN: Cell("✖", Tone.WARN),
    BreakerState.FORCED_CLOSED: Cell("‖", Tone.WARN),
}
_OPEN = (BreakerState.OPEN, BreakerState.FORCED_OPEN)
_STATE_WIDTH = 18


class Breakers(Pane):
    """One row a protected endpoint."""

    name = "breakers"
    title = "Breakers"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="name", title="ENDPOINT", width=16, grows_to=26),
        Column(name="state", title="STATE", width=_STATE_WIDTH),
        Column(name="failures", title="FAIL", width=4, rank=1, right=True, is_number=True),
        Column(name="slow", title="SLOW", width=4, rank=5, right=True, is_number=True),
        Column(name="calls", title="CALLS", width=5, rank=2, right=True, is_number=True),
        Column(name="busy", title="BUSY", width=7, rank=3, right=True, is_number=True),
        Column(name="denied", title="DENIED", width=6, rank=4, right=True, is_number=True),
        Column(name="retries", title="RETRY", width=5, rank=6, right=True, is_number=True),
        Column(name="full", title="FULL", width=4, rank=8, right=True, is_number=True),
        Column(name="note", title="NOTE", width=12, rank=7, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.state.breaker.breakers)

    def row(self, scene: Scene, key: str) -> Row:
        breaker = scene.state.breaker.breakers[key]
        mark, plain = STATES[breaker.state], Tone.TEXT
        if not scene.is_trusted:
            mark, plain = Cell("?", Tone.DIM), Tone.DIM
        return Row(
            key,
            (
                mark,
                Cell(breaker.name, Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(state_text(scene, breaker), Tone.DIM if mark.tone is Tone.OK else mark.tone),
                _rate(breaker.failure_rate, plain),
                _rate(breaker.slow_rate, plain),
                Cell(compact(breaker.calls) if breaker.calls else "0", plain),
                Cell(busy_text(breaker), Tone.WARN if breaker.waiting and scene.is_trusted else plain),
                _count(breaker.not_permitted, scene),
                _count(breaker.retries, scene),
                _count(breaker.rejected_full, scene),
                Cell(breaker.last_error or "", Tone.DIM if mark.tone is Tone.OK else mark.tone),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        breaker = scene.state.breaker.breakers[key]
        values: dict[str, Value] = {
            "mark": list(STATES).index(breaker.state),
            "name": breaker.name,
            "state": breaker.state.value,
            "failures": breaker.failure_rate,
            "slow": breaker.slow_rate,
            "calls": breaker.calls,
            "busy": breaker.concurrent + breaker.waiting,
            "denied": breaker.not_permitted,
            "retries": breaker.retries,
            "full": breaker.rejected_full,
            "note": breaker.last_error,
        }
        return values[column]

    def is_fault(self, scene: Scene, key: str) -> bool:
        return not scene.is_trusted or scene.state.breaker.breakers[key].state is not BreakerState.CLOSED

    def subtitle(self, scene: Scene) -> str:
        breakers = scene.state.breaker.breakers.values()
        if not breakers:
            return ""
        if not scene.is_trusted:
            return "not known"
        open_ones = sum(map(is_open, breakers))
        return f"{open_ones} open" if open_ones else "none open"

    def empty(self, scene: Scene) -> str:
        return "no breakers: nothing is polled yet"


def is_open(breaker: BreakerStatus) -> bool:
    """Calls are refused."""
    return breaker.state in _OPEN


def probe_text(breaker: BreakerStatus, now_ms: int) -> str:
    """How long until an open breaker lets a call through; empty where that is not known."""
    if breaker.state is not BreakerState.OPEN or breaker.next_probe_ms is None:
        return ""
    left_ms = breaker.next_probe_ms - now_ms
    return f"probe in {countdown_text(left_ms + 999)}" if left_ms > 0 else "probe due"


def state_text(scene: Scene, breaker: BreakerStatus) -> str:
    """The state in words, with what is awaited: a moment, or calls that decide."""
    if not scene.is_trusted:
        return "unknown"
    word = breaker.state.value.replace("_", "-" if breaker.state is BreakerState.HALF_OPEN else " ")
    if breaker.state is BreakerState.HALF_OPEN and breaker.limits is not None:
        return f"{word} {breaker.calls}/{breaker.limits.probes}"
    probe = probe_text(breaker, scene.now_ms)
    if not probe:
        return word
    words = f"{word}, {probe}"
    return words if len(words) <= _STATE_WIDTH else words.replace(" in ", " ")


def busy_text(breaker: BreakerStatus) -> str:
    """`3/4 +2`: calls under way, how many may be, and how many wait."""
    limit = "" if breaker.concurrent_limit is None else f"/{breaker.concurrent_limit}"
    return f"{breaker.concurrent}{limit}" + (f" +{breaker.waiting}" if breaker.waiting else "")


def _rate(rate_pct: float | None, plain: Tone) -> Cell:
    if rate_pct is None:
        return Cell("–", Tone.DIM)
    return Cell(f"{rate_pct:.0f}%", Tone.WARN if rate_pct and plain is Tone.TEXT else plain)


def _count(number: int, scene: Scene) -> Cell:
    text = str(number) if number < 1000 else compact(number)
    return Cell(text, Tone.WARN if number and scene.is_trusted else Tone.DIM)
