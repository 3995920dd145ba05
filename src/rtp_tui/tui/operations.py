"""What the person asks of the engine: asked about first where it touches others, answered by a toast."""

from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.model.commands import ControlFeed, FeedAction, Refresh
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import Explain
from rtp_tui.tui.actions import Action
from rtp_tui.tui.orders import Orders, Outcome
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.explanation import explanation_text, row_text
from rtp_tui.tui.screens.sheet import Question, Sheet

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp
    from rtp_tui.tui.widgets.pane_view import PaneView


class Operations:
    """Runs one operation at a time on the row under the cursor."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders

    async def perform(self, action: Action, view: "PaneView", scene: Scene) -> None:
        """Do what the action says with the selected row."""
        key = view.cursor
        if key is None or key not in view.keys:
            self._tell(Outcome(False, "no row is selected"))
            return
        match action.id:
            case "explain":
                await self._explain(view, scene, key)
            case "copy":
                self._copy(view, scene, key)
            case "refresh_selected":
                self._tell(await self._orders.execute(Refresh(instruments=(InstrumentId(key),))))
            case "restart_feed":
                await self._restart(_feed_of(scene, view.pane.name, key))
            case "pause_feed":
                await self._pause(scene.state.feed.feeds.get(key))
            case _:
                raise ValueError(f"no operation {action.id}")

    async def _explain(self, view: "PaneView", scene: Scene, key: str) -> None:
        if view.pane.name != "prices":
            self._app.push_screen(Sheet(key, row_text(view.pane, view.pane.row(scene, key))))
            return
        answer = await self._orders.ask(Explain(instrument=InstrumentId(key)))
        if isinstance(answer, Outcome):
            self._tell(answer)
            return
        instrument = scene.state.market.instruments[InstrumentId(key)]
        self._app.push_screen(Sheet(f"{key}  {instrument.name}", explanation_text(scene, instrument, answer)))

    def _copy(self, view: "PaneView", scene: Scene, key: str) -> None:
        cells = view.pane.row(scene, key).cells
        self._app.copy_to_clipboard("\t".join(cell.text.strip() for cell in cells))
        self._tell(Outcome(True, "row copied"))

    async def _restart(self, feed: FeedStatus | None) -> None:
        if feed is None:
            self._tell(Outcome(False, "no feed prices this row"))
            return
        question = Text(f"{feed.name} is {feed.state}. Its connection is closed and opened again;\n")
        question.append(f"{len(feed.instruments)} instruments are not heard meanwhile.")
        if await self._app.push_screen_wait(Question(f"Restart {feed.name}?", question)):
            self._tell(await self._orders.execute(ControlFeed(feed=feed.name, action=FeedAction.RESTART)))

    async def _pause(self, feed: FeedStatus | None) -> None:
        if feed is None:
            self._tell(Outcome(False, "that feed is gone"))
            return
        action = FeedAction.RESUME if feed.state is FeedState.PAUSED else FeedAction.PAUSE
        self._tell(await self._orders.execute(ControlFeed(feed=feed.name, action=action)))

    def _tell(self, outcome: Outcome) -> None:
        severity = "information" if outcome.is_done else "warning"
        self._app.notify(outcome.words, severity=severity, markup=False, timeout=4)  # type: ignore[arg-type]


def _feed_of(scene: Scene, pane: str, key: str) -> FeedStatus | None:
    """The feed of a row: itself, or the one that priced it."""
    if pane == "feeds":
        return scene.state.feed.feeds.get(key)
    quote = scene.state.market.quotes.get(InstrumentId(key))
    return scene.state.feed.feeds.get(quote.source.partition(":")[0]) if quote else None
