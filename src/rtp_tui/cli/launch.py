"""The command without a name: the console, the server, or a console attached to a server."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.cli.demo_directory import demo_directory
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.first_start import DEMO, chosen, is_first_start, say_what_is_served, watching
from rtp_tui.cli.in_browser import is_in_browser
from rtp_tui.cli.options import GlobalOptions, loaded, loaded_for_client, said
from rtp_tui.cli.token import client_token
from rtp_tui.config.load import LoadedSettings, SettingsSources, load_settings
from rtp_tui.config.settings import Settings

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\])(?::[0-9]{1,5})?")
_OF_THE_USER = (
    *("DATABASE_URL", "RTP_CONFIG", "RTP_DATA_DIR", "RTP_LOG_FILE", "RTP_STORAGE__PATH"),
    *(
        "SMTP_USERNAME",
        "SMTP_PASSWORD",
        "SMTP_HOST",
        "SMTP_PORT",
        "ALERT_EMAIL_RECIPIENTS",
        "SLACK_WEBHOOK_URL",
    ),
)
"""Nobody is told of what a demo makes up."""


def launch(options: GlobalOptions, *, demo: bool, serve: bool, connect: str | None) -> int:
    """Run until it ends; the exit code."""
    if connect is not None:
        if demo or serve:
            raise click.UsageError("--connect does not go with --demo or --serve.")
        return _attach(options, server_url(connect))
    if not demo and is_first_start(options):
        return _launch_first(options, serve=serve)
    return _launch(options, demo=demo, serve=serve)


def _launch(options: GlobalOptions, *, demo: bool, serve: bool) -> int:
    if demo:
        with unwound_by_signals(), demo_settings(options) as load:
            return _run(load(), lambda: load().settings, serve=serve)
    return _run(loaded(options), lambda: loaded(options).settings, serve=serve)


def _launch_first(options: GlobalOptions, *, serve: bool) -> int:
    if serve:
        say_what_is_served()
        return _launch(options, demo=False, serve=True)
    _require_terminal()
    choice = chosen(options)
    if isinstance(choice, int):
        return choice
    return _launch(watching(options, choice), demo=choice.name == DEMO, serve=False)


def _run(loaded: LoadedSettings, load: Callable[[], Settings], *, serve: bool) -> int:
    if not serve:
        _require_terminal()
    from rtp_tui.cli.run import run_console, run_serve  # heavy: the engine or the console

    return run_serve(loaded, load) if serve else run_console(loaded)


def _attach(options: GlobalOptions, url: str) -> int:
    settings = loaded_for_client(options).settings
    token = client_token(settings.server.token_file)
    _require_terminal()
    from rtp_tui.cli.run import run_attached  # heavy: the console

    return run_attached(settings, url, token)


@contextmanager
def demo_settings(options: GlobalOptions) -> Iterator[Callable[[], LoadedSettings]]:
    """What reads the settings of a demo: nothing of the user's is read or written unless a flag names it."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_USER}
    with ExitStack() as stack:
        data_dir = options.data_dir or str(stack.enter_context(demo_directory()))
        flags = {**options.flags(), "--data-dir": data_dir}
        sources = SettingsSources(file=options.config, environment=environment, flags=flags, user_file=False)

        def load() -> LoadedSettings:
            loaded = said(load_settings(sources))
            settings = loaded.settings
            log_file = settings.log_file if options.log_file else ""
            storage = replace(settings.storage, path="")
            return replace(loaded, settings=replace(settings, demo=True, log_file=log_file, storage=storage))

        yield load


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Until the engine handles them itself, signals unwind the block, so that it cleans up after itself."""
    numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _unwind(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(exit_codes.OK)


def server_url(text: str) -> str:
    """`http://HOST:PORT` of what a user may call a server; raises UsageError."""
    scheme, separator, rest = text.rpartition("://")
    address, _, _ = rest.partition("/")
    is_known = (scheme.lower() if separator else "http") in _SCHEMES
    if not (is_known and _HOST_AND_PORT.fullmatch(address) and _is_port_of(address)):
        raise click.UsageError("--connect takes http://HOST:PORT.")
    return f"{_SCHEMES[scheme.lower() or 'http']}://{address}"


def _is_port_of(address: str) -> bool:
    """Where it names a port, there is such a one."""
    try:
        return urlsplit(f"//{address}").port != 0
    except ValueError:
        return False


def _require_terminal() -> None:
    if not is_in_browser() and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandFailed("the console needs a terminal; --serve and watch do without")
