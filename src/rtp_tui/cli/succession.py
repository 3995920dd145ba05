"""Which engine follows the one that runs, and when none does: what signals and `/reload` ask for."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.logs import say
from rtp_tui.cli.service import Service
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import Done
from rtp_tui.model.errors import Failed
from rtp_tui.pipeline import Pipeline

REREAD = "tokens and certificate are read again"
BEGINS_ANEW = "the configuration is read again; the engine begins anew with it"


def _nothing() -> None:
    """No engine is there to be asked."""


def _nothing_of(_settings: Settings) -> None:
    """The same of settings."""


class Succession:
    """Engines one after the other, each stopped when another is to follow, or none.

    It outlives them, so that nothing is lost that is asked for while one ends and the next begins. Where
    history is kept and which port is served stay as they are for the life of the process. What can change
    under a running engine does, and no engine follows for it.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        service: Service,
        configure_logs: Callable[[Settings], None],
    ) -> None:
        self.exit_code = exit_codes.OK
        self._first = settings
        self._settings = settings
        self._load = load
        self._service = service
        self._configure_logs = configure_logs
        self._following: Settings | None = settings
        self._proven: Settings | None = None
        self._is_ending = False
        self._stop: Callable[[], None] = _nothing
        self._reread: Callable[[], None] = _nothing
        self._adopt: Callable[[Settings], None] = _nothing_of

    def take(self) -> Settings | None:
        """What the next engine is made of; None when there is to be none."""
        self._stop = self._reread = _nothing
        self._adopt = _nothing_of
        self._service.between()
        following, self._following = self._following, None
        if following is None or self._is_ending:
            return None
        self._settings = following
        return following

    def begun(
        self,
        stop: Callable[[], None],
        reread: Callable[[], None],
        adopt: Callable[[Settings], None] = _nothing_of,
    ) -> None:
        """The engine that is there now is stopped in this way: at once, where something was asked for meanwhile.

        `adopt` has it go by those of the settings that can change under it.
        """
        self._proven = self._settings
        self._stop, self._reread, self._adopt = stop, reread, adopt
        if self._is_ending or self._following is not None:
            stop()

    def ready(self, pipeline: Pipeline) -> None:
        """All parts of that engine have started."""
        if not (self._is_ending or self._following is not None):
            self._service.ready(pipeline)

    def falls_back(self, error: BaseException) -> bool:
        """Whether an engine that could not begin is followed by one of the settings that worked before."""
        if self._proven is None or self._proven is self._settings or self._is_ending:
            return False
        say(f"the engine cannot begin with the new configuration, and goes on with the one before: {error}")
        self._following = self._following or self._proven
        return True

    def note_port(self, url: str) -> None:
        """Keep the port that was picked where any would do."""
        server = replace(self._settings.server, port=urlsplit(url).port or 0)
        self._settings = replace(self._settings, server=server)
        self._proven = self._settings

    def up_to_date(self, settings: Settings) -> Settings:
        """An engine's settings with what has changed under it since it began."""
        return _with_changeable(settings, self._settings)

    def install(self) -> None:
        """Drain on SIGTERM and SIGINT; a second SIGINT ends at once; SIGHUP reads the configuration again."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, partial(self.end, exit_codes.OK))
        loop.add_signal_handler(signal.SIGINT, partial(self.end, exit_codes.INTERRUPTED))
        loop.add_signal_handler(signal.SIGHUP, self.on_hangup)

    def end(self, exit_code: int) -> None:
        """Let no engine follow."""
        self.exit_code = exit_code
        self._is_ending = True
        self._service.ending()
        self._stop()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, os._exit, exit_codes.INTERRUPTED)

    async def reload(self) -> Done:
        """Go on with what the configuration says now; what came of it. Raises Failed with every mistake."""
        message = self._read_again()
        if self._following is not None:
            # A door that closes lets the answers under way go out first.
            asyncio.get_running_loop().call_soon(self._stop)
        return Done(message=message)

    def on_hangup(self) -> None:
        """The same, said on stderr."""
        try:
            say(f"SIGHUP: {self._read_again()}")
        except Failed as error:
            say(f"SIGHUP: {error}")
            return
        if self._following is not None:
            self._stop()

    def _read_again(self) -> str:
        self._service.reloading()
        try:
            message = self._take_over()
        except Failed as error:
            self._service.reloaded(str(error))
            raise
        if self._following is None:
            self._service.reloaded(message)
        return message

    def _take_over(self) -> str:
        """Take over what changed, in words; where that needs another engine, it follows."""
        loaded = self._loaded()
        current = self._following or self._settings
        wanted = self._kept_in_place(loaded)
        self._configure_logs_as(wanted)
        self._settings = _with_changeable(self._settings, wanted)
        fixed = "".join(
            f"; {key} takes effect when the process is started again" for key in self._fixed(loaded)
        )
        if wanted != _with_changeable(current, wanted):
            self._following = wanted
            return BEGINS_ANEW + fixed
        if self._following is not None:
            self._following = wanted
        self._adopt(wanted)
        self._reread_files()
        return f"{_changes(current, wanted)}; {REREAD}{fixed}"

    def _loaded(self) -> Settings:
        try:
            return self._load()
        except ConfigurationInvalid as error:
            raise Failed(f"the configuration is kept as it was: {error}") from None

    def _kept_in_place(self, loaded: Settings) -> Settings:
        kept = self._settings
        return replace(
            loaded,
            data_dir=kept.data_dir,
            storage=replace(loaded.storage, path=kept.storage.path),
            server=replace(loaded.server, host=kept.server.host, port=kept.server.port),
        )

    def _fixed(self, loaded: Settings) -> Iterator[str]:
        """The keys that changed and cannot while this process lives."""
        first = self._first
        if loaded.server.host != first.server.host:
            yield "server.host"
        if loaded.server.port != first.server.port:
            yield "server.port"
        if loaded.storage.path != first.storage.path:
            yield "storage.path"
        if loaded.data_dir != first.data_dir:
            yield "data_dir"

    def _configure_logs_as(self, wanted: Settings) -> None:
        try:
            self._configure_logs(wanted)
        except CommandFailed as error:
            raise Failed(f"the configuration is kept as it was: {error}") from None

    def _reread_files(self) -> None:
        try:
            self._reread()
        except Failed as error:
            raise Failed(f"tokens and certificate are kept as they were: {error}") from error


def _changes(before: Settings, now: Settings) -> str:
    """What a running engine took over, in words."""
    if now == before:
        return "nothing changed"
    if now.alert_rules == before.alert_rules:
        return "the log is written as configured now"
    count = len(now.alert_rules)
    return f"alerts go by {count} configured rule{'' if count == 1 else 's'} now"


def _with_changeable(settings: Settings, source: Settings) -> Settings:
    """Settings with those of another that an engine need not begin anew for; it shows no console."""
    return replace(
        settings,
        log_level=source.log_level,
        log_file=source.log_file,
        log_format=source.log_format,
        theme=source.theme,
        ascii=source.ascii,
        alert_rules=source.alert_rules,
    )
