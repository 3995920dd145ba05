"""Enter: where a number came from, and what is known of a row."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import Explain
from rtp_tui.text import safe
from rtp_tui.tui.orders import Orders, Outcome
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.bar_details import bar_text
from rtp_tui.tui.screens.explanation import Screening, explanation_text, explanation_then
from rtp_tui.tui.screens.row_details import row_details, row_title
from rtp_tui.tui.screens.sheet import Details, Sheet

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp
    from rtp_tui.tui.widgets.pane_view import PaneView

_OF_PRICES = frozenset({"prices", "chart", "movers", "selected"})
"""Panes whose numbers are prices: the engine is asked where they came from."""


class Explaining:
    """Opens a sheet about what the cursor is on; of the past it tells what was true then."""

    def __init__(self, app: "ConsoleApp", orders: Orders, tell: Callable[[Outcome], None]) -> None:
        self._app = app
        self._orders = orders
        self._tell = tell

    async def explain(self, view: "PaneView", scene: Scene) -> None:
        """What is under the cursor, at length."""
        key, name = view.cursor, view.pane.name
        is_selected = name == "selected" and scene.selected is not None
        if not is_selected and (key is None or key not in view.keys):
            self._tell(Outcome(False, "no row is selected"))
        elif name in _OF_PRICES:
            instrument = scene.selected if is_selected else view.pane.instrument(scene, key or "")
            await self._explain_price(name, scene, instrument)
        else:
            title = self._app.plain(safe(row_title(view, key or "")))
            self._app.push_screen(Details(title, partial(self._detail, view, key or ""), scene))

    async def _explain_price(self, pane: str, scene: Scene, id_: InstrumentId | None) -> None:
        instrument = None if id_ is None else scene.state.market.instruments.get(id_)
        if id_ is None or instrument is None:
            self._tell(Outcome(False, "no instrument is selected"))
            return
        if scene.past is not None:
            text = explanation_text(scene, instrument, explanation_then(scene, instrument))
        else:
            answer = await self._orders.ask(Explain(instrument=id_))
            if isinstance(answer, Outcome):
                self._tell(answer)
                return
            text = explanation_text(scene, instrument, answer, self._screening(id_))
        if pane == "chart" and (bar := bar_text(scene, instrument, self._app.main.chart.session)) is not None:
            text = Text.assemble(bar, "\n\n", ("price\n", "bold"), text)
        title = self._app.plain(safe(f"{id_}  {instrument.name}"))
        self._app.push_screen(Sheet(title, self._plain(text)))

    def _screening(self, instrument: InstrumentId) -> Screening:
        app = self._app
        return Screening(app.follower.heard.get(instrument), app.frame_clock.interval_s, app.link.rtt_ms)

    def _detail(self, view: "PaneView", key: str, scene: Scene) -> Text | None:
        return self._plain(row_details(view, scene, key)) if key in view.pane.keys(scene) else None

    def _plain(self, text: Text) -> Text:
        text.plain = self._app.plain(text.plain)
        return text
