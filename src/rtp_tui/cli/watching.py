"""Follows the quotes of a running engine over its WebSocket, or asks for them once."""

from collections.abc import Callable
from typing import NoReturn

import click
import msgspec
from msgspec import Raw, Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import Engine, EngineAddress, authorization, decoded, token_hint, unreachable
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.output import raw_json, verdict
from rtp_tui.clock import SystemClock
from rtp_tui.model.errors import NotAllowed, NotAuthenticated
from rtp_tui.net.websocket import Socket, SocketClosed, SocketUnreachable, connect
from rtp_tui.server.bodies import QuoteBody
from rtp_tui.text import clock_text, price_text, safe, signed

PAGES_AT_MOST = 1000
_REFUSED_AT_THE_DOOR = (401, 403)
_REFUSING_CLOSES = (4001, 4003)
_REFUSALS = (NotAuthenticated.code, NotAllowed.code)

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


class Named(Struct, frozen=True):
    """What a quote is of."""

    id: str


async def latest(engine: Engine, names: tuple[str, ...]) -> list[Raw]:
    """The quotes as they are now, of all instruments when none is named. Raises CommandFailed."""
    quotes = [(decoded(bytes(quote), Named).id, quote) for quote in await _all(engine)]
    for name in names:
        if name != "*" and not any(_is_meant(name, instrument) for instrument, _ in quotes):
            raise CommandFailed(f"no instrument is called {name!r} there")
    return [
        quote
        for instrument, quote in quotes
        if not names or any(_is_meant(name, instrument) for name in names)
    ]


async def _all(engine: Engine) -> list[Raw]:
    params: dict[str, str | int] = {}
    quotes: list[Raw] = []
    for _ in range(PAGES_AT_MOST):
        page = decoded(await engine.get("/market/latest", params), QuotePage)
        quotes += page.quotes
        if page.next_cursor is None:
            break
        params["cursor"] = page.next_cursor
    return quotes


def _is_meant(name: str, instrument: str) -> bool:
    """The id itself, its symbol alone, in capitals or not, or a wildcard that covers it."""
    instrument = instrument.lower()
    group, _, symbol = instrument.partition(":")
    return name.lower() in (instrument, symbol, f"{group}:*", "*")


async def channels(engine: Engine, names: tuple[str, ...]) -> tuple[str, ...]:
    """The channels to follow; an instrument may be named by its symbol alone. Raises CommandFailed."""
    wide = tuple(name for name in names if name.endswith("*"))
    named = tuple(name for name in names if name not in wide)
    quotes = await latest(engine, named) if named else []
    return (*wide, *(decoded(bytes(quote), Named).id for quote in quotes)) or ("*",)


async def follow(engine: Engine, names: tuple[str, ...], show: Show) -> NoReturn:
    """Show every update until the server goes, which raises CommandFailed."""
    address = engine.address
    url = f"ws{address.url.removeprefix('http')}/ws"
    request = Subscribe(id=1, channels=await channels(engine, names))
    try:
        async with connect(
            url, clock=SystemClock(), settings=address.net, headers=authorization(address)
        ) as socket:
            await socket.send(msgspec.json.encode(request).decode())
            await _show_all(socket, show, address)
    except SocketUnreachable as error:
        if error.status in _REFUSED_AT_THE_DOOR:
            raise CommandFailed(f"{error}{token_hint(address)}", exit_codes.NOT_ALLOWED) from None
        raise unreachable(address, str(error)) from None
    except SocketClosed as error:
        code = exit_codes.NOT_ALLOWED if error.code in _REFUSING_CLOSES else exit_codes.UNREACHABLE
        raise CommandFailed(f"{address.url} {error}", code) from None


async def _show_all(socket: Socket, show: Show, address: EngineAddress) -> NoReturn:
    while True:
        message = decoded(await socket.receive(), Message)
        if message.type in ("snapshot", "price_update"):
            show(message.data)
        elif message.type == "error":
            code = exit_codes.NOT_ALLOWED if message.code in _REFUSALS else exit_codes.FAILURE
            hint = token_hint(address) if message.code == NotAuthenticated.code else ""
            raise CommandFailed(f"{message.message}{hint}", code)


def show_json(quote: Raw) -> None:
    """The quote as it came, on one line."""
    raw_json(bytes(quote))


def show_line(quote: Raw) -> None:
    """The quote as people read it."""
    body = decoded(bytes(quote), QuoteBody)
    moment = clock_text(body.received_ms) if body.received_ms is not None else "--:--:--"
    price = price_text(body.price, max(0, min(body.precision, 12)))
    change = "–" if body.change_24h_pct is None else f"{signed(body.change_24h_pct)}%"
    click.echo(
        f"{moment}  {safe(body.id):<20} {price:>16} {change:>9}  {verdict(body.freshness)}  {safe(body.source or '–')}"
    )
