"""The program with a bug planted in it: `python -m tests.accept.planted_crash pane|app ARGUMENTS…`.

`pane`: the feeds pane fails whenever it is asked for its rows. `app`: the console fails outside every guard once
prices are on screen.
"""

import sys
from collections.abc import Callable, Sequence

from rtp_tui.__main__ import main
from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.panes.feeds import Feeds
from rtp_tui.tui.scene import Scene

_FRAMES_BEFORE = 20


def plant_in_pane() -> None:
    def keys(self: Feeds, scene: Scene) -> Sequence[str]:
        raise RuntimeError("a planted bug")

    Feeds.keys = keys  # type: ignore[method-assign]


def plant_in_app() -> None:
    setattr(ConsoleApp, "frame", _failing_later(ConsoleApp.frame))  # noqa: B010 - a plain assignment is no plain function to mypy


def _failing_later(frame: Callable[[ConsoleApp], None]) -> Callable[[ConsoleApp], None]:
    frames = 0

    def frame_or_fail(app: ConsoleApp) -> None:
        nonlocal frames
        frames += bool(app.follower.state.market.quotes)
        if frames > _FRAMES_BEFORE:
            raise RuntimeError("a planted bug")
        frame(app)

    return frame_or_fail


if __name__ == "__main__":
    where = sys.argv.pop(1)
    {"pane": plant_in_pane, "app": plant_in_app}[where]()
    main()
