"""`rtp-tui gaps`: minutes that are missing, and what became of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.clock import SystemClock
from rtp_tui.model.gaps import GapState
from rtp_tui.server.gap_bodies import GapBody
from rtp_tui.text import age_text, safe

_COLUMNS = ("INSTRUMENT", "FROM", "MINUTES", "CAUSE", "STATE", "AGE", "TRIES", "FILLED FROM", "")
_COLORS = {
    GapState.OPEN: "yellow",
    GapState.BACKFILLING: "cyan",
    GapState.FILLED: "green",
    GapState.UNFILLABLE: "white",
}
_MINUTE_MS = 60_000


class GapPage(Struct, frozen=True):
    """A page of `GET /gaps`."""

    gaps: tuple[GapBody, ...]
    next_cursor: str | None = None


@click.command()
@global_options()
@json_option()
@click.option("--instrument", metavar="ID", help="Of one instrument only, by id or symbol.")
@click.option("--pending", is_flag=True, help="Only those that are still to be repaired.")
@click.option("--since", metavar="MOMENT", help="Only those that changed since: a date or RFC 3339.")
@click.pass_obj
def gaps(
    options: GlobalOptions, instrument: str | None, pending: bool, since: str | None, as_json: bool
) -> int:
    """List missing minutes of a running engine: why they are missing, and what became of them."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    wanted = {"limit": "10000", "instrument": instrument, "since": since}
    parameters = {name: value for name, value in wanted.items() if value}
    if pending:
        parameters["pending"] = "true"
    body = ask(options, lambda engine: engine.get("/gaps", parameters))
    if as_json:
        raw_json(body)
    else:
        print_gaps(decoded(body, GapPage).gaps, SystemClock().now_ms())
    return exit_codes.OK


def print_gaps(listed: Sequence[GapBody], now_ms: int) -> None:
    """One line a gap under a heading."""
    table([_COLUMNS, *(tuple(_cells(gap, now_ms)) for gap in listed)], indent="")


def _cells(gap: GapBody, now_ms: int) -> Iterator[str]:
    yield safe(gap.instrument)
    yield datetime.fromtimestamp(gap.from_ms / 1000, UTC).strftime("%Y-%m-%d %H:%MZ")
    yield str((gap.to_ms - gap.from_ms) // _MINUTE_MS)
    yield gap.cause.value
    yield click.style(gap.state.value, fg=_COLORS[gap.state]) if is_coloured() else gap.state.value
    yield age_text(now_ms - gap.found_ms)
    yield str(gap.attempts)
    yield safe(gap.filled_from) or "–"
    yield safe(gap.detail)
