"""Keys that a link delivered in one piece, taken for what was typed."""

import re
from collections.abc import Iterator

from textual import events

_WITH_ALT = re.compile(r"alt\+(shift\+)?(\w)")


def keys_apart(event: events.InputEvent) -> Iterator[events.InputEvent]:
    """The event itself; a letter with alt, which nothing here is bound to, as escape and the letter.

    Over a link with delay, escape and the key after it arrive together, and terminals write alt just so.
    """
    if isinstance(event, events.Key) and (together := _WITH_ALT.fullmatch(event.key)):
        has_shift, letter = together.groups()
        yield events.Key("escape", "\x1b")
        yield events.Key(letter.upper() if has_shift else letter, None)
    else:
        yield event
