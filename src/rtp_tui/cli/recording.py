"""An engine that serves nobody, run for the raw traffic of its feeds."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import click
from msgspec.structs import replace

from rtp_tui.assemble.demo import with_simulated_exchange
from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.capture import CaptureWriter
from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import those_named
from rtp_tui.cli.logs import configure_logs, say
from rtp_tui.cli.run import data_directory, failure_of
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.config.load import LoadedSettings, shared_calendars
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.recording import Recording, RecordingStatus
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.server_file import read_server_file
from rtp_tui.text import byte_text

PROGRESS_EVERY_S = 1.0
_ERASE_LINE = "\r\x1b[K"


def record_to(
    output: Path,
    loaded: LoadedSettings,
    instruments: tuple[str, ...],
    *,
    seconds: float | None,
    replaces: bool,
    demo: bool,
) -> int:
    """Record until a signal, or for so many seconds; the exit code. Raises CommandFailed."""
    configure_logs(loaded.settings, to_stderr=True)
    with _directory(loaded.settings) as settings, _opened(output, replaces=replaces) as writer:
        recorder = Recorder(writer, SystemClock(), seconds)
        try:
            code = asyncio.run(recorder.run(settings, instruments, demo=demo))
        except* CommandFailed as failures:
            raise _first(failures) from None
        except* StoreUnusable as errors:
            raise failure_of(errors) from None
    return code


class Recorder:
    """One recording: the engine, the file, and what is said of them on stderr."""

    def __init__(self, writer: CaptureWriter, clock: Clock, seconds: float | None) -> None:
        self._writer = writer
        self._clock = clock
        self._seconds = seconds
        self._recording = Recording(writer, clock)
        self._exit_code = exit_codes.OK

    async def run(self, settings: Settings, instruments: tuple[str, ...], *, demo: bool) -> int:
        """Record until told to end; the exit code. Raises CommandFailed in a group."""
        started_s = self._clock.monotonic()
        async with _venue(settings, self._clock, demo=demo) as found:
            narrowed = replace(found, instruments=those_named(instruments, found.instruments))
            around = Surroundings(recording=self._recording, shared_calendars=shared_calendars())
            async with assembled(narrowed, self._clock, around) as engine:
                self._end_on_signals(engine)
                await self._record(engine)
        say(self._summary(self._clock.monotonic() - started_s))
        return self._exit_code

    async def _record(self, engine: Engine) -> None:
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._write())]
            if sys.stderr.isatty():
                beside.append(group.create_task(self._show_progress()))
            if self._seconds is not None:
                beside.append(group.create_task(self._end_after(engine, self._seconds)))
            await engine.supervisor.run()
            for task in beside:
                task.cancel()

    async def _write(self) -> None:
        try:
            await self._recording.run()
        except OSError as error:
            words = f"{self._writer.path}: {error.strerror or error}; what was written until then can be read"
            raise CommandFailed(words, exit_codes.CANNOT_WRITE) from None

    async def _end_after(self, engine: Engine, seconds: float) -> None:
        await self._clock.sleep(seconds)
        engine.supervisor.stop()

    async def _show_progress(self) -> None:
        try:
            while True:
                await self._clock.sleep(PROGRESS_EVERY_S)
                click.echo(f"{_ERASE_LINE}{status_text(self._recording.status())}", err=True, nl=False)
        finally:
            click.echo(_ERASE_LINE, err=True, nl=False)

    def _end_on_signals(self, engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        codes = {
            signal.SIGTERM: exit_codes.OK,
            signal.SIGHUP: exit_codes.OK,
            signal.SIGINT: exit_codes.INTERRUPTED,
        }
        for number, code in codes.items():
            loop.add_signal_handler(number, self._end, engine, code)

    def _end(self, engine: Engine, code: int) -> None:
        self._exit_code = code
        engine.supervisor.stop()

    def _summary(self, seconds: float) -> str:
        return f"{self._writer.path}: {status_text(self._recording.status())} in {seconds:.1f} s"


def status_text(status: RecordingStatus) -> str:
    """`1,234 frames, 1.2MB (venue 1,000, other 234)`, and what was dropped where something was."""
    sources = ", ".join(f"{name} {count:,}" for name, count in sorted(status.by_source.items()))
    dropped = f"; {status.dropped:,} dropped, the disk is too slow" if status.dropped else ""
    told = f" ({sources})" if sources else ""
    return f"{status.frames:,} frames, {byte_text(status.bytes)}{told}{dropped}"


@asynccontextmanager
async def _venue(settings: Settings, clock: Clock, *, demo: bool) -> AsyncIterator[Settings]:
    """The settings to connect by: of a demo those that lead to its exchange, which lives as long as the block."""
    if not demo:
        yield settings
        return
    async with with_simulated_exchange(settings, clock) as simulated:
        # The exchange is here already: the engine shall not begin another.
        yield replace(simulated.settings, demo=False)


@contextmanager
def _directory(settings: Settings) -> Iterator[Settings]:
    """The settings with a data directory of this process's own: the configured one unless an engine serves there.

    Raises CommandFailed where somebody works on it whom nobody can ask.
    """
    if read_server_file(Path(settings.data_dir)) is None:
        with data_directory(settings):
            yield settings
        return
    say(f"an engine works on {settings.data_dir}: recording with feeds of its own, beside it")
    with tempfile.TemporaryDirectory(prefix="rtp-tui-record-", ignore_cleanup_errors=True) as directory:
        yield replace(settings, data_dir=directory, storage=replace(settings.storage, path=""))


@contextmanager
def _opened(output: Path, *, replaces: bool) -> Iterator[CaptureWriter]:
    """The file, made now. Raises CommandFailed."""
    writer = CaptureWriter(output, replaces=replaces)
    with ExitStack() as stack:
        try:
            stack.enter_context(writer)
        except OSError as error:
            hint = "; --force replaces it" if isinstance(error, FileExistsError) else ""
            raise CommandFailed(f"{output}: {error.strerror}{hint}", exit_codes.CANNOT_CREATE) from None
        yield writer


def _first(failures: BaseExceptionGroup[CommandFailed]) -> CommandFailed:
    first: BaseException = failures
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, CommandFailed)
    return first
