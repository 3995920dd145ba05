"""A replay begun, shown in the console or run to its end, and summed up."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.assemble.engine import Engine
from rtp_tui.assemble.replay import ReplayEngine, replaying
from rtp_tui.assemble.replay_feeds import Replay
from rtp_tui.assemble.store import history_path
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.assemble.surveying import Survey, replayed_instruments, survey
from rtp_tui.capture import CaptureFile
from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine_thread import EngineThread
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import those_named
from rtp_tui.cli.logs import configure_logs, say
from rtp_tui.cli.options import GlobalOptions, loaded
from rtp_tui.cli.replay_summary import ReplaySummary, print_summary, summarized
from rtp_tui.cli.run import EXPORTS, data_directory, failure_of
from rtp_tui.clock import Clock, ReplayClock, SystemClock
from rtp_tui.config.directories import user_themes
from rtp_tui.config.load import user_state_directory
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.player import Window
from rtp_tui.feeds.replay_feed import Controls
from rtp_tui.model.instrument import Instrument
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.replayed import is_of_replays


class Wanted(Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    file: Path
    speed: float | None = 1.0
    from_ms: int | None = None
    to_ms: int | None = None
    instruments: tuple[str, ...] = ()
    also_others: bool = False
    as_json: bool = False

    @property
    def is_shown(self) -> bool:
        """There is a terminal to show a console on."""
        return not self.as_json and sys.stdin.isatty() and sys.stdout.isatty()


def replay_capture(options: GlobalOptions, wanted: Wanted) -> int:
    """Play it; the exit code. Raises CommandFailed."""
    with _own_directory(options, loaded(options).settings) as settings:
        configure_logs(settings, to_stderr=not wanted.is_shown)
        capture = CaptureFile(wanted.file)
        window = Window(wanted.from_ms, wanted.to_ms)
        found = _surveyed(capture, window)
        replay = Replay(
            capture=CaptureFile(wanted.file),
            instruments=_chosen(settings, found, wanted),
            symbols=found.symbols,
            controls=Controls(wanted.speed),
            window=window,
            ends=not wanted.is_shown,
        )
        _say_oddities(capture, found)
        live = SystemClock()
        clock = ReplayClock(live, live.now_ms() if found.first_ms is None else found.first_ms)
        if wanted.is_shown:
            return _show(replay, settings, clock)
        return _run(replay, settings, clock, found, as_json=wanted.as_json)


def _show(replay: Replay, settings: Settings, clock: ReplayClock) -> int:
    from rtp_tui.tui.run import run_console as show  # heavy: only what shows a console loads Textual
    from rtp_tui.tui.settings import ConsoleSettings  # heavy: likewise

    @asynccontextmanager
    async def assembling(settings: Settings, _clock: Clock, _around: Surroundings) -> AsyncIterator[Engine]:
        async with replaying(replay, settings, clock) as replayed:
            yield replayed.engine

    engine = EngineThread(settings, clock, assembling=assembling)
    console = ConsoleSettings(
        theme=settings.theme,
        themes=user_themes(),
        keys=settings.keys,
        ascii_only=settings.ascii,
        read_only=settings.read_only,
        notifies=settings.features.notifications,
        name=replay.capture.path.name,
        exports=user_state_directory() / EXPORTS,
    )
    try:
        code = asyncio.run(show(engine.door, clock, console))
    finally:
        ended = engine.stop()
    if engine.error is not None:
        raise failure_of(engine.error)
    return code if ended else exit_codes.FAILURE


def _run(replay: Replay, settings: Settings, clock: ReplayClock, found: Survey, *, as_json: bool) -> int:
    ending = _Ending()
    try:
        summary = asyncio.run(_played(replay, settings, clock, found, ending))
    except* StoreUnusable as errors:
        raise failure_of(errors) from None
    print_summary(summary, as_json=as_json)
    return ending.code


class _Ending:
    """The exit code, which a signal decides."""

    def __init__(self) -> None:
        self.code = exit_codes.OK

    def end(self, replayed: ReplayEngine, code: int) -> None:
        self.code = code
        replayed.engine.supervisor.stop()


async def _played(
    replay: Replay, settings: Settings, clock: ReplayClock, found: Survey, ending: _Ending
) -> ReplaySummary:
    started_s = clock.monotonic()
    async with replaying(replay, settings, clock) as replayed:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, ending.end, replayed, exit_codes.OK)
        loop.add_signal_handler(signal.SIGINT, ending.end, replayed, exit_codes.INTERRUPTED)
        await replayed.engine.supervisor.run()
        # What was pending is written by now, and the history is still open.
        return await summarized(replay, replayed, found, clock.monotonic() - started_s)


def _surveyed(capture: CaptureFile, window: Window) -> Survey:
    try:
        found = survey(capture, window)
    except OSError as error:
        raise CommandFailed(f"{capture.path}: {error.strerror or error}") from None
    if not found.frames:
        bad = f" ({capture.bad_lines:,} lines are none)" if capture.bad_lines else ""
        raise CommandFailed(f"{capture.path}: no frames to play{bad}")
    return found


def _chosen(settings: Settings, found: Survey, wanted: Wanted) -> tuple[Instrument, ...]:
    """The instruments to play. Raises CommandFailed where there are none."""
    known = replayed_instruments(
        settings.instruments, found.symbols, also_others=wanted.also_others or bool(wanted.instruments)
    )
    if not known:
        raise CommandFailed(f"{wanted.file}: nothing that can be read; it is of {_sources_of(found)}")
    try:
        return those_named(wanted.instruments, known)
    except CommandFailed as failure:
        ids = ", ".join(instrument.id for instrument in known[:20])
        raise CommandFailed(f"{failure}; in the capture are {ids}", failure.code) from None


def _sources_of(found: Survey) -> str:
    return ", ".join(found.strange) or "sources whose frames name no symbol"


def _say_oddities(capture: CaptureFile, found: Survey) -> None:
    """What will not be played, on stderr."""
    for source, frames in found.strange.items():
        say(f"skipped: {frames:,} frames of {source or 'a source without a name'}, which nobody here reads")
    if capture.bad_lines:
        say(f"skipped: {capture.bad_lines:,} lines that are no frames")
    if capture.truncated:
        say("the file ends in the middle of something; all before that is played")
    if found.first_ms is None:
        say("the frames have no times: they follow one another as fast as possible")


@contextmanager
def _own_directory(options: GlobalOptions, settings: Settings) -> Iterator[Settings]:
    """The settings with a data directory that holds no live data. Raises CommandFailed."""
    settings = replace(settings, storage=replace(settings.storage, path=""))
    if options.data_dir is None:
        with tempfile.TemporaryDirectory(prefix="rtp-tui-replay-", ignore_cleanup_errors=True) as directory:
            yield replace(settings, data_dir=directory)
        return
    with data_directory(settings):
        try:
            is_usable = is_of_replays(history_path(settings))
        except StoreUnusable as error:
            raise failure_of(error) from None
        if not is_usable:
            raise CommandFailed(
                f"{settings.data_dir} holds live data, which a replay would mix with; name another --data-dir"
            )
        yield settings
