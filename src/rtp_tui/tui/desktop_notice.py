"""A notice of the desktop around the terminal: OSC 9, which iTerm2, WezTerm, kitty and others show, or OSC 777.

https://iterm2.com/documentation-escape-codes.html; a terminal that knows neither shows nothing.
"""

from collections.abc import Mapping
from enum import StrEnum

from rtp_tui.text import safe

_LONGEST = 120
_WITHOUT_A_DESKTOP = ("", "dumb", "linux")


class NoticeDialect(StrEnum):
    """How a terminal is told; many that know both would show a notice twice."""

    OSC_9 = "OSC 9"
    OSC_777 = "OSC 777"
    NONE = "none"


def dialect_of(environment: Mapping[str, str]) -> NoticeDialect:
    """The one that a terminal of this environment is most likely to know: rxvt and what is made with VTE know 777."""
    terminal = environment.get("TERM", "")
    if terminal in _WITHOUT_A_DESKTOP:
        return NoticeDialect.NONE
    is_777 = terminal.startswith("rxvt") or "VTE_VERSION" in environment
    return NoticeDialect.OSC_777 if is_777 else NoticeDialect.OSC_9


def desktop_notice(dialect: NoticeDialect, title: str, body: str) -> str:
    """What is written to the terminal; nothing in the texts can end the sequence or begin another."""
    title, body = _field(title), safe(body, _LONGEST)
    match dialect:
        case NoticeDialect.OSC_9:
            return f"\x1b]9;{title}: {body}\x1b\\"
        case NoticeDialect.OSC_777:
            return f"\x1b]777;notify;{title};{body}\x1b\\"
        case NoticeDialect.NONE:
            return ""


def _field(text: str) -> str:
    """A semicolon would begin the next field."""
    return safe(text, _LONGEST).replace(";", ",")
