"""`rtp-tui web`: the console in a browser, for those without a terminal."""

import asyncio
import secrets
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.launch import server_url
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.reachable import reachable_host
from rtp_tui.clock import SystemClock

if TYPE_CHECKING:
    from rtp_tui.browser.site import Site

DEFAULT_PORT = 8000
MOST_CONSOLES = 8
_MISSING = "the browser's console needs an extra: python3 -m pip install 'rtp-tui[browser]'"
_PASSED_ON = ("config", "data_dir", "token_file", "theme", "log_level", "log_file")
"""Options that a console takes as they are."""


@click.command()
@global_options()
@click.option("--connect", metavar="URL", help="The engine to attach to; else the one that runs here.")
@click.option("--demo", is_flag=True, help="A simulated exchange of its own for each browser.")
@click.option("--control", is_flag=True, help="Take commands from beyond this machine, too.")
@click.option(
    "--public-url",
    metavar="URL",
    default="",
    help="What browsers call it behind a proxy, as in https://desk.example.",
)
@click.option(
    "--sessions",
    type=click.IntRange(1, 64),
    default=MOST_CONSOLES,
    show_default=True,
    help="At most so many.",
)
@click.pass_obj
def web(
    options: GlobalOptions, connect: str | None, demo: bool, control: bool, public_url: str, sessions: int
) -> int:
    """Show the console in browsers, at --host and --port: a console process for each page that is open.

    Beyond this machine it wants the token that it prints, and consoles take no commands unless --control
    says so.
    """
    if demo and connect:
        raise click.UsageError("--connect does not go with --demo.")
    host, port = options.host or "127.0.0.1", DEFAULT_PORT if options.port is None else options.port
    is_open = is_open_to_others(host, public_url)
    options.read_only = options.read_only or (is_open and not control) or None
    token = secrets.token_urlsafe(24) if is_open else ""
    command = console_command(options, engine_place(options, connect, demo))
    site = _site(command, host, token, public_url, sessions)
    try:
        asyncio.run(_serve(site, host, port, token, public_url))
    except OSError as error:
        raise CommandFailed(f"cannot listen at {host}:{port}: {error.strerror}", exit_codes.IN_USE) from None
    return exit_codes.OK


def is_open_to_others(host: str, public_url: str) -> bool:
    """Whether somebody beyond this machine may come."""
    from rtp_tui.server.access import LOOPBACK_NAMES  # heavy: the server
    from rtp_tui.server.addresses import is_loopback

    return bool(public_url) or not (host in LOOPBACK_NAMES or is_loopback(host))


def host_of(public_url: str) -> str:
    """The name by which browsers ask; empty where there is none."""
    return urlsplit(public_url if "://" in public_url else f"//{public_url}").hostname or ""


def engine_place(options: GlobalOptions, connect: str | None, demo: bool) -> tuple[str, ...]:
    """The options that lead a console to its engine."""
    if demo:
        return ("--demo",)
    if connect is not None:
        return ("--connect", server_url(connect))
    from rtp_tui.cli.engine import find_engine  # heavy: HTTP

    elsewhere = replace(options, host=None, port=None)
    return ("--connect", find_engine(elsewhere).url)


def console_command(options: GlobalOptions, place: tuple[str, ...]) -> tuple[str, ...]:
    """What starts one console."""
    given = {name: getattr(options, name) for name in _PASSED_ON}
    named = (
        word
        for name, value in given.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    )
    flags = [f"--{name.replace('_', '-')}" for name in ("read_only", "ascii") if getattr(options, name)]
    return (sys.executable, "-m", "rtp_tui", *named, *flags, *place)


def _site(command: tuple[str, ...], host: str, token: str, public_url: str, sessions: int) -> "Site":
    try:
        import textual_serve  # heavy, and an extra: its script, style and fonts are served

        from rtp_tui.browser.entry import Entry  # heavy: the server's rules
        from rtp_tui.browser.site import Site, SiteSettings  # heavy: aiohttp
    except ImportError:
        raise CommandFailed(_MISSING) from None
    name = host_of(public_url)
    return Site(
        SiteSettings(
            command=command,
            entry=Entry(host, token, (name,) if name else ()),
            most_consoles=sessions,
            statics=Path(textual_serve.__path__[0]) / "static",
            is_https=public_url.startswith("https://"),
        ),
        SystemClock(),
    )


async def _serve(site: "Site", host: str, port: int, token: str, public_url: str) -> None:
    """Serve until a signal. Raises OSError."""
    from aiohttp import web as aiohttp_web  # heavy, and an extra

    runner = aiohttp_web.AppRunner(site.application(), shutdown_timeout=10.0, access_log=None)
    await runner.setup()
    try:
        listening = aiohttp_web.TCPSite(runner, host, port)
        await listening.start()
        own_port = runner.addresses[0][1]
        base = public_url.rstrip("/") or f"http://{_in_url(reachable_host(host))}:{own_port}"
        click.echo(f"{base}/{f'?token={token}' if token else ''}")
        await _signalled()
    finally:
        await runner.cleanup()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _signalled() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    await ended.wait()
