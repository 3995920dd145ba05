"""Running the engine: beside a console, headless, or a console attached to an engine elsewhere."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.collector import collect_seldom
from rtp_tui.cli.console_memory import memory_file
from rtp_tui.cli.engine_thread import EngineThread
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.in_browser import is_in_browser, serving_host
from rtp_tui.cli.logs import configure_logs
from rtp_tui.cli.reachable import reachable_url
from rtp_tui.clock import SystemClock
from rtp_tui.config.directories import user_themes
from rtp_tui.config.load import LoadedSettings, user_state_directory
from rtp_tui.config.settings import Settings
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.lock import DataDirectory, DirectoryInUse
from rtp_tui.storage.server_file import (
    ServerFile,
    read_server_file,
    remove_server_file,
    write_server_file,
)

_log = logging.getLogger(__name__)
EXPORTS = "exports"
"""The folder that a console writes panes to."""


def run_console(loaded: LoadedSettings) -> int:
    """The console with the engine in a thread of this process; the exit code."""
    from rtp_tui.tui.desktop_notice import dialect_of  # heavy: only what shows a console loads its room
    from rtp_tui.tui.run import run_console as show  # heavy: that and Textual
    from rtp_tui.tui.settings import ConsoleSettings  # heavy: likewise

    settings = loaded.settings
    configure_logs(settings, to_stderr=False)
    with data_directory(settings):
        clock = SystemClock()
        leave_word, end = partial(_leave_word, settings), partial(os.kill, os.getpid(), signal.SIGTERM)
        engine = EngineThread(settings, clock, loaded.file, leave_word, on_ended=end)
        console = ConsoleSettings(
            theme=settings.theme,
            themes=user_themes(),
            keys=settings.keys,
            memory=memory_file(settings, settings.server.name or "local"),
            ascii_only=settings.ascii,
            read_only=settings.read_only,
            notifies=settings.features.notifications,
            notice_dialect=dialect_of(os.environ),
            name=settings.server.name,
            in_browser=is_in_browser(),
            over_ssh=_is_over_ssh(),
            painted=collect_seldom,
            exports=Path(settings.data_dir) / EXPORTS,
            host=serving_host(),
        )
        try:
            code = asyncio.run(show(engine.door, clock, console))
        finally:
            ended = engine.stop()
        if engine.error is not None:
            raise failure_of(engine.error)
        return code if ended else exit_codes.FAILURE


def run_attached(settings: Settings, url: str, token: str | None) -> int:
    """A console attached to an engine elsewhere; the exit code."""
    from rtp_tui.api.remote import RemotePipeline  # heavy: a local console does not load it
    from rtp_tui.tui.desktop_notice import dialect_of  # heavy: only what shows a console loads its room
    from rtp_tui.tui.run import run_console as show  # heavy: that and Textual
    from rtp_tui.tui.settings import ConsoleSettings  # heavy: likewise

    configure_logs(settings, to_stderr=False)
    clock = SystemClock()
    console = ConsoleSettings(
        theme=settings.theme,
        themes=user_themes(),
        keys=settings.keys,
        memory=memory_file(settings, url),
        ascii_only=settings.ascii,
        read_only=settings.read_only,
        notifies=settings.features.notifications,
        notice_dialect=dialect_of(os.environ),
        where=url,
        local=False,
        version=__version__,
        in_browser=is_in_browser(),
        over_ssh=_is_over_ssh(),
        painted=collect_seldom,
        exports=user_state_directory() / EXPORTS,
        host=serving_host(),
    )

    async def attach() -> int:
        return await show(RemotePipeline(url, clock, settings.net, token), clock, console)

    return asyncio.run(attach())


def run_serve(loaded: LoadedSettings, load: Callable[[], Settings]) -> int:
    """The engine without a console, serving others until a signal; the exit code.

    `load` reads the configuration again for SIGHUP and `/reload`.
    """
    from rtp_tui.cli.serving import serve  # heavy: the server and the engine

    configure_logs(loaded.settings, to_stderr=True)
    with data_directory(loaded.settings):
        try:
            collect_seldom()
            return asyncio.run(serve(loaded, load, partial(_leave_word, loaded.settings)))
        except* Exception as errors:
            # Whatever ended the engine gets its exit code and its words.
            raise failure_of(errors) from errors


def _leave_word(settings: Settings, url: str) -> None:
    """Let other commands find this engine."""
    try:
        write_server_file(
            Path(settings.data_dir), ServerFile(pid=os.getpid(), url=reachable_url(url), version=__version__)
        )
    except OSError as error:
        _log.warning("other commands will not find this engine: %s: %s", settings.data_dir, error.strerror)


@contextmanager
def data_directory(settings: Settings) -> Iterator[None]:
    """Hold the data directory, and the history file's where that is another, while the block runs.

    Word of an engine goes with it. Raises CommandFailed.
    """
    directories = {Path(settings.data_dir).absolute()}
    if settings.storage.path:
        directories.add(Path(settings.storage.path).absolute().parent)
    with ExitStack() as stack:
        try:
            for directory in sorted(directories):
                stack.enter_context(DataDirectory(directory).locked())
        except DirectoryInUse as error:
            server = read_server_file(Path(settings.data_dir))
            hint = f"attach to it with rtp-tui --connect {'URL' if server is None else server.url}"
            raise CommandFailed(f"{error}; {hint}", exit_codes.IN_USE) from None
        except StoreUnusable as error:
            raise failure_of(error) from None
        try:
            yield
        finally:
            remove_server_file(Path(settings.data_dir))


def failure_of(error: BaseException) -> CommandFailed:
    """What to say of an engine that ended by itself, and its exit code."""
    from rtp_tui.server.listening import NotLoopback, PortInUse  # heavy: the server
    from rtp_tui.server.tls import TlsUnusable  # heavy: likewise
    from rtp_tui.server.tokens import TokensUnusable  # heavy: likewise

    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    codes: dict[type[BaseException], int] = {
        StoreUnusable: exit_codes.CANNOT_CREATE,
        PortInUse: exit_codes.IN_USE,
        NotLoopback: exit_codes.BAD_CONFIGURATION,
        TokensUnusable: exit_codes.BAD_CONFIGURATION,
        TlsUnusable: exit_codes.BAD_CONFIGURATION,
    }
    return CommandFailed(str(error) or type(error).__name__, codes.get(type(error), exit_codes.FAILURE))


def _is_over_ssh() -> bool:
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
