"""`rtp-tui export`: rows of the past, as a file for other programs."""

from pathlib import Path

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options

_KINDS = ("ticks", "bars", "alerts", "signals")
_FORMATS = ("csv", "jsonl", "parquet")


@click.command()
@global_options()
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--instrument", metavar="ID", help="Of this one, by id or symbol; ticks and bars need one.")
@click.option("--from", "start", metavar="T", help="From this moment on: milliseconds, a date or RFC 3339.")
@click.option("--to", "end", metavar="T", help="Up to this moment, and not with it.")
@click.option("--timeframe", default="1m", show_default=True, help="Of bars.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write to this file, or to standard output where it is -.",
)
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@click.pass_obj
def export(
    options: GlobalOptions,
    kind: str,
    instrument: str | None,
    start: str | None,
    end: str | None,
    timeframe: str,
    form: str,
    output: Path,
    force: bool,
) -> int:
    """Write stored ticks, bars, alerts or signals to a file, which appears when it is whole.

    Asks the engine that works on the data directory, or reads the directory where none does. In CSV a text that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    from rtp_tui.cli.exporting import Order, export_to  # heavy: HTTP and the store

    order = Order(kind=kind, instrument=instrument, start=start, end=end, timeframe=timeframe, form=form)
    export_to(options, order, output, replaces=force)
    return exit_codes.OK
