"""Missing minutes as other programs read them."""

from msgspec import Struct

from rtp_tui.model.gaps import Gap, GapCause, GapState


class GapBody(Struct, frozen=True, kw_only=True):
    """Missing minutes from `from_ms` up to `to_ms` and not with it."""

    instrument: str
    from_ms: int
    to_ms: int
    cause: GapCause
    state: GapState
    found_ms: int
    changed_ms: int
    feed: str
    filled_from: str
    attempts: int
    detail: str


def gap_body(gap: Gap) -> GapBody:
    """A gap as it is sent."""
    return GapBody(
        instrument=gap.instrument,
        from_ms=gap.from_ms,
        to_ms=gap.to_ms,
        cause=gap.cause,
        state=gap.state,
        found_ms=gap.found_ms,
        changed_ms=gap.changed_ms,
        feed=gap.feed,
        filled_from=gap.filled_from,
        attempts=gap.attempts,
        detail=gap.detail,
    )
