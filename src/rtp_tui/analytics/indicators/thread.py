"""The one thread in which indicators are computed: what they need is loaded there when it is first used."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from rtp_tui.clock import Clock

if TYPE_CHECKING:
    from rtp_tui.analytics.indicators.workbench import Workbench

ResultT = TypeVar("ResultT")

LIBRARY_ABSENT = "TA-Lib is not installed, and indicators need it"
_FOREVER_S = 3_600.0


class IndicatorThread:
    """Hands work to a thread that keeps a workbench. The thread begins with the first work and ends with `run`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._executor: ThreadPoolExecutor | None = None
        self._workbench: Workbench | None = None
        """Touched by the thread alone."""

    async def run(self) -> None:
        """Part "indicators": the thread ends when this is cancelled, after what it is doing."""
        try:
            while True:
                await self._clock.sleep(_FOREVER_S)
        finally:
            self.close()

    def close(self) -> None:
        """Let the thread end; what waits for it is given up."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        self._workbench = None

    async def work(self, do: Callable[["Workbench"], ResultT]) -> ResultT:
        """What a function makes of the workbench, in the thread, one after the other. Raises what it raises."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="indicators")
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._do, do)

    def obstacle(self) -> str:
        """Why nothing can be computed on this machine; empty where it can. Loads nothing."""
        return "" if find_spec("talib") is not None else LIBRARY_ABSENT

    def _do(self, do: Callable[["Workbench"], ResultT]) -> ResultT:
        if self._workbench is None:
            from rtp_tui.analytics.indicators.workbench import Workbench  # heavy: numpy, and TA-Lib later

            self._workbench = Workbench()
        return do(self._workbench)
