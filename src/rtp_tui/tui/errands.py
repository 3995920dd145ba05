"""What the console does beside painting: asks, orders, saves. A bug in one is told and ends nothing else."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rtp_tui.text import safe

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp


class Errands:
    """Runs work beside the painting, so that nothing waits for it."""

    def __init__(self, app: "ConsoleApp") -> None:
        self._app = app
        self.failed: dict[str, str] = {}
        """What failed last of each kind of errand, by a mistake of the console's own."""

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong with the console itself: panes and errands that failed."""
        return {**self._app.main.desk.problems, **self.failed}

    def run(
        self, kind: str, work: Callable[[], Awaitable[None]], *, group: str = "", is_exclusive: bool = False
    ) -> None:
        """Do it beside the rest; an exclusive one takes the place of the one before it in its group."""
        self._app.run_worker(self._done(kind, work), group=group or kind, exclusive=is_exclusive)

    async def _done(self, kind: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - as in a pane: what failed says so, and the feeds of this process go on
            self.failed[kind] = f"{type(error).__name__}: {error}"
            self._app.follower.changes += 1
            words = f"{kind} failed: {self.failed[kind]}"
            self._app.notify(
                self._app.plain(safe(words)),
                title="a fault of the console",
                severity="error",
                markup=False,
                timeout=12,
            )
