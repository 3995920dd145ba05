"""What came of a replay, for people and for programs."""

from datetime import UTC, datetime

import click
import msgspec
from msgspec import Struct

from rtp_tui.assemble.replay import ReplayEngine
from rtp_tui.assemble.replay_feeds import Replay
from rtp_tui.assemble.surveying import Survey
from rtp_tui.cli.output import table
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetBars
from rtp_tui.storage.contract import History

_MINUTE_MS = 60_000
_PAGE = 1000


class ReplaySummary(Struct, frozen=True, kw_only=True):
    """Counts of one replay."""

    file: str
    from_ms: int | None
    to_ms: int | None
    instruments: int
    frames: int
    skipped_frames: dict[str, int]
    """Of sources that nobody reads."""
    bad_frames: dict[str, int]
    bad_lines: int
    truncated: bool
    out_of_order: int
    ticks: int
    accepted: int
    rejected: dict[str, int]
    bars: int
    """Stored minutes with a price."""
    missing_bars: int
    """Minutes without one, between an instrument's first and last."""
    seconds: float
    ticks_per_second: float


async def summarized(replay: Replay, replayed: ReplayEngine, found: Survey, seconds: float) -> ReplaySummary:
    """The counts as they are now, with the bars that are stored by now."""
    pipeline, player = replayed.engine.pipeline, replayed.player
    counts = pipeline.processor.counts
    minutes = [await _minutes(replayed.history, instrument.id) for instrument in replay.instruments]
    bad: dict[str, int] = {}
    for status in player.statuses():
        for reason, count in status.bad_frames.items():
            bad[reason] = bad.get(reason, 0) + count
    return ReplaySummary(
        file=str(replay.capture.path),
        from_ms=found.first_ms,
        to_ms=found.last_ms,
        instruments=len(replay.instruments),
        frames=player.counts.frames,
        skipped_frames=dict(player.counts.skipped),
        bad_frames=bad,
        bad_lines=replay.capture.bad_lines,
        truncated=replay.capture.truncated,
        out_of_order=player.counts.out_of_order,
        ticks=counts.received,
        accepted=counts.accepted,
        rejected={str(reason): count for reason, count in pipeline.processor.rejected.items()},
        bars=sum(map(len, minutes)),
        missing_bars=sum(_missing(opens) for opens in minutes),
        seconds=round(seconds, 3),
        ticks_per_second=round(counts.received / seconds, 1) if seconds > 0 else 0.0,
    )


def print_summary(summary: ReplaySummary, *, as_json: bool) -> None:
    """On stdout."""
    if as_json:
        click.echo(msgspec.json.encode(summary).decode())
        return
    rows = [
        ("frames", f"{summary.frames:,}{_reasons(summary.bad_frames)}"),
        ("skipped", _reasons(summary.skipped_frames).strip(" ()") or "none"),
        ("out of order", f"{summary.out_of_order:,}"),
        ("ticks", f"{summary.ticks:,}"),
        ("accepted", f"{summary.accepted:,}"),
        ("rejected", f"{sum(summary.rejected.values()):,}{_reasons(summary.rejected)}"),
        ("bars", f"{summary.bars:,} of {summary.instruments} instruments"),
        ("missing bars", f"{summary.missing_bars:,}"),
        ("recorded", _span(summary)),
        ("took", f"{summary.seconds:.2f} s, {summary.ticks_per_second:,.0f} ticks/s"),
    ]
    table(rows, indent="")


def _reasons(counts: dict[str, int]) -> str:
    told = ", ".join(f"{reason} {count:,}" for reason, count in sorted(counts.items()))
    return f" ({told})" if told else ""


def _span(summary: ReplaySummary) -> str:
    if summary.from_ms is None or summary.to_ms is None:
        return "without times"
    start, end = (
        datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for at_ms in (summary.from_ms, summary.to_ms)
    )
    return f"{start} to {end}, {(summary.to_ms - summary.from_ms) / 1000:,.1f} s"


async def _minutes(history: History, instrument: InstrumentId) -> list[int]:
    """When the stored bars of an instrument open, ascending."""
    minutes: list[int] = []
    cursor: str | None = None
    while True:
        page = await history.bars(GetBars(instrument=instrument, limit=_PAGE, cursor=cursor))
        minutes += [bar.open_ms for bar in page.bars]
        if page.next_cursor is None:
            return minutes
        cursor = page.next_cursor


def _missing(minutes: list[int]) -> int:
    return (minutes[-1] - minutes[0]) // _MINUTE_MS + 1 - len(minutes) if minutes else 0
