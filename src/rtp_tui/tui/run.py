"""The way in for the command line; importing this file imports Textual."""

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings


async def run_console(api: PipelineApi, clock: Clock, settings: ConsoleSettings) -> int:
    """Show the console until the person leaves or a signal ends it; the process's exit code.

    Must run in the main thread, whose signals it handles while it lasts.
    """
    app = ConsoleApp(api, clock, settings)
    await app.run_async()
    return app.return_code or 0
