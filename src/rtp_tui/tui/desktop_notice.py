"""A notice of the desktop around the terminal: OSC 9, which iTerm2, WezTerm, Windows Terminal and others show, and OSC 777.

https://iterm2.com/documentation-escape-codes.html; a terminal that knows neither shows nothing.
"""

from rtp_tui.text import safe

_LONGEST = 120


def desktop_notice(title: str, body: str) -> str:
    """What is written to the terminal; nothing in the texts can end the sequence or begin another."""
    title, body = _field(title), safe(body, _LONGEST)
    return f"\x1b]9;{title}: {body}\x07\x1b]777;notify;{title};{body}\x07"


def _field(text: str) -> str:
    """A semicolon would begin the next field."""
    return safe(text, _LONGEST).replace(";", ",")
