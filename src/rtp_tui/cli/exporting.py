"""One export: what is wanted, from whom, and into which file."""

from pathlib import Path
from typing import BinaryIO

import click
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import resolved
from rtp_tui.cli.launch import unwound_by_signals
from rtp_tui.cli.options import GlobalOptions
from rtp_tui.cli.past import Past, ask_past
from rtp_tui.cli.whole_output import STANDARD_OUTPUT, whole_output
from rtp_tui.model.errors import BadRequest
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS
from rtp_tui.reports.formats import ExportFormat, ParquetMissing, row_writer
from rtp_tui.reports.paging import ExportKind, Wanted, columns_of, pages_of
from rtp_tui.server import parameters

_NEEDS_INSTRUMENT = (ExportKind.TICKS, ExportKind.BARS)


class Order(Struct, frozen=True, kw_only=True):
    """What was asked for, as it was written."""

    kind: str
    instrument: str | None
    start: str | None
    end: str | None
    timeframe: str
    form: str


def export_to(options: GlobalOptions, order: Order, output: Path, *, replaces: bool) -> None:
    """Write the rows and say how many there were. Raises UsageError, CommandFailed."""
    wanted = _wanted(order)

    async def write(past: Past) -> int:
        chosen = await _chosen(wanted, order, past)
        with whole_output(output, replaces=replaces) as file:
            return await _written(chosen, ExportFormat(order.form), file, past)

    with unwound_by_signals():
        count = ask_past(options, write)
    if output != STANDARD_OUTPUT:
        click.echo(f"{output}: {count:,} {order.kind}", err=True)


def _wanted(order: Order) -> Wanted:
    kind = ExportKind(order.kind)
    if kind in _NEEDS_INSTRUMENT and not order.instrument:
        raise click.UsageError(f"--instrument: {order.kind} are exported of one instrument.")
    try:
        start_ms, end_ms = (_moment(order.start), _moment(order.end))
        timeframe = parameters.choice("--timeframe", parameters.timeframe(order.timeframe), TIMEFRAMES_MS)
    except BadRequest as refusal:
        raise click.UsageError(refusal.message) from None
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        raise click.UsageError("--to must be later than --from.")
    return Wanted(kind=kind, start_ms=start_ms, end_ms=end_ms, timeframe=timeframe)


def _moment(text: str | None) -> int | None:
    return parameters.moment_ms(text) if text else None


async def _chosen(wanted: Wanted, order: Order, past: Past) -> Wanted:
    """With the id of the instrument that was named."""
    if not order.instrument:
        return wanted
    return replace(wanted, instrument=resolved(order.instrument, await past.names()))


async def _written(wanted: Wanted, form: ExportFormat, file: BinaryIO, past: Past) -> int:
    try:
        writer = row_writer(form, columns_of(wanted.kind), file)
    except ParquetMissing as missing:
        raise CommandFailed(str(missing), exit_codes.FAILURE) from None
    count = 0
    async for rows in pages_of(wanted, past):
        writer.write(rows)
        count += len(rows)
    writer.close()
    return count
