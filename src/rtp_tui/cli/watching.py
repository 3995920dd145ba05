"""Follows the quotes of a running engine over its WebSocket, or asks for them once."""

from collections.abc import Callable
from typing import NoReturn

import click
import msgspec
from msgspec import Raw, Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import Engine, EngineAddress, authorization, decoded, unreachable
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.output import verdict
from rtp_tui.clock import SystemClock
from rtp_tui.net.websocket import Socket, SocketClosed, SocketUnreachable, connect
from rtp_tui.server.bodies import QuoteBody
from rtp_tui.text import clock_text, price_text, safe, signed

PAGES_AT_MOST = 1000
_REFUSED_AT_THE_DOOR = (401, 403)
_REFUSING_CLOSES = (4001, 4003)

Show = Callable[[Raw], None]


class QuotePage(Struct, frozen=True):
    """One page of `GET /market/latest`."""

    quotes: tuple[Raw, ...]
    next_cursor: str | None = None


class Message(Struct, frozen=True):
    """What a server sends, as far as it matters here."""

    type: str
    data: Raw = Raw(b"null")
    code: str = ""
    message: str = ""


class Subscribe(Struct, frozen=True, tag_field="op", tag="subscribe"):
    """The one thing that a watcher says."""

    id: int
    channels: tuple[str, ...]


async def latest(engine: Engine, instruments: tuple[str, ...]) -> list[Raw]:
    """The quotes as they are now, all pages of them."""
    params: dict[str, str | int] = {"symbols": ",".join(instruments)} if instruments else {}
    quotes: list[Raw] = []
    for _ in range(PAGES_AT_MOST):
        page = decoded(await engine.get("/market/latest", params), QuotePage)
        quotes += page.quotes
        if page.next_cursor is None:
            break
        params["cursor"] = page.next_cursor
    return quotes


async def follow(address: EngineAddress, instruments: tuple[str, ...], show: Show) -> NoReturn:
    """Show every update until the server goes, which raises CommandFailed."""
    url = f"ws{address.url.removeprefix('http')}/ws"
    try:
        async with connect(
            url, clock=SystemClock(), settings=address.net, headers=authorization(address)
        ) as socket:
            request = Subscribe(id=1, channels=instruments or ("*",))
            await socket.send(msgspec.json.encode(request).decode())
            await _show_all(socket, show)
    except SocketUnreachable as error:
        if error.status in _REFUSED_AT_THE_DOOR:
            raise CommandFailed(str(error), exit_codes.NOT_ALLOWED) from None
        raise unreachable(address, str(error)) from None
    except SocketClosed as error:
        code = exit_codes.NOT_ALLOWED if error.code in _REFUSING_CLOSES else exit_codes.UNREACHABLE
        raise CommandFailed(f"{address.url} {error}", code) from None


async def _show_all(socket: Socket, show: Show) -> NoReturn:
    while True:
        message = decoded(await socket.receive(), Message)
        if message.type in ("snapshot", "price_update"):
            show(message.data)
        elif message.type == "error":
            raise CommandFailed(f"{message.code}: {message.message}")


def show_json(quote: Raw) -> None:
    """The quote as it came, on one line."""
    click.echo(bytes(quote).decode("utf-8", "replace"))


def show_line(quote: Raw) -> None:
    """The quote as people read it."""
    body = decoded(bytes(quote), QuoteBody)
    moment = clock_text(body.received_ms) if body.received_ms is not None else "--:--:--"
    price = price_text(body.price, max(0, min(body.precision, 12)))
    change = "–" if body.change_24h_pct is None else f"{signed(body.change_24h_pct)}%"
    click.echo(
        f"{moment}  {safe(body.id):<20} {price:>16} {change:>9}  {verdict(body.freshness)}  {safe(body.source or '–')}"
    )
