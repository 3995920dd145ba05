"""What is computed of the bars of a chart: which of it a person wants to see, what to ask for it, how it is drawn."""

from rtp_tui.model.indicators import IndicatorPage
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.levels import Levels, ZoneKind
from rtp_tui.model.queries import GetIndicators, GetLevels
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.named_studies import MOST_NAMED, overlays_of, panels_of
from rtp_tui.tui.chart.overlays import Drawing, Extras, Level, Overlay, Panel, Zone

AVERAGES, PANELS, LEVELS = "averages", "panels", "levels"
STUDIES = (AVERAGES, PANELS, LEVELS)
BARS = 1_000
AGAIN_MS = 15_000
"""A bar that closed shows in what is computed of it no later."""

_OVERLAYS = {
    "ema(21)": ("EMA 21", Tone.INFO),
    "ema(50)": ("EMA 50", Tone.ACCENT),
    "bbands(20,2,2,0).upper": ("BB", Tone.DIM),
    "bbands(20,2,2,0).lower": ("", Tone.DIM),
    "vwap_bands(60,2).middle": ("VWAP 60", Tone.WARN),
}
_RSI, _MACD = "rsi(14)", "macd(12,26,9)"

StudyQuery = GetIndicators | GetLevels


class Studies:
    """Told the time and the answers; asks nobody itself."""

    def __init__(self) -> None:
        self.extras = Extras()
        self._shown: set[str] = set()
        self._subject: tuple[InstrumentId, str] | None = None
        self._asked_ms: dict[str, int] = {}
        self._series: dict[str, dict[int, float]] = {}
        self._levels: Levels | None = None
        self._named: dict[str, tuple[str, ...]] = {}
        """What was asked for by its name, with the results that it gave."""

    @property
    def named(self) -> tuple[str, ...]:
        """The indicators that somebody named."""
        return tuple(self._named)

    def turn_named(self, name: str) -> None:
        """Show any indicator by its name, or no more; of too many the oldest goes."""
        if name in self._named:
            del self._named[name]
        else:
            self._named[name] = ()
            self._asked_ms.pop(name, None)
            while len(self._named) > MOST_NAMED:
                del self._named[next(iter(self._named))]
        self._draw()

    def refuse(self, query: StudyQuery) -> bool:
        """It cannot be computed; True where somebody named it, who is to be told."""
        names = query.names if isinstance(query, GetIndicators) else ()
        refused = [name for name in names if name in self._named]
        for name in refused:
            del self._named[name]
        self._draw()
        return bool(refused)

    def turn(self, study: str) -> None:
        """Show it, or no more."""
        if study in STUDIES:
            self._shown ^= {study}
            self._asked_ms.clear()
            self._draw()

    def next_query(self, instrument: InstrumentId, timeframe: str, now_ms: int) -> StudyQuery | None:
        """What to ask the engine for now."""
        if self._subject != (instrument, timeframe):
            self._subject = (instrument, timeframe)
            self._asked_ms.clear()
            self._series, self._levels = {}, None
            self._named = dict.fromkeys(self._named, ())
            self._draw()
        if self._names and self._is_due("series", now_ms):
            return GetIndicators(instrument=instrument, timeframe=timeframe, names=self._names, limit=BARS)
        for name in self._named:
            if self._is_due(name, now_ms):
                return GetIndicators(instrument=instrument, timeframe=timeframe, names=(name,), limit=BARS)
        if LEVELS in self._shown and self._is_due(LEVELS, now_ms):
            return GetLevels(instrument=instrument, timeframe=timeframe)
        return None

    def take(self, query: StudyQuery, answer: IndicatorPage | Levels) -> None:
        """An answer; one about something else is of no use any more."""
        if self._subject != (answer.instrument, answer.timeframe):
            return
        if isinstance(answer, Levels):
            self._levels = answer
        else:
            if isinstance(query, GetIndicators) and len(query.names) == 1 and query.names[0] in self._named:
                self._named[query.names[0]] = tuple(series.name for series in answer.series)
            self._series = self._series | {
                series.name: {
                    open_ms: value
                    for open_ms, value in zip(answer.open_ms, series.values, strict=True)
                    if value is not None
                }
                for series in answer.series
            }
        self._draw()

    @property
    def _names(self) -> tuple[str, ...]:
        averages = tuple(_OVERLAYS) if AVERAGES in self._shown else ()
        return (*averages, *((_RSI, _MACD) if PANELS in self._shown else ()))

    def _is_due(self, what: str, now_ms: int) -> bool:
        if 0 <= now_ms - self._asked_ms.get(what, -AGAIN_MS) < AGAIN_MS:
            return False
        self._asked_ms[what] = now_ms
        return True

    def _draw(self) -> None:
        levels = self._levels if LEVELS in self._shown else None
        self.extras = Extras(
            overlays=(
                *(self._overlays() if AVERAGES in self._shown else ()),
                *overlays_of(self._named, self._series),
            ),
            panels=(
                *(self._panels() if PANELS in self._shown else ()),
                *panels_of(self._named, self._series),
            ),
            levels=() if levels is None else levels_drawn(levels),
            zones=() if levels is None else zones_drawn(levels),
        )

    def _overlays(self) -> tuple[Overlay, ...]:
        return tuple(
            Overlay(name=label, values=self._series[name], tone=tone)
            for name, (label, tone) in _OVERLAYS.items()
            if name in self._series
        )

    def _panels(self) -> tuple[Panel, ...]:
        known = self._series
        if _RSI not in known or f"{_MACD}.hist" not in known:
            return ()
        rsi = Overlay(name="RSI", values=known[_RSI], tone=Tone.INFO)
        macd = (
            Overlay(name="hist", values=known[f"{_MACD}.hist"], tone=Tone.DIM, drawing=Drawing.BARS),
            Overlay(name="MACD", values=known[f"{_MACD}.macd"], tone=Tone.INFO),
            Overlay(name="signal", values=known[f"{_MACD}.signal"], tone=Tone.WARN),
        )
        return (
            Panel(name="RSI 14", series=(rsi,), low=0.0, high=100.0, marks=(30.0, 70.0)),
            Panel(name="MACD", series=macd, marks=(0.0,)),
        )


def levels_drawn(found: Levels) -> tuple[Level, ...]:
    """Levels as lines, labelled by their kind and how often they were touched."""
    return tuple(
        Level(
            price=level.price,
            label=f"{level.kind.value[0].upper()}{level.touches}",
            strength=level.strength / 100,
        )
        for level in found.levels
    )


def zones_drawn(found: Levels) -> tuple[Zone, ...]:
    """Zones as bands."""
    return tuple(
        Zone(
            low=zone.low,
            high=zone.high,
            label=zone.kind.value,
            tone=Tone.UP_SOFT if zone.kind is ZoneKind.DEMAND else Tone.SPARK,
        )
        for zone in found.zones
    )
