"""Chart: the bars of one instrument."""

from collections.abc import Sequence

from rtp_tui.text import clock_text, price_text
from rtp_tui.tui.cells import Cell, Column, Row
from rtp_tui.tui.chart.origins import MEANINGS, letter_of
from rtp_tui.tui.chart.session import ChartSession
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.scene import Scene


class Chart(Pane):
    """A picture instead of rows; its only row is the bar that is pointed at, to be copied."""

    name = "chart"
    title = "Chart"
    number = 0
    has_heading = False
    has_cursor = False
    is_counted = False
    columns = tuple(
        Column(name=name, title=name.upper(), width=12)
        for name in ("time", "open", "high", "low", "close", "volume", "trades", "origin", "source")
    )

    def __init__(self, session: ChartSession) -> None:
        self.session = session

    def keys(self, scene: Scene) -> Sequence[str]:
        return () if self.session.instrument is None else (self.session.instrument,)

    def row(self, scene: Scene, key: str) -> Row:
        place = self.session.place
        if place is None or not place.bars:
            return Row(key, (*(Cell("") for _ in self.columns),))
        prices = (place.open, place.high, place.low, place.close)
        texts = (
            clock_text(place.open_ms, scene.zone),
            *(price_text(price, 8).rstrip("0").rstrip(".") for price in prices),
            f"{place.volume:g}",
            f"{place.trades}",
            place.origin.value,
            place.source,
        )
        return Row(key, tuple(map(Cell, texts)))

    def tab(self, scene: Scene) -> str:
        return "c Chart"

    def subtitle(self, scene: Scene) -> str:
        """How much is loaded, and what the letters under the bars mean."""
        series = self.session.series
        if not len(series):
            return ""
        letters = sorted({letter for place in self.session.shown if (letter := letter_of(place))})
        meanings = "  ".join(f"{letter} {MEANINGS[letter]}" for letter in letters)
        loading = self.session.loading
        more = "" if loading is None or loading.is_whole else ", older ones on the left"
        return f"{meanings}  {len(series):,} bars{more}".strip()
