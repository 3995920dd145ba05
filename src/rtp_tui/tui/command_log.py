"""What was ordered at this console: when, what, and what came of it."""

from collections import deque
from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.text import Text

from rtp_tui.api.audit import subject_of
from rtp_tui.model.commands import Command
from rtp_tui.text import clock_text, safe
from rtp_tui.tui.durations import duration_text
from rtp_tui.tui.scene import Scene

KEPT = 200


class Ordered(Struct):
    """One order; without an end while its answer is waited for."""

    at_ms: int
    command: str
    subject: str
    ended_ms: int | None = None
    is_done: bool = False
    words: str = ""


class CommandLog:
    """The newest orders, oldest first."""

    def __init__(self) -> None:
        self._orders: deque[Ordered] = deque(maxlen=KEPT)

    @property
    def orders(self) -> Sequence[Ordered]:
        """All that are kept."""
        return tuple(self._orders)

    def begin(self, command: Command[object], now_ms: int) -> Ordered:
        """An order goes out now."""
        words = str(command.__struct_config__.tag).replace("_", " ")
        ordered = Ordered(now_ms, words, subject_of(command))
        self._orders.append(ordered)
        return ordered


def end(ordered: Ordered, now_ms: int, words: str, *, is_done: bool) -> None:
    """An order was answered, or is waited for no longer."""
    ordered.ended_ms, ordered.words, ordered.is_done = now_ms, words, is_done


def log_text(orders: Iterable[Ordered], scene: Scene, now_ms: int) -> Text:
    """A line for each order, the newest first."""
    text = Text()
    for one in reversed(tuple(orders)):
        text.append(f"{clock_text(one.at_ms, scene.zone)}  ", "dim")
        text.append(f"{safe(one.command)} {safe(one.subject)}".strip(), "bold")
        if one.ended_ms is None:
            text.append(f"   no answer yet, after {duration_text(now_ms - one.at_ms)}\n")
            continue
        text.append(f"   {safe(one.words)}")
        text.append(f"   {duration_text(one.ended_ms - one.at_ms)}\n", "dim")
    text.rstrip()
    return text or _nothing(scene)


def _nothing(scene: Scene) -> Text:
    where = f"{scene.key('show_pane.log')}, then {scene.key('filter')} and audit"
    return Text(
        f"Nothing has been ordered at this console yet.\nWhat others order stands in the timeline: {where}."
    )
