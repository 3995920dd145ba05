"""`/livez` and `/readyz`: is the process alive, and is what it says worth something."""

from msgspec import Struct

from rtp_tui.model.health import Freshness
from rtp_tui.model.parts import EngineState
from rtp_tui.state.pipeline_state import PipelineState

_WELL = (Freshness.LIVE, Freshness.FRESH, Freshness.AGING, Freshness.CLOSED)


class Check(Struct, frozen=True):
    """One condition and what it rests on."""

    name: str
    ok: bool
    detail: str


class ChecksBody(Struct, frozen=True, omit_defaults=True):
    """The verdict; the checks where they are asked for."""

    status: str
    checks: tuple[Check, ...] = ()


def readiness(state: PipelineState) -> tuple[Check, ...]:
    """Whether the engine runs, stores, and has prices that are not stale."""
    engine, store = state.part.engine, state.measurements.store
    return (
        Check(
            "engine",
            engine is not None and engine.state == EngineState.RUNNING,
            "not announced" if engine is None else engine.state,
        ),
        Check("store", store is None or store.ok, "nothing told yet" if store is None else store.detail),
        _prices(state),
    )


def _prices(state: PipelineState) -> Check:
    parts, verdicts = state.part.parts, state.quality.freshness.values()
    if parts and "freshness" not in parts:
        return Check("prices", True, "not judged: monitoring is switched off")
    well = sum(1 for verdict in verdicts if verdict.freshness in _WELL)
    return Check("prices", well > 0, f"{well} of {len(verdicts)} instruments are fresh or closed")


def checks_body(checks: tuple[Check, ...], *, is_verbose: bool) -> ChecksBody:
    """The checks as an answer."""
    status = "ok" if all(check.ok for check in checks) else "failing"
    return ChecksBody(status, checks if is_verbose else ())
