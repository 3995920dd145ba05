"""What a frame shows: the state, the moment and how far they can be trusted."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.health import Freshness, HealthReport
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobRun
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.answers import EVERYTHING, NOTHING_ASKED, Answers
from rtp_tui.tui.drafts import Draft, Subject, with_drafts
from rtp_tui.tui.follower import Connection, Flash, Follower, Loss
from rtp_tui.tui.scrub import Recalled, Scrub
from rtp_tui.tui.timeline import Entry


class Past(Struct, frozen=True, kw_only=True):
    """What is said of a scene that shows the past; the scene's own moment is the one looked at."""

    prices_ms: int
    """When its prices were noted, which is no later than the moment."""
    connection: Connection
    """Whether the engine is heard now."""


class Scene(Struct, frozen=True, kw_only=True):
    """Everything that panes are drawn from; they ask nothing else."""

    state: PipelineState
    now_ms: int
    """Moves once a second, so that ages do."""
    connection: Connection
    silent_s: float = 0.0
    loss: Loss | None = None
    frozen_ms: int | None = None
    """When the person at the console froze it."""
    clock_ms: int | None = None
    """What the clock says while the scene is frozen, or of the past; else that is its own moment."""
    past: Past | None = None
    """Of a moment before now; None where the scene shows the present."""
    sought_ms: int | None = None
    """A past moment that was asked for and has not come yet."""
    zone: tzinfo = UTC
    flashes: Mapping[InstrumentId, Flash] = {}
    timeline: Sequence[Entry] = ()
    scores: Sequence[int] = ()
    reports: Sequence[HealthReport] = ()
    """Of health, as far as they differ, oldest first."""
    runs: Sequence[JobRun] = ()
    """How the newest runs of jobs ended, oldest first."""
    updates_per_second: float = 0.0
    versions: str = ""
    """The engine's and the console's, where they differ."""
    selected: InstrumentId | None = None
    """The instrument under the cursor."""
    answers: Answers = NOTHING_ASKED
    trends: Mapping[str, Sequence[float]] = {}
    """The last minute of measurements, by the names of rows of the performance pane."""
    gathering: str = ""
    """How far an incident bundle is; empty while none is gathered."""
    is_muted: bool = False
    """Nothing tells of alerts by itself."""
    drafts: Mapping[Subject, Draft] = {}
    """Edits that the engine has not announced yet."""
    watched: frozenset[InstrumentId] = frozenset()
    """What is on any watchlist."""
    portfolio: str | None = None
    """The one whose positions and risk are looked at."""
    asset_class: str = EVERYTHING
    """The one whose movers are looked at."""
    keymap: Keymap = Keymap()
    """Which keys this user has."""

    def key(self, action: str) -> str:
        """The key of an action, for who is told to press it."""
        return self.keymap.key(action)

    @property
    def is_trusted(self) -> bool:
        """The engine is heard: what is shown is current."""
        return self.connection is Connection.LIVE

    @property
    def exchange_zone(self) -> str:
        """The time zone of the exchange of the selected instrument; none where it is not known."""
        instrument = self.state.market.instruments.get(self.selected) if self.selected else None
        session = self.state.quality.sessions.get(instrument.market) if instrument else None
        return session.timezone if session else ""

    @property
    def is_away(self) -> bool:
        """The past is shown, or asked for."""
        return self.past is not None or self.sought_ms is not None

    @property
    def present_ms(self) -> int:
        """Now, whatever moment is shown."""
        return self.now_ms if self.clock_ms is None else self.clock_ms

    @property
    def prices_ms(self) -> int:
        """The moment that prices are of."""
        return self.now_ms if self.past is None else self.past.prices_ms

    @property
    def portfolios(self) -> Mapping[str, Portfolio]:
        """All portfolios, with the edits that are under way."""
        return with_drafts(self.state.portfolio.portfolios, DocumentKind.PORTFOLIO, self.drafts)

    @property
    def watchlists(self) -> Mapping[str, Watchlist]:
        """The same of watchlists."""
        return with_drafts(self.state.portfolio.watchlists, DocumentKind.WATCHLIST, self.drafts)

    def freshness(self, instrument: InstrumentId) -> Freshness:
        """The engine's verdict; unknown as soon as the engine is not heard."""
        verdict = self.state.quality.freshness.get(instrument)
        if verdict is None or not self.is_trusted:
            return Freshness.UNKNOWN
        return verdict.freshness


def zone_named(name: str) -> tzinfo | None:
    """The zone of that name; None where this machine does not know it."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


LOCAL = "local"


def zone_to_memory(zone: tzinfo) -> str:
    """A zone as it is remembered: by name, or as the machine's own."""
    return "" if zone is UTC else zone.key if isinstance(zone, ZoneInfo) else LOCAL


def zone_from_memory(name: str, now_ms: int) -> tzinfo:
    """The zone that was remembered; UTC where it is not known any more."""
    if name == LOCAL:
        return datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone().tzinfo or UTC
    return zone_named(name) or UTC


def distinct_zones(zones: Sequence[tzinfo | None], now_ms: int) -> list[tzinfo]:
    """Those that tell another time than the ones before them."""
    now = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    offsets: dict[timedelta | None, tzinfo] = {}
    for zone in zones:
        if zone is not None:
            offsets.setdefault(now.astimezone(zone).utcoffset(), zone)
    return list(offsets.values())


class Lens:
    """How the person looks at it: in which time zone, and whether at a frozen or a past moment."""

    def __init__(self, keymap: Keymap | None = None) -> None:
        self._keymap = keymap or Keymap()
        self.zone: tzinfo = UTC
        self.scrub = Scrub()
        self._frozen: Scene | None = None

    @property
    def is_frozen(self) -> bool:
        """The screen stands still."""
        return self._frozen is not None

    def turn_zone(self, now_ms: int, exchange: str = "") -> None:
        """From UTC to the machine's own zone, to that of an exchange, and back; past those that are the same."""
        local = datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone().tzinfo
        zones = distinct_zones((UTC, local, zone_named(exchange)), now_ms)
        at = next((index for index, zone in enumerate(zones) if zone == self.zone), -1)
        self.zone = zones[(at + 1) % len(zones)]

    def turn_freeze(self, follower: Follower, now: float, now_ms: int) -> None:
        """Hold what is shown, or go on; from the past on to the present."""
        is_past = self.scrub.shown is not None or self.scrub.sought_ms is not None
        is_held = self._frozen is not None or is_past
        self.go_on()
        self._frozen = None if is_held else _held(self.scene(follower, now, now_ms), now_ms)

    def thaw(self) -> None:
        """Let the screen move again."""
        self._frozen = None

    def go_on(self) -> None:
        """Show the present."""
        self.thaw()
        self.scrub.leave()

    def scene(self, follower: Follower, now: float, now_ms: int) -> Scene:
        """What to show now; a frozen scene still tells whether the engine is heard."""
        connection = follower.connection(now)
        silent_s = float(int(follower.silent_s(now)))
        rate = follower.updates_per_second(now)
        if self._frozen is not None:
            return replace(
                self._frozen,
                clock_ms=_whole_seconds(now_ms),
                connection=connection,
                silent_s=silent_s,
                loss=follower.loss,
                zone=self.zone,
                updates_per_second=rate,
                is_muted=follower.is_muted(now_ms),
                gathering=follower.gathering,
            )
        live = Scene(
            state=follower.state,
            now_ms=_whole_seconds(now_ms),
            connection=connection,
            silent_s=silent_s,
            loss=follower.loss,
            zone=self.zone,
            flashes=follower.flashes,
            timeline=follower.timeline.entries,
            scores=tuple(follower.scores),
            reports=tuple(follower.reports),
            runs=follower.runs,
            updates_per_second=rate,
            versions=follower.versions,
            answers=follower.answers,
            trends=follower.trends.points,
            gathering=follower.gathering,
            is_muted=follower.is_muted(now_ms),
            drafts=follower.drafts.newest,
            watched=follower.drafts.watched(follower.state.portfolio),
            sought_ms=self.scrub.sought_ms,
            keymap=self._keymap,
        )
        return live if self.scrub.shown is None else _at(self.scrub.shown, live)


def _whole_seconds(at_ms: int) -> int:
    return at_ms // 1000 * 1000


def _at(shown: Recalled, live: Scene) -> Scene:
    """What was true then; of the present it says only what the person must know."""
    watchlists = shown.state.portfolio.watchlists.values()
    return replace(
        live,
        state=shown.state,
        now_ms=shown.at_ms,
        clock_ms=live.now_ms,
        past=Past(prices_ms=shown.prices_ms, connection=live.connection),
        connection=Connection.LIVE,
        silent_s=0.0,
        loss=None,
        flashes={},
        timeline=shown.timeline,
        scores=(),
        reports=tuple(report for report in live.reports if report.at_ms <= shown.at_ms),
        runs=shown.runs,
        updates_per_second=0.0,
        answers=shown.answers,
        trends={},
        drafts={},
        watched=frozenset(one for watchlist in watchlists for one in watchlist.instruments),
    )


def _held(scene: Scene, now_ms: int) -> Scene:
    """A copy that does not change any more."""
    return replace(
        scene,
        state=PipelineState.of(scene.state.snapshot("", now_ms)),
        timeline=tuple(scene.timeline),
        runs=tuple(scene.runs),
        trends={name: tuple(points) for name, points in scene.trends.items()},
        flashes={},
        frozen_ms=now_ms,
    )
