"""Ready-made configurations: the desks that the documented example holds, commented out."""

import re

from msgspec import Struct

from rtp_tui.config.shipped import example_text

DESK_NAMES = ("crypto", "treasury", "nse500", "usdcop", "portfolio")

_BLOCK = re.compile(r"^# desk (\w+): (.+\n(?:#(?!#).*\n)*)((?:##.*\n)+)", re.MULTILINE)
_COMMENT = re.compile(r"^##?", re.MULTILINE)
_BEGINNING = """\
# rtp-tui: a ready-made desk. What else can be set: config.example.toml, or `rtp-tui config init` without --desk.
"""


class Desk(Struct, frozen=True):
    """A configuration of its own."""

    name: str
    title: str
    """What it watches, and what it wants for that."""
    text: str
    """A file that configures it."""


def desk(name: str) -> Desk:
    """The desk of a name in `DESK_NAMES`."""
    return desks()[name]


def desks() -> dict[str, Desk]:
    """All of the example, by name."""
    found = [_desk(*block) for block in _BLOCK.findall(example_text())]
    return {one.name: one for one in found}


def _desk(name: str, said: str, commented: str) -> Desk:
    words = said.strip()
    return Desk(
        name=name,
        title=words.partition("\n")[0],
        text=f"{_BEGINNING}# desk {name}: {words}\n\n{_COMMENT.sub('', commented)}",
    )
