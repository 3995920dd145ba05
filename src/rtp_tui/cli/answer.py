"""What came of an order, in the engine's words."""

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import decoded
from rtp_tui.cli.output import raw_json
from rtp_tui.text import safe


class OrderAnswer(Struct, frozen=True):
    """The answer to an order; an engine may say more."""

    message: str = ""
    affected: tuple[str, ...] = ()
    state: str = ""


def say_done(body: bytes) -> None:
    """Print what an engine answered to an order. Raises CommandFailed where it is no such answer."""
    answer = decoded(body, OrderAnswer)
    click.echo(safe(answer.message or answer.state or "done"))
    for name in answer.affected:
        click.echo(f"  {safe(name)}")


def tell_done(body: bytes, *, as_json: bool) -> int:
    """The same, or the answer as it came; the exit code. Raises CommandFailed."""
    if as_json:
        raw_json(body)
    else:
        say_done(body)
    return exit_codes.OK
