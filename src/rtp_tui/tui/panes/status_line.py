"""The status line: always there, and unmistakable when what is shown is not current."""

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.health import Freshness
from rtp_tui.model.parts import EngineState
from rtp_tui.text import clock_text, compact
from rtp_tui.tui.cells import Cell, Ground, Line, Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.environment import environment_chip, is_production
from rtp_tui.tui.follower import Connection, Loss
from rtp_tui.tui.painter import fit, text_width
from rtp_tui.tui.panes.clients import behind_count
from rtp_tui.tui.panes.past import past_facts, past_text
from rtp_tui.tui.panes.replay import replay_text
from rtp_tui.tui.panes.status_facts import (
    alerts_fact,
    breakers_fact,
    brief_fact,
    clients_fact,
    drill_badge,
    drill_fact,
    feeds_fact,
    gathering_fact,
    health_fact,
    jobs_fact,
    leading_to,
    open_fact,
)
from rtp_tui.tui.scene import Scene

CLOCK_WIDTH = len(" 00:00:00Z ")
"""Of the clock, which is the last cell of the line, as a rule."""
_RTT_STEP_MS, _RATE_STEP, _WAVERS = 10.0, 1.0, 0.05
_LEAST_RTT_MS = 1.0
"""No terminal answers in no time, and whether it took more or less than half of this is no news."""
_NARROW = 60
_WIDE = 100
_BESIDE_REASON = 26
"""The chip, the clock and what is between them."""
_SHORTEST_REASON = 12
_STALE_KINDS = (Freshness.STALE, Freshness.AGING)


class Form(StrEnum):
    """In how many words the facts are said."""

    WIDE = "wide"
    SHORT = "short"
    BRIEF = "brief"


_FORMS = tuple(Form)


class Meter(Struct, frozen=True):
    """How well the terminal keeps up."""

    rtt_ms: float | None = None
    """From a frame sent to the terminal's answer."""
    fps: float = 0.0
    dropped: int = 0
    """Frames given up because the terminal did not read."""
    updates_per_s: float | None = None
    """That the console hears; None: as many as the scene says."""


def steadied(now: Meter, before: Meter) -> Meter:
    """What wavers stays as it was shown: a figure that is still about right is not worth a line every second."""
    rtt_ms = None if now.rtt_ms is None else max(_LEAST_RTT_MS, now.rtt_ms)
    return replace(
        now,
        rtt_ms=_about(rtt_ms, before.rtt_ms, _RTT_STEP_MS),
        updates_per_s=_about(now.updates_per_s, before.updates_per_s, _RATE_STEP),
    )


def _about(now: float | None, before: float | None, step: float) -> float | None:
    """The figure before, while it is about right; something is never told as nothing, nor nothing as something."""
    if not now or not before or 0 in (round(now), round(before)):
        return now
    return before if abs(now - before) <= max(step, _WAVERS * before) else now


class Mode(Struct, frozen=True):
    """The chip at the left end."""

    word: str
    tone: Tone


def mode_of(scene: Scene) -> Mode:
    """The one word for how far the screen can be trusted."""
    if scene.past is not None:
        return Mode("PAST", Tone.CHIP_INFO)
    if scene.connection is Connection.OFFLINE:
        return Mode("OFFLINE", Tone.CHIP_BAD)
    if scene.connection is Connection.SILENT:
        return Mode("STALE", Tone.CHIP_BAD)
    if scene.frozen_ms is not None:
        return Mode("FROZEN", Tone.CHIP_INFO)
    engine = scene.state.part.engine
    if engine is not None and engine.replay is not None:
        return Mode("REPLAY", Tone.CHIP_WARN)
    if engine is not None and engine.state in (EngineState.STOPPED, EngineState.DRAINING):
        return Mode("STOPPED" if engine.state is EngineState.STOPPED else "STOPPING", Tone.CHIP_WARN)
    if scene.connection is Connection.STARTING or not scene.state.market.quotes:
        return Mode("STARTING", Tone.CHIP_INFO)
    return Mode("STALE", Tone.CHIP_WARN) if _all_are_stale(scene) else Mode("LIVE", Tone.CHIP_OK)


def ground_of(scene: Scene) -> Ground:
    """The whole line changes when the engine is not heard, and when what is shown is past."""
    if scene.past is not None:
        return Ground.PAST
    if scene.connection in (Connection.OFFLINE, Connection.SILENT):
        return Ground.ALARM
    return Ground.PRODUCTION if is_production(scene) else Ground.PLAIN


def status_line(scene: Scene, meter: Meter, place: str, width: int) -> Line:
    """As much as fits: what matters most stays longest."""
    mode = mode_of(scene)
    more = replay_text(scene, mode.word, width) + past_text(scene, width)
    chip = Cell(f" {mode.word}{more} ", mode.tone, "screen.wish('freeze')")
    clock = Cell(f" {_clock(scene, width)} ", Tone.TEXT, "screen.wish('time_zone')")
    left = _fitting(scene, chip, clock, place, width)
    right: list[Line] = []
    for gauge in reversed(_gauges(scene, meter)):
        if not _assembled(chip, left, [gauge, *right], clock, width):
            break
        right.insert(0, gauge)
    return _assembled(chip, left, right, clock, width) or (chip,)


def _fitting(scene: Scene, chip: Cell, clock: Cell, place: str, width: int) -> list[Line]:
    """The facts that there is room for; before anything that is wrong is left out, all is said in fewer words."""
    left: list[Line] = []
    for form in _FORMS[width < _WIDE :]:
        facts, left = [*_environment(scene), *_facts(scene, place, width, form)], []
        for fact in facts:
            if _assembled(chip, [*left, fact], [], clock, width):
                left.append(fact)
        if not any(_is_bad(fact) for fact in facts if fact not in left):
            break
    return left


def _environment(scene: Scene) -> list[Line]:
    """Said before everything else, at every width."""
    chip = environment_chip(scene)
    return [chip] if chip else []


def _is_bad(fact: Line) -> bool:
    return any(cell.tone is Tone.BAD for cell in fact)


def _assembled(chip: Cell, left: list[Line], right: list[Line], clock: Cell, width: int) -> Line | None:
    gap = Cell("  ")
    start: Line = (chip, *(cell for part in left for cell in (gap, *part)))
    end: Line = (*(cell for part in right for cell in (*part, gap)), clock)
    spare = width - text_width(start) - text_width(end)
    return None if spare < 1 else (*start, Cell(" " * spare), *end)


def _facts(scene: Scene, place: str, width: int, form: Form) -> list[Line]:
    if scene.connection is Connection.OFFLINE and scene.loss is not None:
        return _offline(scene, scene.loss, place, width)
    if scene.connection is Connection.SILENT:
        return [(Cell(f"nothing heard for {scene.silent_s:.0f} s", Tone.BRIGHT),), (Cell(place, Tone.TEXT),)]
    if width < _NARROW:
        brief = leading_to("health", brief_fact(scene))
        return [fact for fact in (*past_facts(scene), drill_badge(scene), brief) if fact]
    is_wide, is_brief = form is Form.WIDE, form is Form.BRIEF
    troubles = (
        leading_to("feeds", feeds_fact(scene, is_wide)),
        leading_to("breakers", breakers_fact(scene, is_wide)),
        leading_to("jobs", jobs_fact(scene, is_wide)),
    )
    facts = [
        gathering_fact(scene, form is not Form.WIDE),
        drill_badge(scene) if is_brief else drill_fact(scene, is_wide),
        leading_to("clients", open_fact(scene)),
        leading_to("health", health_fact(scene, is_brief)),
        *troubles,
        alerts_fact(scene, is_wide),
        (Cell(place, Tone.BRIGHT),),
        leading_to("clients", clients_fact(scene, is_wide)),
    ]
    if scene.versions:
        facts.append((Cell(scene.versions, Tone.WARN),))
    facts = [*past_facts(scene), *facts]
    if scene.frozen_ms is not None:
        words = f"at {clock_text(scene.frozen_ms, scene.zone)}, {scene.key('freeze')} goes on"
        facts.insert(0, (Cell(words, Tone.INFO),))
    return [fact for fact in facts if fact]


def _offline(scene: Scene, loss: Loss, place: str, width: int) -> list[Line]:
    """Since when, why, and where; the reason is cut before it is left out, the place goes first."""
    moment = _moment(scene, loss)
    room = width - len(moment) - _BESIDE_REASON
    facts: list[Line] = [(Cell(moment, Tone.BRIGHT),)]
    if room >= _SHORTEST_REASON:
        facts.append((Cell(fit(loss.reason, min(room, len(loss.reason))), Tone.TEXT),))
    return [*facts, (Cell(place, Tone.BRIGHT),)]


def _moment(scene: Scene, loss: Loss) -> str:
    retry = ""
    if loss.retry_ms is not None:
        left_ms = loss.retry_ms - scene.present_ms
        retry = f", next attempt in {countdown_text(left_ms)}" if left_ms >= 1000 else ", trying again"
    return f"since {clock_text(loss.since_ms, scene.zone)}{retry}"


def _gauges(scene: Scene, meter: Meter) -> list[Line]:
    gauges: list[Line] = []
    server = scene.state.measurements.server
    if server is not None and scene.is_trusted and not behind_count(scene):
        served = (Cell("clients ", Tone.DIM), Cell(str(server.clients), Tone.TEXT))
        gauges.append(leading_to("clients", served))
    if meter.dropped:
        gauges.append((Cell(f"{compact(meter.dropped)} dropped", Tone.WARN),))
    if ground_of(scene) is not Ground.ALARM:
        link = "" if meter.rtt_ms is None else f"{meter.rtt_ms:.0f}ms "
        gauges.append((Cell(f"{link}{meter.fps:.0f}fps", Tone.DIM),))
        rate = scene.updates_per_second if meter.updates_per_s is None else meter.updates_per_s
        gauges.append((Cell(f"{compact(round(rate))}", Tone.TEXT), Cell(" upd/s", Tone.DIM)))
    return gauges


def _clock(scene: Scene, width: int) -> str:
    name = datetime.fromtimestamp(scene.present_ms / 1000, tz=scene.zone).tzname()
    zone = "Z" if scene.zone is UTC else f" {name}" if width >= _NARROW else ""
    now = "" if scene.past is None else "now "
    return now + clock_text(scene.present_ms, scene.zone, seconds=width >= _NARROW) + zone


def _all_are_stale(scene: Scene) -> bool:
    """Some price is stale and none is fresh; as a rule the first instrument answers that."""
    instruments = scene.state.market.instruments
    if any(scene.freshness(key) in (Freshness.LIVE, Freshness.FRESH) for key in instruments):
        return False
    return any(scene.freshness(key) in _STALE_KINDS for key in instruments)
