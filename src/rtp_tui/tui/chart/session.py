"""One chart as a person works on it: of what, drawn how, from which bars; told the time, waits for nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from rtp_tui.model.indicators import IndicatorPage
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.levels import Levels
from rtp_tui.model.market import Quote
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.text import precision_for
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.chart.glyphs import ASCII, GLYPHS, GlyphSet, next_glyphs
from rtp_tui.tui.chart.header import Heading, header
from rtp_tui.tui.chart.loading import Loading, Phase
from rtp_tui.tui.chart.overlays import NO_EXTRAS, Extras
from rtp_tui.tui.chart.picture import draw, left_column
from rtp_tui.tui.chart.places import DayOf
from rtp_tui.tui.chart.plan import Plan, plan
from rtp_tui.tui.chart.series import MOST_BARS, Series
from rtp_tui.tui.chart.sight import Sight
from rtp_tui.tui.chart.studies import Studies, StudyQuery
from rtp_tui.tui.chart.subject import Subject, axis_width
from rtp_tui.tui.chart.timeframes import NAMES, next_timeframe
from rtp_tui.tui.chart.words import empty_words, reference_levels, state_words
from rtp_tui.tui.scene import Scene


class ChartSession:
    """Keys and the mouse change it, scenes keep it current, `lines` draws it."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self.instrument: InstrumentId | None = None
        self.timeframe = "1m"
        self.is_line = False
        self.shows_volume = True
        self.glyphs = GlyphSet.ASCII if ascii_only else GlyphSet.FINE
        self.extras = NO_EXTRAS
        """What else is drawn, by whoever knows indicators, levels and zones."""
        self.studies = Studies()
        self.series = Series(self.timeframe)
        self.sight = Sight(self.series)
        self.loading: Loading | None = None
        self._ascii_only = ascii_only
        self._market = ""
        self._price: float | None = None
        """As the newest quote has it."""
        self._moment_ms: int | None = None
        """The past moment that is looked at."""
        self._goal_ms: int | None = None
        """Where the crosshair is to go as soon as its bars are there."""

    def open(self, instrument: InstrumentId, scene: Scene) -> bool:
        """Show this instrument; True when it is another one than before."""
        if instrument == self.instrument:
            return False
        self.instrument = instrument
        self.extras = NO_EXTRAS
        self._begin(scene)
        return True

    def look_at(self, scene: Scene) -> None:
        """Follow the scene into the past: no bar after its moment, and the crosshair on that; and back to now."""
        moment_ms = None if scene.past is None else scene.now_ms
        if moment_ms == self._moment_ms:
            return
        self._moment_ms = self._goal_ms = moment_ms
        self.series.until(moment_ms)
        self.sight.go_on()

    def go_to(self, at_ms: int) -> None:
        """The crosshair to the bar of a moment, as soon as it is loaded."""
        self._goal_ms = at_ms

    def keep_current(self, scene: Scene) -> None:
        """Let the newest price move the newest bar; one of the past moves none."""
        quote = self._quote(scene)
        if quote is None or self.loading is None or not scene.is_trusted:
            return
        self._price = quote.price
        if scene.past is not None:
            return
        last = self.series.last
        if self.series.fold(quote) and last is not None:
            self.loading.note_change(last.open_ms)

    def next_query(self, scene: Scene) -> GetBars | None:
        """What to ask the engine for now."""
        if self.loading is None or not scene.is_trusted or scene.frozen_ms is not None:
            return None
        last = self.series.last
        return self.loading.next_query(
            None if last is None else last.open_ms,
            scene.present_ms,
            forms=last is not None and self._moves(scene),
        )

    def next_study(self, scene: Scene) -> StudyQuery | None:
        """What to ask the engine to compute now."""
        if self.instrument is None or not scene.is_trusted or scene.frozen_ms is not None:
            return None
        query = self.studies.next_query(self.instrument, self.timeframe, scene.present_ms)
        self.extras = self.studies.extras
        return query

    def take_study(self, query: StudyQuery, answer: IndicatorPage | Levels) -> None:
        """What was computed."""
        self.studies.take(query, answer)
        self.extras = self.studies.extras

    def take(self, query: GetBars, page: BarPage) -> None:
        """An answer; one to a question of before is of no use any more."""
        if self.loading is not None:
            self.series.merge(self.loading.take(query, page))

    def fail(self, query: GetBars, words: str, now_ms: int) -> None:
        """No answer, and why."""
        if self.loading is not None:
            self.loading.fail(query, words, now_ms)

    def note_change(self, since_ms: int) -> None:
        """The engine says that bars changed."""
        if self.loading is not None:
            self.loading.note_change(since_ms)

    def act(self, name: str, scene: Scene) -> None:
        """Do what a key of the chart stands for."""
        match name.partition("_"):
            case ("timeframe", _, frame) if frame in NAMES:
                self._turn_timeframe(frame, scene)
            case ("shorter", _, _):
                self._turn_timeframe(next_timeframe(self.timeframe, -1), scene)
            case ("longer", _, _):
                self._turn_timeframe(next_timeframe(self.timeframe, 1), scene)
            case ("kind", _, _):
                self.is_line = not self.is_line
            case ("volume", _, _):
                self.shows_volume = not self.shows_volume
            case ("glyphs", _, _):
                self.glyphs = GlyphSet.ASCII if self._ascii_only else next_glyphs(self.glyphs)
            case ("indicator", _, name):
                self.studies.turn_named(name)
                self.extras = self.studies.extras
            case ("study", _, which):
                self.studies.turn(which)
                self.extras = self.studies.extras
            case ("zoom", _, way):
                self.sight.zoom(-1 if way == "in" else 1)
            case ("move", _, way):
                self.sight.move(-1 if way == "left" else 1)
                self._want_older()
            case ("pan", _, way):
                self.pan((-1 if way == "left" else 1) * max(1, self.sight.room // 2))
            case ("first", _, _):
                self.pan(-len(self.sight.times))
            case ("newest", _, _):
                self.sight.go_on()

    def pan(self, by: int) -> None:
        """So many places newer; older where `by` is negative."""
        self.sight.pan(by)
        if by < 0:
            self._want_older()

    @property
    def looks(self) -> tuple[object, ...]:
        """Differs when there is something else to draw, apart from what the scene says."""
        loading = self.loading
        state = None if loading is None else (loading.phase, loading.problem)
        return (
            self.instrument, self.series.version, self.sight.view, self.sight.cursor_ms, self.is_line, self.shows_volume,
            self.glyphs, self.timeframe, id(self.extras), state, self._price, self._goal_ms,
        )  # fmt: skip

    def show_without_colour(self) -> None:
        """Let shapes tell what rose from what fell."""
        if not self._ascii_only:
            self.glyphs = GlyphSet.BLOCKS

    def lines(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        """The chart as it looks now."""
        instrument = self._known(scene)
        if instrument is None or self.loading is None:
            return (
                (Cell(f" no instrument: press {scene.key('open_chart')} on a row of the prices", Tone.DIM),),
            )
        subject, room = self._subject(instrument, scene, width, height)
        head = header(self._heading(instrument, scene), width)
        if not subject.places:
            words = empty_words(scene, instrument, self.loading)
            return (
                *head[: 1 if height > 2 else 0],
                *((),) * (height > 6),
                *((Cell(f" {one}", Tone.DIM),) for one in words),
            )
        self.sight.left = left_column(subject, room)
        return draw(subject, room, head)

    def _subject(self, instrument: Instrument, scene: Scene, width: int, height: int) -> tuple[Subject, Plan]:
        quote, columns = self._quote(scene), self.sight.view.zoom.columns
        subject = Subject(
            places=self.sight.places[-max(1, width // columns) :],
            columns=columns,
            timeframe=self.timeframe,
            decimals=_decimals(instrument, quote, self.series),
            zone=scene.zone,
            glyphs=ASCII if self._ascii_only else GLYPHS[self.glyphs],
            is_line=self.is_line,
            last=self._price,
            rises=quote is None or (quote.change_24h_pct or 0.0) >= 0,
            references=reference_levels(quote),
            extras=_known_then(self.extras) if scene.past is not None else self.extras,
        )
        room = plan(
            width,
            height,
            axis=axis_width(subject),
            panels=len(self.extras.panels),
            shows_volume=self.shows_volume,
        )
        self.sight.room = max(1, room.plot_width // columns)
        self._reach_goal()
        self._want_older()
        return replace(subject, places=self.sight.shown, cursor=self.sight.cursor), room

    def _heading(self, instrument: Instrument, scene: Scene) -> Heading:
        quote, bars = self._quote(scene), self.sight.view.zoom.bars
        return Heading(
            instrument=instrument,
            quote=quote,
            timeframe=self.timeframe,
            decimals=_decimals(instrument, quote, self.series),
            zone=scene.zone,
            kind=("line" if self.is_line else "candles") + (f", {bars} bars each" if bars > 1 else ""),
            state=state_words(scene, instrument, self.loading, follows=self.sight.view.follows),
            place=self.sight.place,
            is_pointed_at=self.sight.cursor_ms is not None,
            is_trusted=scene.is_trusted,
        )

    def _begin(self, scene: Scene) -> None:
        assert self.instrument is not None
        known = self._known(scene)
        self._market = known.market if known else ""
        quote = self._quote(scene)
        self._price = quote.price if quote else None
        self.series = Series(self.timeframe, _day_of(scene, self._market))
        self.series.until(self._moment_ms)
        self._goal_ms = self._moment_ms
        self.loading = Loading(self.instrument, self.timeframe)
        self.sight.turn_to(self.series)

    def _turn_timeframe(self, timeframe: str, scene: Scene) -> None:
        if timeframe != self.timeframe:
            self.timeframe = timeframe
            if self.instrument is not None:
                self._begin(scene)

    def _want_older(self) -> None:
        """Ask for older bars when few are left beyond the left edge."""
        loading = self.loading
        if loading is not None and loading.phase is Phase.READY and self.sight.is_near_the_oldest:
            loading.wants_older = True

    def _reach_goal(self) -> None:
        """The crosshair to where it is to go, once everything since then is loaded."""
        times, loading = self.sight.times, self.loading
        if self._goal_ms is None or loading is None or loading.phase is not Phase.READY:
            return
        is_there = bool(times) and times[0] <= self._goal_ms
        if not (is_there or loading.is_whole or len(self.series) >= MOST_BARS):
            loading.wants_older = True
            return
        self.sight.reach(self._goal_ms)
        self._goal_ms = None

    def _known(self, scene: Scene) -> Instrument | None:
        return None if self.instrument is None else scene.state.market.instruments.get(self.instrument)

    def _quote(self, scene: Scene) -> Quote | None:
        return None if self.instrument is None else scene.state.market.quotes.get(self.instrument)

    def _moves(self, scene: Scene) -> bool:
        session = scene.state.quality.sessions.get(self._market)
        return session is None or session.is_open


def _known_then(extras: Extras) -> Extras:
    """Levels and zones are found in the bars of now: a moment of the past has none."""
    return replace(extras, levels=(), zones=())


def _decimals(instrument: Instrument, quote: Quote | None, series: Series) -> int:
    if instrument.precision is not None:
        return instrument.precision
    price = quote.price if quote else None
    if price is None:
        price = series.last.close if series.last else 1.0
    return precision_for(instrument.asset_class, price)


def _day_of(scene: Scene, market: str) -> DayOf | None:
    """The market's own day, where it has sessions."""
    session = scene.state.quality.sessions.get(market)
    if session is None or market == "24x7":
        return None
    try:
        zone = ZoneInfo(session.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return lambda at_ms: datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(zone).toordinal()
