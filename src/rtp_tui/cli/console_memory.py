"""The file that a console is remembered in: one for each engine, and in browsers one for each of them."""

import os
import re
from pathlib import Path

from rtp_tui.config.load import user_state_directory
from rtp_tui.config.settings import Settings

CONSOLES, BROWSERS = "consoles", "browsers"
"""The folder in which consoles remember how they were left, and that of those in browsers."""
BROWSER = "RTP_BROWSER"
"""Which browser shows a console: `rtp-tui web` says so to what it starts; empty where it cannot know."""
MOST_IN_BROWSERS = 200
"""Files: of browsers that are not seen any more the oldest are forgotten."""
_NOT_IN_NAMES = re.compile(r"[^\w.@-]+")


def memory_file(settings: Settings, engine: str) -> Path | None:
    """Where a console of this engine remembers how it was left; None where nothing is remembered."""
    if not settings.remember:
        return None
    name = "demo" if settings.demo else _NOT_IN_NAMES.sub("_", engine).strip("_.")[:80]
    folder = user_state_directory() / CONSOLES
    browser = os.environ.get(BROWSER)
    if browser is None:
        return folder / f"{name}.json"
    if not browser:
        return None
    path = folder / BROWSERS / f"{name}.{_NOT_IN_NAMES.sub('_', browser)}.json"
    _forget_oldest(path)
    return path


def _forget_oldest(used: Path) -> None:
    """This one is the newest, though nothing may be changed in it."""
    try:
        if used.exists():
            used.touch()
        for old in sorted(used.parent.glob("*.json"), key=_age)[MOST_IN_BROWSERS:]:
            old.unlink(missing_ok=True)
    except OSError:
        # The console says so itself when it cannot read or keep it.
        return


def _age(path: Path) -> float:
    return -path.stat().st_mtime
