"""`rtp-tui breakers`: what protects each provider's endpoint, and orders to it."""

from collections.abc import Iterator, Sequence

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.breakers import BreakerState
from rtp_tui.server.breaker_bodies import BreakerBody
from rtp_tui.text import age_text, safe

_COLUMNS = ("BREAKER", "STATE", "PROBE IN", "FAILED", "SLOW", "CALLS", "REFUSED", "RETRIES", "")


_COLORS = {
    BreakerState.CLOSED: "green",
    BreakerState.HALF_OPEN: "yellow",
    BreakerState.FORCED_CLOSED: "yellow",
    BreakerState.FORCED_OPEN: "red",
    BreakerState.OPEN: "red",
}


class BreakerPage(Struct, frozen=True):
    """A page of `GET /breakers`."""

    breakers: tuple[BreakerBody, ...]
    next_cursor: str | None = None


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def breakers(context: click.Context, as_json: bool) -> int:
    """List the circuit breakers of a running engine, reset them, force them open or closed."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@breakers.command("list")
@global_options()
@json_option()
@click.pass_obj
def list_breakers(options: GlobalOptions, as_json: bool) -> int:
    """List all breakers: their state, their failure rate, the time to the next probe."""
    return _list(options, as_json=as_json)


def _list(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/breakers"))
    if as_json:
        raw_json(body)
    else:
        print_breakers(decoded(body, BreakerPage).breakers)
    return exit_codes.OK


def print_breakers(listed: Sequence[BreakerBody]) -> None:
    """One line a breaker under a heading."""
    table([_COLUMNS, *(tuple(_cells(breaker)) for breaker in listed)], indent="")


def _cells(breaker: BreakerBody) -> Iterator[str]:
    yield safe(breaker.name)
    yield _state(breaker.state)
    yield age_text(breaker.time_to_probe_ms)
    yield _percent(breaker.failure_rate)
    yield _percent(breaker.slow_rate)
    yield str(breaker.calls)
    yield str(breaker.not_permitted)
    yield str(breaker.retries)
    yield safe(breaker.last_error or "")


def _state(state: BreakerState) -> str:
    """Coloured by what it means: of a market `open` is good, of a breaker it is not."""
    word = state.value.replace("_", " ")
    color = _COLORS[state]
    return click.style(word, fg=color) if is_coloured() else word


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.0f}%"


def _add_control(name: str, text: str) -> None:
    @breakers.command(name, help=text)
    @global_options()
    @json_option()
    @click.argument("breaker", metavar="NAME")
    @click.pass_obj
    def control(options: GlobalOptions, breaker: str, as_json: bool) -> int:
        from rtp_tui.cli.answer import tell_done  # heavy: HTTP
        from rtp_tui.cli.engine import order

        path = f"/breakers/{segment(breaker)}/{name}"
        return tell_done(order(options, lambda engine: engine.post(path)), as_json=as_json)


for _name, _text in (
    ("reset", "Close a breaker and forget what it counted; ends a forced state."),
    ("open", "Force a breaker open: no calls until it is reset."),
    ("close", "Force a breaker closed: all calls go through until it is reset."),
):
    _add_control(_name, _text)
