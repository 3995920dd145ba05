"""`rtp-tui start`, `stop`, `restart` and `reload`: orders to a running engine."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.process_end import ProcessEnd
from rtp_tui.cli.reachable import is_same_place

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
@click.pass_obj
def reload(options: GlobalOptions) -> int:
    """Let a running engine read its configuration again; one that cannot be used changes nothing."""
    return _order(options, "reload")


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

    clock = SystemClock()

    async def end(engine: Engine) -> str:
        server = read_server_file(engine.address.data_dir)
        is_here = server is not None and is_same_place(server.url, engine.address.url)
        with ProcessEnd(server.pid if is_here and server is not None else None) as process:
            await engine.post("/stop", params={"server": "true"})
            if server is None or not is_here:
                return "the engine ends"
            until_s = clock.monotonic() + STOPPED_WITHIN_S
            while not process.has_come():
                if clock.monotonic() > until_s:
                    raise CommandFailed(
                        f"process {server.pid} was told to end and is still there after {STOPPED_WITHIN_S:g} s"
                    )
                await clock.sleep(_LOOK_EVERY_S)
        return f"the engine has ended (process {server.pid})"

    click.echo(order(options, end))
    return exit_codes.OK
