"""`rtp-tui refresh`: fetch now."""

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options

FETCHED_WITHIN_S = 120.0
"""Providers may be slow, and a quota waited for."""


@click.command()
@global_options()
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.pass_obj
def refresh(options: GlobalOptions, instruments: tuple[str, ...]) -> int:
    """Let a running engine fetch now, all instruments when none is named."""
    from rtp_tui.cli.answer import say_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    wanted = msgspec.json.encode({"instruments": instruments})
    fetch = order(options, lambda engine: engine.post("/refresh", wanted), within_s=FETCHED_WITHIN_S)
    say_done(fetch)
    return exit_codes.OK
