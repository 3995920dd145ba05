"""What health is judged from, and the form of a judgement on one part of it."""

from collections.abc import Sequence

from msgspec import Struct

from rtp_tui.model.health import Freshness, FreshnessVerdict, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.state.pipeline_state import PipelineState

NAMED = 3
"""So many are named; the rest are counted."""


class Judged(Struct, frozen=True):
    """The share of its points that a part earns, from 0 to 1, and why in words that say what to do."""

    share: float
    reason: str


class Evidence(Struct, frozen=True):
    """The state, and what is not in it."""

    state: PipelineState
    now_ms: int
    in_session: tuple[InstrumentId, ...]
    """Instruments whose market is known to be open."""
    error_pct: float | None = None
    """Of what came in during the last minute; None where nothing did."""
    clock_set_ms: int = 0
    """When the wall clock was set, by what it says since; turns of before are told by the old one."""
    calendar_faults: tuple[str, ...] | None = None
    """What is wrong with the known sessions of exchanges; None where no market depends on one."""

    def verdicts(self) -> list[FreshnessVerdict]:
        """Those on instruments in session."""
        known = (self.state.quality.freshness.get(key) for key in self.in_session)
        return [one for one in known if one is not None and one.freshness is not Freshness.CLOSED]


def instruments_in_session(state: PipelineState) -> tuple[InstrumentId, ...]:
    """Those whose market is known to be open."""
    sessions = state.quality.sessions
    open_markets = {name for name, one in sessions.items() if one.session is SessionState.OPEN}
    return tuple(key for key, one in state.market.instruments.items() if one.market in open_markets)


def is_heard(state: PipelineState, key: InstrumentId) -> bool:
    """It has a price of this run."""
    quote = state.market.quotes.get(key)
    return quote is not None and not quote.stored


def share_between(value: float, full: float, none: float) -> float:
    """1 up to `full`, 0 from `none` on, linear in between."""
    return min(1.0, max(0.0, (none - value) / (none - full)))


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest
