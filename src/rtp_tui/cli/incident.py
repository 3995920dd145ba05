"""`rtp-tui incident`: what happened in the last minutes, in one file."""

from pathlib import Path

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options

_LONGEST = 24 * 60


@click.command()
@global_options()
@click.option(
    "--minutes",
    type=click.IntRange(1, _LONGEST),
    default=15,
    show_default=True,
    help="So far back.",
)
@click.option("--instrument", "instruments", multiple=True, metavar="ID", help="Bars of these alone.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write to this file; without it to a new one in the folder of exports.",
)
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@click.pass_obj
def incident(
    options: GlobalOptions, minutes: int, instruments: tuple[str, ...], output: Path | None, force: bool
) -> int:
    """Gather state, events and bars of a running engine into a zip for whoever has to find out why.

    No portfolios, no addresses of clients, no secrets. What the engine does not answer in time stands in the README
    of the zip.
    """
    from rtp_tui.cli.incident_taking import take_incident  # heavy: HTTP and WebSocket

    take_incident(options, minutes, instruments, output, replaces=force)
    return exit_codes.OK
