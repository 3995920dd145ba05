"""What happened, as lines a person can read: the log and every change of state."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.events import Payload, Snapshot
from rtp_tui.model.parts import PartStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.gathering import Gathered, Gathering
from rtp_tui.tui.news.item import News
from rtp_tui.tui.news.telling import news_of
from rtp_tui.tui.start_up import StartUp, is_ordinary

KEPT_ENTRIES = 500
CONSOLE = "console"
LATE_MS = 300_000
"""What is told so long after it happened stands where it was told, with its own time; a move is told no more."""


class Entry(Struct, frozen=True, gc=False):
    """One line of the timeline; `number` grows by one with each."""

    number: int
    at_ms: int
    tone: Tone
    source: str
    message: str
    topic: str = "console"
    """What kind of event told it; `console` where this console did."""
    cause: str = ""
    """Why, where that is known; the message tells it too."""
    names: str = ""
    """What it is about, where that is several instruments or parts."""
    of_ms: int | None = None
    """When it happened, where it was told long after; `at_ms` is then when it was told."""


class Timeline:
    """The last 500 entries, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT_ENTRIES)
        self._count = 0
        self._problems: dict[str, str] = {}
        self._gathering = Gathering()
        self._start_up: StartUp | None = None
        self._topic = CONSOLE
        self._now_ms: int | None = None
        """While a payload of the live world is noted."""

    def note(self, payload: Payload, before: PipelineState, now_ms: int) -> None:
        """Add what this payload changes, told the state before it; `now_ms` is for those that tell no time."""
        self._topic = payload.topic.value
        # A capture is played on its own time, which is always long ago.
        self._now_ms = None if _is_replay(before) else now_ms
        for news in news_of(payload, before, now_ms):
            if isinstance(payload, PartStatus) and is_ordinary(payload, before.part.parts.get(payload.name)):
                self._note_start(payload)
            else:
                self._forget_start(payload)
                self._tell(news)
        self._topic, self._now_ms = CONSOLE, None

    def note_snapshot(self, snapshot: Snapshot, now_ms: int) -> None:
        """A whole state arrived: the console starts from it."""
        count = len(snapshot.instruments)
        self._add(
            now_ms, Tone.INFO, "console", f"state received: {count} instruments, {len(snapshot.feeds)} feeds"
        )

    def recall(self, past: Sequence[Entry]) -> None:
        """Put what happened before this console began to listen before all else, as far as there is room."""
        room = KEPT_ENTRIES - len(self.entries)
        first = self.entries[0].number if self.entries else self._count + 1
        for number, entry in enumerate(reversed(past[-room:] if room else ()), start=1):
            self.entries.appendleft(replace(entry, number=first - number))

    def note_versions(self, words: str, now_ms: int) -> None:
        """The engine is of another version than the console."""
        self._add(now_ms, Tone.WARN, "console", words)

    def note_console(self, words: str, now_ms: int) -> None:
        """This console did something that is worth finding again."""
        self._add(now_ms, Tone.INFO, CONSOLE, words)

    def note_problems(self, problems: dict[str, str], now_ms: int) -> None:
        """Add what broke in the console's own panes since the last time."""
        for pane, words in problems.items():
            if self._problems.get(pane) != words:
                self._add(now_ms, Tone.BAD, pane, words)
        self._problems = problems

    def _add(self, at_ms: int, tone: Tone, source: str, message: str, cause: str = "") -> None:
        self._count += 1
        told_ms, of_ms = (self._now_ms or at_ms, at_ms) if self._is_late(at_ms) else (at_ms, None)
        entry = Entry(self._count, told_ms, tone, source, message, self._topic, cause, of_ms=of_ms)
        self.entries.append(entry)

    def _change(self, number: int, **changes: object) -> bool:
        """Change an entry; False when it is gone."""
        index = number - self.entries[0].number if self.entries else -1
        if index < 0:
            return False
        self.entries[index] = replace(self.entries[index], **changes)
        return True

    def _tell(self, news: News) -> None:
        """Put it where the same was just said of other instruments; else in a line of its own."""
        if self._is_late(news.at_ms) and not news.is_told_late:
            return
        line = self._gathering.line(news.shared) if news.shared else None
        if line is not None and line.number >= self.entries[0].number and line.takes(news.at_ms, news.source):
            said = {"tone": news.tone, "source": line.source, "message": line.message(news.shared)}
            self._change(line.number, **said, names=line.names)
            return
        self._add(news.at_ms, news.tone, news.source, news.message, news.cause)
        if news.shared:
            self._gathering.begin(news.shared, Gathered(self._count, news.at_ms, news.source))

    def _is_late(self, at_ms: int) -> bool:
        return self._now_ms is not None and self._now_ms - at_ms > LATE_MS

    def _forget_start(self, payload: Payload) -> None:
        """A part that fails or restarts has lines of its own."""
        if self._start_up is not None and isinstance(payload, PartStatus):
            self._start_up.drop(payload.name)

    def _note_start(self, now: PartStatus) -> None:
        start_up = self._start_up
        if start_up is None or not start_up.takes(now):
            self._add(now.since_ms, Tone.INFO, "parts", "")
            start_up = self._start_up = StartUp(self._count, now.since_ms)
        start_up.note(now)
        looks = {
            "tone": Tone.OK if start_up.is_over else Tone.INFO,
            "source": start_up.source,
            "message": start_up.words,
            "names": start_up.names,
        }
        if not self._change(start_up.number, **looks):
            self._start_up = None


def _is_replay(state: PipelineState) -> bool:
    return state.part.engine is not None and state.part.engine.replay is not None
