"""Chart: the bars of one instrument."""

from collections.abc import Iterable, Iterator, Sequence

from rtp_tui.text import clock_text, price_text
from rtp_tui.tui.cells import Cell, Column, Row
from rtp_tui.tui.chart.origins import MEANINGS, letter_of
from rtp_tui.tui.chart.session import ChartSession
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_BAR_COLUMNS = (
    "instrument", "timeframe", "open_ms", "open", "high", "low", "close", "volume", "trades", "closed", "revision",
    "origin", "source",
)  # fmt: skip


class Chart(Pane):
    """A picture instead of rows; its only row is the bar that is pointed at, to be copied."""

    name = "chart"
    title = "Chart"
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
        place = self.session.sight.place
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

    @property
    def exported_columns(self) -> Sequence[str]:
        return _BAR_COLUMNS

    def exported(self, scene: Scene, keys: Iterable[str]) -> Iterator[Sequence[Value]]:
        """All bars that are loaded, in view or not."""
        for bar in self.session.series.bars:
            prices = (bar.open, bar.high, bar.low, bar.close)
            told = (str(bar.closed).lower(), bar.revision, bar.origin.value, bar.source)
            yield (bar.instrument, bar.timeframe, bar.open_ms, *prices, bar.volume, bar.trades, *told)

    def heading(self, scene: Scene) -> str:
        return f"{scene.key('open_chart')} {self.title}"

    def tab(self, scene: Scene) -> str:
        return self.heading(scene)

    def subtitle(self, scene: Scene) -> str:
        """How much is loaded, and what the letters under the bars mean."""
        series = self.session.series
        if not len(series):
            return ""
        letters = sorted({letter for place in self.session.sight.shown if (letter := letter_of(place))})
        meanings = "  ".join(f"{letter} {MEANINGS[letter]}" for letter in letters)
        loading = self.session.loading
        more = "" if loading is None or loading.is_whole else ", older ones on the left"
        return f"{meanings}  {len(series):,} bars{more}".strip()
