"""The past on screen: asks for the moments that the keys and words of a person lead to."""

from functools import partial
from typing import TYPE_CHECKING

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import EventPage, StateAt
from rtp_tui.text import safe
from rtp_tui.tui.orders import Orders, Outcome
from rtp_tui.tui.past import entries_of, questions
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.scrub import LEAP_MS, STEP_MS, Scrub, recalled

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

_BY_MS = {"step_back": -STEP_MS, "step_on": STEP_MS, "leap_back": -LEAP_MS, "leap_on": LEAP_MS}
_GROUP = "past"
_RESTS_S = 0.5
"""Who scrubs on does not read what happened before a moment."""
_TOLD_MS = 900_000
"""What happened that long before a moment is told."""


def refused_then(scene: Scene) -> Outcome:
    """What every order of the past comes to."""
    words = f"refused: this is the past, which nothing changes; {scene.key('back')} goes back to now"
    return Outcome(False, words)


class LookingBack:
    """Asks in workers of its own; the present is followed meanwhile."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders

    @property
    def _scrub(self) -> Scrub:
        return self._app.lens.scrub

    def move(self, key: str) -> None:
        """What a key for going through time does."""
        clock = self._app.clock
        self._app.lens.thaw()
        self._scrub.step(_BY_MS[key], clock.monotonic(), clock.now_ms())
        self._ask_on()

    def go(self, at_ms: int, instrument: InstrumentId | None = None) -> None:
        """To a moment; with an instrument, its chart shows the bar of then, however long ago that is."""
        if instrument is not None:
            self._app.main.show_chart(instrument)
        self._app.lens.thaw()
        self._scrub.go(at_ms, self._app.clock.now_ms())
        self._ask_on()

    def _ask_on(self) -> None:
        self._app.follower.changes += 1
        at_ms = self._scrub.next_question()
        if at_ms is not None:
            self._app.operations.errands.run("look back", partial(self._look, at_ms), group=_GROUP)

    async def _look(self, at_ms: int) -> None:
        answer = await self._orders.ask(StateAt(at_ms=at_ms))
        follower = self._app.follower
        if isinstance(answer, Outcome):
            self._tell_refusal(at_ms, answer.words)
        elif self._scrub.take(recalled(answer, follower.timeline.entries, follower.runs)):
            self._app.operations.errands.run("look back", partial(self._recall, at_ms), group=_GROUP)
        self._ask_on()

    def _tell_refusal(self, at_ms: int, words: str) -> None:
        """A chart reaches further back than the state: it shows the bar of that moment all the same."""
        chart = self._app.main.chart
        if not self._scrub.refuse(at_ms):
            return
        if chart.display:
            chart.session.go_to(at_ms)
            words += "; the chart shows its bar where there is one"
        self._app.notify(self._app.plain(safe(words)), severity="warning", markup=False, timeout=6)

    async def _recall(self, at_ms: int) -> None:
        """What happened before this console listened, up to the moment, once the person rests there."""
        await self._app.clock.sleep(_RESTS_S)
        shown, entries = self._scrub.shown, self._app.follower.timeline.entries
        until_ms = min(at_ms, entries[0].at_ms) if entries else at_ms
        if shown is None or shown.at_ms != at_ms or until_ms < at_ms - _TOLD_MS:
            return
        pages = [await self._orders.ask(question) for question in questions(at_ms, _TOLD_MS)]
        events = [event for page in pages if isinstance(page, EventPage) for event in page.events]
        self._scrub.add_entries(at_ms, entries_of(events, until_ms))
        self._app.follower.changes += 1
