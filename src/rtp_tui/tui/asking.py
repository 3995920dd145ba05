"""What is asked of the engine without anybody's key: what panes on screen want to know, bars, and the last hour."""

from functools import partial
from typing import TYPE_CHECKING

from rtp_tui.model.indicators import IndicatorPage
from rtp_tui.model.levels import Levels
from rtp_tui.model.queries import EventPage, GetBars, Query
from rtp_tui.tui.answers import Inquiries, with_answer, with_refusal
from rtp_tui.tui.chart.session import ChartSession
from rtp_tui.tui.chart.studies import StudyQuery
from rtp_tui.tui.orders import Orders, Outcome
from rtp_tui.tui.past import entries_of, questions
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.chart_view import ChartView

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

_GROUP = "inquiries"
_BY_CLASS = frozenset({"market", "movers"})
"""Panes that ask for each class of instruments."""


class Asking:
    """Asks in workers of their own, so that nothing waits for an answer."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders
        self._inquiries = Inquiries()
        self._has_recalled = False

    def keep_up(self, scene: Scene, shown: frozenset[str], now: float) -> None:
        """Ask what is due for the panes that are shown; the past once."""
        if not scene.is_trusted or scene.frozen_ms is not None or scene.past is not None:
            return
        if not self._has_recalled:
            self._has_recalled = True
            self._app.operations.errands.run("recall", partial(self._recall, scene.now_ms), group=_GROUP)
        classes = _classes(scene) if _BY_CLASS & shown else ()
        for name, query in self._inquiries.due(shown, now, scene.now_ms, classes).items():
            self._app.operations.errands.run(
                f"question of {name}", partial(self._inquire, name, query), group=_GROUP
            )

    def keep_chart(self, chart: ChartView, scene: Scene) -> None:
        """Ask for the bars that a chart lacks; another instrument's question takes the place of this one."""
        session, changes = chart.session, self._app.follower.take_bar_changes()
        if session.instrument in changes:
            session.note_change(changes[session.instrument])
        query = session.next_query(scene) if chart.display else None
        if query is not None:
            self._app.operations.errands.run(
                "chart", partial(self._load_bars, session, query), is_exclusive=True
            )
        study = session.next_study(scene) if chart.display else None
        if study is not None:
            self._app.operations.errands.run("study", partial(self._study, session, study))

    async def _study(self, session: ChartSession, query: StudyQuery) -> None:
        answer: IndicatorPage | Levels | Outcome = await self._orders.ask(query)
        if isinstance(answer, Outcome):
            if session.studies.refuse(query):
                self._app.notify(self._app.plain(answer.words), severity="warning", markup=False)
        else:
            session.take_study(query, answer)
        self._app.follower.changes += 1

    def forget(self) -> None:
        """Something was changed: what is known of it is not true any more."""
        self._inquiries.forget()

    async def _inquire(self, name: str, query: Query[object]) -> None:
        answer = await self._orders.ask(query)
        follower = self._app.follower
        if isinstance(answer, Outcome):
            follower.answers = with_refusal(follower.answers, name, answer.words)
        else:
            follower.answers = with_answer(follower.answers, name, answer)
        follower.changes += 1

    async def _load_bars(self, session: ChartSession, query: GetBars) -> None:
        now_ms, answer = self._app.clock.now_ms(), await self._orders.ask(query)
        if isinstance(answer, Outcome):
            session.fail(query, answer.words, now_ms)
        else:
            session.take(query, answer)
        self._app.follower.changes += 1

    async def _recall(self, now_ms: int) -> None:
        timeline = self._app.follower.timeline
        began_ms = timeline.entries[0].at_ms if timeline.entries else now_ms
        pages = [await self._orders.ask(question) for question in questions(now_ms)]
        events = [event for page in pages if isinstance(page, EventPage) for event in page.events]
        timeline.recall(entries_of(events, began_ms))


def _classes(scene: Scene) -> tuple[str, ...]:
    """Of all that is priced."""
    return tuple(sorted({key.partition(":")[0] for key in scene.state.market.instruments}))
