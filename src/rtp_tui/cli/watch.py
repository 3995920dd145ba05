"""`rtp-tui watch`: prices as they change, one line an update."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options


@click.command()
@global_options()
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--once", is_flag=True, help="Print what is known now and end.")
@click.pass_obj
def watch(options: GlobalOptions, instruments: tuple[str, ...], as_json: bool, once: bool) -> int:
    """Print the prices of a running engine as they change, of all instruments when none is named."""
    from rtp_tui.cli import watching  # heavy: HTTP and WebSocket
    from rtp_tui.cli.engine import ask

    show = watching.show_json if as_json else watching.show_line
    if once:
        for quote in ask(options, lambda engine: watching.latest(engine, instruments)):
            show(quote)
        return exit_codes.OK
    ask(options, lambda engine: watching.follow(engine, instruments, show))
    return exit_codes.OK
