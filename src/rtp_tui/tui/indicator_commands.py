"""The palette's `indicator NAME`: any of the engine's indicators in the chart."""

from functools import partial
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import Hit, Hits, Provider

from rtp_tui.model.errors import Refused
from rtp_tui.model.indicators import IndicatorFunction
from rtp_tui.model.queries import GetIndicatorCatalogue
from rtp_tui.tui.chart.named_studies import function_of
from rtp_tui.tui.literal import literal

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

WORD = "indicator"
MOST_OFFERED = 30


class IndicatorCommands(Provider):
    """Offers the functions that there are by name and title, and what is typed whole: `indicator rsi(21)`."""

    async def startup(self) -> None:
        self._functions: tuple[IndicatorFunction, ...] = ()

    async def search(self, query: str) -> Hits:
        word, _, name = query.strip().partition(" ")
        if len(word) < 2 or not WORD.startswith(word):
            return
        if not self._functions:
            self._functions = await self._known()
        for one in offered(name, self._functions):
            text = f"{WORD} {one}"
            title = next((known.title for known in self._functions if known.name == function_of(one)), "")
            yield Hit(1.0, Text(text), partial(self._show, one), help=literal(title))

    async def _known(self) -> tuple[IndicatorFunction, ...]:
        console = cast("ConsoleApp", self.app)
        try:
            return (await console.api.query(GetIndicatorCatalogue())).functions
        except Refused as refusal:
            console.notify(console.plain(refusal.message), severity="warning", markup=False)
            return ()

    async def _show(self, name: str) -> None:
        cast("ConsoleApp", self.app).main.show_indicator(name)


def offered(typed: str, functions: tuple[IndicatorFunction, ...]) -> list[str]:
    """What was typed where it names a function with its numbers, then the functions that it may mean."""
    typed = typed.strip()
    names = {one.name for one in functions}
    whole = [typed] if function_of(typed) in names else []
    wanted = function_of(typed)
    alike = [one.name for one in functions if wanted in one.name or wanted in one.title.lower()]
    return list(
        dict.fromkeys((*whole, *sorted(alike, key=lambda name: (not name.startswith(wanted), name))))
    )[:MOST_OFFERED]
