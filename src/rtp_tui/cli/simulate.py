"""`rtp-tui simulate`: the simulated exchange as a process of its own."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.speed import SPEED
from rtp_tui.clock import SystemClock

if TYPE_CHECKING:
    from rtp_tui.simulator.exchange import Address


@click.command()
@global_options()
@click.option(
    "--capture", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Play this back."
)
@click.option("--speed", type=SPEED, default="1", metavar="N|max", help="How fast it is played back.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same market.")
@click.pass_obj
def simulate(options: GlobalOptions, capture: Path | None, speed: float | None, seed: int) -> int:
    """Run the simulated exchange alone, at --host and --port, and print where each venue is."""
    try:
        asyncio.run(_simulate(options, capture, speed, seed))
    except* OSError as errors:
        raise CommandFailed(_reason(errors), exit_codes.IN_USE) from None
    return exit_codes.OK


async def _simulate(options: GlobalOptions, capture: Path | None, speed: float | None, seed: int) -> None:
    from rtp_tui.simulator.exchange import simulate as run_exchange  # heavy: a whole exchange

    async with asyncio.TaskGroup() as group:
        exchange = group.create_task(
            run_exchange(
                SystemClock(),
                host=options.host or "127.0.0.1",
                port=options.port or 0,
                capture=capture,
                speed=speed,
                seed=seed,
                on_listening=_say_where,
            )
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, exchange.cancel)


def _say_where(addresses: tuple["Address", ...]) -> None:
    for address in addresses:
        socket = f' ws_url = "{address.ws_url}"' if address.ws_url else ""
        click.echo(f'{address.venue}{socket} rest_url = "{address.rest_url}"')


def _reason(errors: BaseExceptionGroup[OSError]) -> str:
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return f"the simulated exchange cannot run: {getattr(first, 'strerror', None) or first}"
