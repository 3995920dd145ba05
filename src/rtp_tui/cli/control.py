"""`rtp-tui start`, `stop` and `restart`: orders to the pipeline of a running engine."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options

STOPPED_WITHIN_S = 15.0
_LOOK_EVERY_S = 0.1


@click.command()
@global_options()
@click.pass_obj
def start(options: GlobalOptions) -> int:
    """Start the pipeline of a running engine."""
    return _order(options, "start")


@click.command()
@global_options()
@click.pass_obj
def restart(options: GlobalOptions) -> int:
    """Restart the pipeline of a running engine."""
    return _order(options, "restart")


@click.command()
@global_options()
@click.option("--server", "ends_process", is_flag=True, help="End the engine's process too.")
@click.pass_obj
def stop(options: GlobalOptions, ends_process: bool) -> int:
    """Stop the pipeline of a running engine; it goes on answering unless --server is given."""
    if not ends_process:
        return _order(options, "stop")
    return _end_process(options)


def _order(options: GlobalOptions, action: str) -> int:
    from rtp_tui.cli.answer import say_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    say_done(order(options, lambda engine: engine.post(f"/{action}")))
    return exit_codes.OK


def _end_process(options: GlobalOptions) -> int:
    from rtp_tui.cli.engine import Engine, order  # heavy: HTTP
    from rtp_tui.clock import SystemClock
    from rtp_tui.storage.server_file import read_server_file

    async def end(engine: Engine) -> bool:
        server = read_server_file(engine.address.data_dir)
        await engine.post("/stop", params={"server": "true"})
        if server is None or server.url != engine.address.url:
            return True
        clock = SystemClock()
        until = clock.monotonic() + STOPPED_WITHIN_S
        while read_server_file(engine.address.data_dir) is not None:
            if clock.monotonic() > until:
                return False
            await clock.sleep(_LOOK_EVERY_S)
        return True

    ended = order(options, end)
    click.echo("the engine ends" if ended else "the engine was told to end and is still busy")
    return exit_codes.OK if ended else exit_codes.FAILURE
