"""The web server: the page, what it loads, and a console for each WebSocket."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler
from msgspec import Struct

from rtp_tui.browser.console_process import ConsoleProcess, Opened, start_console
from rtp_tui.browser.entry import COOKIE, Entry
from rtp_tui.browser.packets import BrokenTalk, input_packet, resize_packet, word_packet
from rtp_tui.browser.page import FOCUS, POLICY, page
from rtp_tui.browser.visitor import COOKIE as VISITOR
from rtp_tui.browser.visitor import KEPT_S, known_as, new_name
from rtp_tui.clock import Clock

MOST_MESSAGE_BYTES = 65_536
HEARTBEAT_S = 15.0
_FONT_SIZES = range(8, 41)
_FULL = "as many consoles are open as this server allows"
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_log = logging.getLogger("rtp_tui.browser")


class SiteSettings(Struct, frozen=True, kw_only=True):
    """What is served to whom."""

    command: Sequence[str]
    """What starts a console."""
    entry: Entry
    most_consoles: int
    statics: Path
    """Where the terminal's script, style and fonts are."""
    is_https: bool = False
    """Browsers reach it by https, through a proxy."""


class Site:
    """Answers browsers; counts the consoles that are open."""

    def __init__(self, settings: SiteSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._sockets: set[web.WebSocketResponse] = set()
        self.refused = 0
        """Those who came when all consoles were taken."""

    @property
    def open_consoles(self) -> int:
        """How many consoles run for browsers."""
        return len(self._sockets)

    def application(self) -> web.Application:
        """What aiohttp serves."""
        application = web.Application(middlewares=[self._guard])
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/focus.js", self._focus),
                web.get("/ws", self._talk),
                web.static("/static", self._settings.statics),
            ]
        )
        application.on_shutdown.append(self._close_all)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nobody gets past who calls us by a foreign name, comes from a foreign page, or has no token."""
        sent_to = request.transport.get_extra_info("sockname") if request.transport else None
        fault = self._settings.entry.fault(request.raw_headers, str(sent_to[0]) if sent_to else "")
        if fault:
            return web.Response(status=403, text=f"{fault}\n", headers=_HEADERS)
        if self._is_token_shown(request):
            return self._remembering_token()
        if not self._settings.entry.knows(request.cookies.get(COOKIE, "")):
            return web.Response(
                status=401, text="open the address with ?token= that was printed\n", headers=_HEADERS
            )
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _is_token_shown(self, request: web.Request) -> bool:
        shown = request.query.get("token", "")
        return request.path == "/" and bool(shown) and self._settings.entry.knows(shown)

    def _remembering_token(self) -> web.Response:
        response = web.Response(status=303, headers={**_HEADERS, "Location": "/"})
        self._set_cookie(response, COOKIE, self._settings.entry.token)
        return response

    async def _page(self, request: web.Request) -> web.Response:
        scheme = "wss" if self._settings.is_https else "ws"
        size = _number(request.query.get("fontsize", ""), 16)
        text = page("rtp-tui", f"{scheme}://{request.host}/ws", size if size in _FONT_SIZES else 16)
        response = web.Response(text=text, content_type="text/html")
        if not known_as(request.cookies.get(VISITOR, "")):
            self._set_cookie(response, VISITOR, new_name(), KEPT_S)
        return response

    def _set_cookie(self, response: web.Response, name: str, value: str, kept_s: int | None = None) -> None:
        """For this site alone, and for no script; until the browser ends where no time is given."""
        secure = self._settings.is_https
        response.set_cookie(name, value, httponly=True, samesite="Strict", secure=secure, max_age=kept_s)

    async def _focus(self, request: web.Request) -> web.Response:
        return web.Response(text=FOCUS, content_type="text/javascript")

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        if self.open_consoles >= self._settings.most_consoles:
            self.refused += 1
            return web.Response(status=503, text=f"{_FULL}\n", headers={"Retry-After": "10"})
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MOST_MESSAGE_BYTES)
        self._sockets.add(socket)
        try:
            await socket.prepare(request)
            await self._show(socket, _opened(request))
        finally:
            self._sockets.discard(socket)
        return socket

    async def _show(self, socket: web.WebSocketResponse, page: Opened) -> None:
        try:
            console = await start_console(self._settings.command, page, self._clock)
        except OSError as error:
            _log.warning("no console could be started: %s", error)
            return
        try:
            async with asyncio.TaskGroup() as group:
                painting = group.create_task(_paint(console, socket))
                await _take_input(socket, console)
                painting.cancel()
        finally:
            await asyncio.shield(console.end())

    async def _close_all(self, application: web.Application) -> None:
        for socket in tuple(self._sockets):
            with suppress(ConnectionError):
                await socket.close()


async def _paint(console: ConsoleProcess, socket: web.WebSocketResponse) -> None:
    """What the console shows, to the browser; its end ends the conversation."""
    try:
        async for data in console.shown():
            await socket.send_bytes(data)
    except BrokenTalk as error:
        _log.warning("a console does not talk as it should: %s", error)
    except ConnectionError:
        return
    await socket.close()


async def _take_input(socket: web.WebSocketResponse, console: ConsoleProcess) -> None:
    """What the browser sends, to the console, until either is gone."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        match _envelope(message.data):
            case ["stdin", str(text)]:
                await console.send(input_packet(text))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await console.send(resize_packet(_cells(width), _cells(height)))
            case [("focus" | "blur") as word, *_]:
                await console.send(word_packet(word))
            case ["ping", str() | int() | float() as data]:
                await socket.send_json(["pong", data])
            case _:
                pass


def _envelope(text: str) -> object:
    """What a browser said; None where it is no JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _cells(number: int) -> int:
    return max(1, min(500, number))


def _opened(request: web.Request) -> Opened:
    width = _number(request.query.get("width", ""), 80)
    height = _number(request.query.get("height", ""), 24)
    return Opened(width, height, known_as(request.cookies.get(VISITOR, "")))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise
