"""`rtp-tui clients`: who follows a running engine, and sending them away."""

from collections.abc import Iterator, Sequence

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.clock import SystemClock
from rtp_tui.server.client_bodies import ClientBody
from rtp_tui.text import age_text, byte_text, compact, safe

_COLUMNS = (
    "ID", "NAME", "ADDRESS", "SCOPE", "SINCE", "CHANNELS", "PACE", "SENT", "MSG/S", "BUFFERED", "GAPS", "STATE",
)  # fmt: skip
_EVERYBODY = {"limit": "10000"}


class ClientPage(Struct, frozen=True):
    """A page of `GET /clients`."""

    clients: tuple[ClientBody, ...]
    next_cursor: str | None = None


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def clients(context: click.Context, as_json: bool) -> int:
    """List who follows a running engine on its WebSocket, send them away."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@clients.command("list")
@global_options()
@json_option()
@click.pass_obj
def list_clients(options: GlobalOptions, as_json: bool) -> int:
    """List everybody who follows: since when, how much was sent, whether they keep up."""
    return _list(options, as_json=as_json)


@clients.command()
@global_options()
@json_option()
@click.argument("client", metavar="ID", type=click.IntRange(0))
@click.pass_obj
def disconnect(options: GlobalOptions, client: int, as_json: bool) -> int:
    """End a client's connection; it may come back."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.delete(f"/clients/{client}")), as_json=as_json)


def _list(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/clients", _EVERYBODY))
    if as_json:
        raw_json(body)
    else:
        print_clients(decoded(body, ClientPage).clients, SystemClock().now_ms())
    return exit_codes.OK


def print_clients(listed: Sequence[ClientBody], now_ms: int) -> None:
    """One line a client under a heading."""
    table([_COLUMNS, *(tuple(_cells(client, now_ms)) for client in listed)], indent="")


def _cells(client: ClientBody, now_ms: int) -> Iterator[str]:
    yield str(client.id)
    yield safe(client.name) or "–"
    yield safe(client.address)
    yield client.scope.value
    yield age_text(now_ms - client.connected_ms)
    yield str(client.channels)
    yield f"{client.conflate_ms}ms"
    yield compact(client.sent)
    yield f"{client.rate:.1f}"
    yield byte_text(client.buffered_bytes)
    yield str(client.gaps)
    yield _state(client)


def _state(client: ClientBody) -> str:
    word, color = ("behind", "yellow") if client.behind else ("keeps up", "green")
    return click.style(word, fg=color) if is_coloured() else word
