"""Before somebody else reads the terminal: the console asks it nothing more, and takes what it still answers."""

from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.clock import Clock
from rtp_tui.tui.link import Link

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

FAREWELL_S = 1.0
ANSWER_S = 3.0
"""On a slow link a terminal first takes what it was sent before the question."""


async def take_last_answer(link: Link, clock: Clock) -> None:
    """Wait for the terminal's outstanding answer, so that the shell does not get it."""
    link.close()
    until = clock.monotonic() + (FAREWELL_S if link.is_mute else ANSWER_S)
    while link.awaits_answer and clock.monotonic() < until:
        await clock.sleep(0.02)


async def end(app: "ConsoleApp", code: int) -> None:
    """Keep and finish what can be, say what could not, and leave with this exit code."""
    await app.remembering.leave()
    unfinished = await app.operations.files.finish(app.clock, FAREWELL_S)
    await take_last_answer(app.link, app.clock)
    words = app.plain(f"not finished, and no file is left of it: {', '.join(unfinished)}")
    app.exit(return_code=code, message=Text(words) if unfinished else None)


async def step_aside(app: "ConsoleApp") -> None:
    """Leave the terminal to the shell until the console is called back; where that cannot be, go on."""
    await take_last_answer(app.link, app.clock)
    app.action_suspend_process()
    app.link.open()
