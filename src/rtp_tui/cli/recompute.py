"""`rtp-tui recompute`: build minutes again from stored trades."""

from operator import methodcaller

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.paths import segment

REBUILT_WITHIN_S = 120.0


@click.command()
@global_options()
@click.argument("instruments", nargs=-1, required=True, metavar="INSTRUMENT...")
@click.option(
    "--timeframe",
    metavar="TF",
    type=click.Choice(("1m", "1h", "1d")),
    default="1m",
    help="1h or 1d: roll hours and days up again from all stored minutes.",
)
@click.pass_obj
def recompute(options: GlobalOptions, instruments: tuple[str, ...], timeframe: str) -> int:
    """Build the last hour's minutes again from stored trades; longer bars follow by themselves."""
    from rtp_tui.cli.answer import say_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    for instrument in instruments:
        path = f"/instruments/{segment(instrument)}/recompute"
        body = msgspec.json.encode({"timeframe": timeframe})
        say_done(order(options, methodcaller("post", path, body), within_s=REBUILT_WITHIN_S))
    return exit_codes.OK
