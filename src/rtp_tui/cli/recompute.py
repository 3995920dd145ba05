"""`rtp-tui recompute`: build minutes again from stored trades."""

from typing import TYPE_CHECKING

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.instruments import known_ids
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.paths import segment
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS

if TYPE_CHECKING:
    from rtp_tui.cli.engine import Engine

REBUILT_WITHIN_S = 120.0


@click.command()
@global_options()
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.option(
    "--timeframe",
    metavar="TF",
    type=click.Choice(tuple(TIMEFRAMES_MS)),
    default="1m",
    help="1h or 1d: roll hours and days up again from all stored minutes.",
)
@click.pass_obj
def recompute(options: GlobalOptions, instruments: tuple[str, ...], timeframe: str) -> int:
    """Build the last hour's minutes again from stored trades, of all instruments when none is named.

    Longer bars follow by themselves.
    """
    from rtp_tui.cli.answer import say_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    body = msgspec.json.encode({"timeframe": timeframe})

    async def each(engine: "Engine") -> None:
        for instrument in instruments or await known_ids(engine):
            say_done(await engine.post(f"/instruments/{segment(instrument)}/recompute", body))

    order(options, each, within_s=REBUILT_WITHIN_S)
    return exit_codes.OK
