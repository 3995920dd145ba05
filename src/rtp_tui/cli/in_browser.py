"""Whether a browser shows this console: `rtp-tui web`, `textual serve` and textual-web say so to what they start."""

import os


def is_in_browser() -> bool:
    """There is no terminal, but whoever started this passes on what a terminal would do."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")
