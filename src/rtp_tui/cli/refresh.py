"""`rtp-tui refresh`: fetch now."""

from urllib.parse import quote

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options


@click.command()
@global_options()
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.pass_obj
def refresh(options: GlobalOptions, instruments: tuple[str, ...]) -> int:
    """Let a running engine fetch now, all instruments when none is named."""
    from rtp_tui.cli.answer import say_done  # heavy: HTTP
    from rtp_tui.cli.engine import Engine, ask

    async def fetch(engine: Engine) -> list[bytes]:
        if not instruments:
            return [await engine.post("/refresh")]
        return [await engine.post(f"/instruments/{quote(name, safe='')}/refresh") for name in instruments]

    for answer in ask(options, fetch):
        say_done(answer)
    return exit_codes.OK
