"""Whether a browser shows this console: `rtp-tui web`, `textual serve` and textual-web say so to what they start."""

import os
import socket


def is_in_browser() -> bool:
    """There is no terminal, but whoever started this passes on what a terminal would do."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def serving_host() -> str:
    """The machine that a browser's console runs on, and writes its files on; empty for a terminal's console."""
    return socket.gethostname() if is_in_browser() else ""
