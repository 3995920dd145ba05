"""Running the engine: beside a console, headless, or a console attached to an engine elsewhere."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine_thread import EngineThread
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.logs import configure_logs
from rtp_tui.clock import SystemClock
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import Done
from rtp_tui.model.errors import Failed
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.lock import DataDirectory, DirectoryInUse
from rtp_tui.storage.server_file import ServerFile, remove_server_file, write_server_file


def run_console(settings: Settings) -> int:
    """The console with the engine in a thread of this process; the exit code."""
    from rtp_tui.tui.run import run_console as show  # heavy: only what shows a console loads Textual
    from rtp_tui.tui.settings import ConsoleSettings  # heavy: likewise

    configure_logs(settings, to_stderr=False)
    with _data_directory(settings):
        clock = SystemClock()
        engine = EngineThread(settings, clock)
        console = ConsoleSettings(
            theme=settings.theme,
            ascii_only=settings.ascii,
            read_only=settings.read_only,
            name=settings.server.name,
            over_ssh=_is_over_ssh(),
        )
        try:
            code = asyncio.run(show(engine.door, clock, console))
        finally:
            ended = engine.stop()
        if engine.error is not None:
            raise _failure(engine.error)
        return code if ended else exit_codes.FAILURE


def run_attached(settings: Settings, url: str, token: str | None) -> int:
    """A console attached to an engine elsewhere; the exit code."""
    from rtp_tui.api.remote import RemotePipeline  # heavy: a local console does not load it
    from rtp_tui.tui.run import run_console as show  # heavy: only what shows a console loads Textual
    from rtp_tui.tui.settings import ConsoleSettings  # heavy: likewise

    configure_logs(settings, to_stderr=False)
    clock = SystemClock()
    console = ConsoleSettings(
        theme=settings.theme,
        ascii_only=settings.ascii,
        read_only=settings.read_only,
        where=url,
        local=False,
        over_ssh=_is_over_ssh(),
    )

    async def attach() -> int:
        return await show(RemotePipeline(url, clock, settings.net, token), clock, console)

    return asyncio.run(attach())


def run_serve(settings: Settings, load: Callable[[], Settings]) -> int:
    """The engine without a console, serving others until a signal; the exit code.

    `load` reads the configuration again for SIGHUP and `/reload`.
    """
    configure_logs(settings, to_stderr=True)
    with _data_directory(settings):
        try:
            return asyncio.run(_serve(settings, load))
        except* Exception as errors:
            # Whatever ended the engine gets its exit code and its words.
            raise _failure(errors) from errors


async def _serve(settings: Settings, load: Callable[[], Settings]) -> int:
    """Engines one after the other: a reload drains one and begins the next."""
    following: Settings | None = settings
    code = exit_codes.OK
    while following is not None:
        reload = _Reload(following, load)
        code = await _serve_one(following, reload)
        following = reload.following
    return code


async def _serve_one(settings: Settings, reload: "_Reload") -> int:
    from rtp_tui.assemble.engine import (  # heavy: other commands do not load the engine
        Surroundings,
        assembled,
    )
    from rtp_tui.cli.log_lines import follow  # heavy: likewise

    ending = _Ending()
    data_directory = Path(settings.data_dir)
    around = Surroundings(
        must_serve=True, on_listening=partial(_say_listening, data_directory, reload), reload=reload.ask
    )
    try:
        async with assembled(settings, SystemClock(), around) as engine:
            reload.stop = engine.supervisor.stop
            ending.install(engine.supervisor.stop, reload)
            async with asyncio.TaskGroup() as group:
                lines = group.create_task(follow(engine.api, sys.stderr))
                await engine.supervisor.run()
                lines.cancel()
    finally:
        remove_server_file(data_directory)
    return ending.exit_code


class _Reload:
    """Reads the configuration again, and has the engine drained when it can be used.

    Where history is kept and which port is served stay as they are for the life of the process.
    """

    def __init__(self, settings: Settings, load: Callable[[], Settings]) -> None:
        self.following: Settings | None = None
        """What the next engine is made of, when there is to be one."""
        self.stop: Callable[[], None] = lambda: None
        self._settings = settings
        self._load = load

    async def ask(self) -> Done:
        """Begin anew. Raises Failed, with every mistake, when the configuration cannot be used."""
        try:
            self._read()
        except ConfigurationInvalid as error:
            raise Failed(f"the configuration is kept as it was: {error}") from None
        # A door that closes lets the answers under way go out first.
        asyncio.get_running_loop().call_soon(self.stop)
        return Done(message="the configuration is read again; the engine begins anew with it")

    def on_signal(self) -> None:
        """Begin anew on SIGHUP, and say so on stderr; or say why not."""
        try:
            self._read()
        except ConfigurationInvalid as error:
            print(f"SIGHUP: the configuration is kept as it was: {error}", file=sys.stderr, flush=True)
            return
        print("SIGHUP: the configuration is read again", file=sys.stderr, flush=True)
        self.stop()

    def note_port(self, url: str) -> None:
        """Keep the port that was picked where any would do."""
        server = replace(self._settings.server, port=urlsplit(url).port or 0)
        self._settings = replace(self._settings, server=server)

    def _read(self) -> None:
        settings, kept = self._load(), self._settings
        server = replace(settings.server, host=kept.server.host, port=kept.server.port)
        self.following = replace(settings, data_dir=kept.data_dir, storage=kept.storage, server=server)


class _Ending:
    """Which signal ended the engine, and what its exit code is."""

    def __init__(self) -> None:
        self.exit_code = exit_codes.OK

    def install(self, stop: Callable[[], None], reload: _Reload) -> None:
        """Drain on SIGTERM and SIGINT; a second SIGINT ends at once; SIGHUP begins anew."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, partial(self._end, stop, reload, exit_codes.OK))
        loop.add_signal_handler(signal.SIGINT, partial(self._end, stop, reload, exit_codes.INTERRUPTED))
        loop.add_signal_handler(signal.SIGHUP, reload.on_signal)

    def _end(self, stop: Callable[[], None], reload: _Reload, code: int) -> None:
        self.exit_code = code
        reload.following = None
        stop()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, os._exit, exit_codes.INTERRUPTED)


def _say_listening(data_directory: Path, reload: _Reload, url: str) -> None:
    write_server_file(data_directory, ServerFile(pid=os.getpid(), url=url, version=__version__))
    reload.note_port(url)
    print(f"listening on {url}", file=sys.stderr, flush=True)


@contextmanager
def _data_directory(settings: Settings) -> Iterator[None]:
    """Hold the data directory, and the history file's where that is another, while the block runs.

    Raises CommandFailed.
    """
    directories = {Path(settings.data_dir).absolute()}
    if settings.storage.path:
        directories.add(Path(settings.storage.path).absolute().parent)
    with ExitStack() as stack:
        try:
            for directory in sorted(directories):
                stack.enter_context(DataDirectory(directory).locked())
        except DirectoryInUse as error:
            hint = "attach to it with rtp-tui --connect URL"
            raise CommandFailed(f"{error}; {hint}", exit_codes.IN_USE) from None
        except StoreUnusable as error:
            raise _failure(error) from None
        yield


def _failure(error: BaseException) -> CommandFailed:
    """What to say of an engine that ended by itself, and its exit code."""
    from rtp_tui.server.listening import NotLoopback, PortInUse  # heavy: the server

    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    codes: dict[type[BaseException], int] = {
        StoreUnusable: exit_codes.CANNOT_CREATE,
        PortInUse: exit_codes.IN_USE,
        NotLoopback: exit_codes.BAD_CONFIGURATION,
    }
    return CommandFailed(str(error) or type(error).__name__, codes.get(type(error), exit_codes.FAILURE))


def _is_over_ssh() -> bool:
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
