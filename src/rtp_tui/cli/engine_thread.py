"""The engine in a thread and a loop of its own, beside a console."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rtp_tui.api.across_threads import PipelineAcrossThreads
from rtp_tui.clock import Clock
from rtp_tui.config.load import shared_calendars
from rtp_tui.config.settings import Settings

if TYPE_CHECKING:
    from rtp_tui.assemble.engine import Engine
    from rtp_tui.assemble.surroundings import Surroundings

STOP_WITHIN_S = 10.0

Assembling = Callable[[Settings, Clock, "Surroundings"], AbstractAsyncContextManager["Engine"]]
"""Makes an engine that is ready to run."""


class EngineThread:
    """Starts an engine when its door is first used, and ends it in an orderly way.

    The engine's modules are imported in the thread, so that the console paints first. `on_ended` is called in
    the thread when somebody elsewhere ordered the end of the process. `assembling` makes another engine than usual.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        configuration: Path | None = None,
        on_listening: Callable[[str], None] = lambda url: None,
        on_ended: Callable[[], None] = lambda: None,
        assembling: Assembling | None = None,
    ) -> None:
        self.door = PipelineAcrossThreads(clock, self._start)
        self.error: BaseException | None = None
        """Why the engine ended by itself; None while it runs or when it was stopped."""
        self._settings = settings
        self._clock = clock
        self._configuration = configuration
        self._on_listening = on_listening
        self._on_ended = on_ended
        self._assembling = assembling
        self._stop: Callable[[], object] | None = None
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def stop(self) -> bool:
        """Drain and end; False when it did not end within ten seconds."""
        self._is_stopping.set()
        if self._stop is not None:
            # Its loop is closed where it has ended by itself.
            with suppress(RuntimeError):
                self._stop()
        if self._thread.ident is not None:
            self._thread.join(STOP_WITHIN_S)
        return not self._thread.is_alive()

    def _start(self) -> None:
        self._thread.start()

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - a thread's end must be told, whatever ended it
            self.error = error
            self.door.fail(error)
        finally:
            self.door.close()

    async def _run(self) -> None:
        from rtp_tui.assemble.engine import assembled  # heavy: imported here so that the console paints first
        from rtp_tui.assemble.surroundings import Surroundings  # heavy: likewise

        assembling = self._assembling or assembled

        loop = asyncio.get_running_loop()
        around = Surroundings(
            configuration=self._configuration,
            on_listening=self._on_listening,
            shared_calendars=shared_calendars(),
        )
        async with assembling(self._settings, self._clock, around) as engine:
            self._stop = lambda: loop.call_soon_threadsafe(engine.supervisor.stop)
            if self._is_stopping.is_set():
                return
            self.door.open(loop, engine.console)
            await engine.supervisor.run()
        if not self._is_stopping.is_set():
            self._on_ended()
