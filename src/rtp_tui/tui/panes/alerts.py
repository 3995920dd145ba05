"""Alerts: what fires and who knows of it; then what waits, what is kept quiet, and what was."""

from collections.abc import Sequence

from rtp_tui.model.alerts import Alert, AlertState, Severity
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.text import age_text, compact
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

SEVERITIES = {Severity.CRITICAL: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.INFO}
_ORDER = (
    AlertState.FIRING,
    AlertState.PENDING,
    AlertState.ACKNOWLEDGED,
    AlertState.SILENCED,
    AlertState.RESOLVED,
)
_GRAVITY = tuple(SEVERITIES)
_MARKS = {
    AlertState.PENDING: Cell("○", Tone.DIM),
    AlertState.ACKNOWLEDGED: Cell("✓", Tone.INFO),
    AlertState.SILENCED: Cell("‖", Tone.DIM),
    AlertState.RESOLVED: Cell("·", Tone.DIM),
}


class Alerts(Pane):
    """One row an alert; those that were resolved come last, the newest first."""

    name = "alerts"
    title = "Alerts"
    has_foot = True
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="severity", title="SEVERITY", width=8, rank=3),
        Column(name="rule", title="RULE", width=14, grows_to=16),
        Column(name="subject", title="ABOUT", width=12, grows_to=16),
        Column(name="value", title="VALUE", width=7, rank=1, right=True, is_number=True),
        Column(name="threshold", title="LIMIT", width=7, rank=1, right=True, is_number=True),
        Column(name="since", title="SINCE", width=5, right=True),
        Column(name="state", title="STATE", width=12),
        Column(name="who", title="BY", width=8, rank=2),
        Column(name="message", title="MESSAGE", width=16, rank=4, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        alerts = scene.state.alert
        active = sorted(alerts.active.values(), key=_urgency)
        return [*(alert.id for alert in active), *reversed(alerts.resolved)]

    def row(self, scene: Scene, key: str) -> Row:
        alert = alert_of(scene, key)
        if alert is None:
            return Row(key, (Cell("·", Tone.DIM), Cell("gone", Tone.DIM), *_GONE))
        fires = alert.state is AlertState.FIRING and scene.is_trusted
        loud = SEVERITIES[alert.severity] if fires else Tone.DIM
        plain = Tone.TEXT if alert.is_active and scene.is_trusted else Tone.DIM
        return Row(
            key,
            (
                _mark(scene, alert),
                Cell(alert.severity.value, loud),
                Cell(alert.rule, Tone.BRIGHT if fires else plain),
                Cell(alert.subject or "the engine", plain),
                Cell(figure_text(alert.value), loud if fires else plain),
                Cell(figure_text(alert.threshold), Tone.DIM),
                Cell(age_text(scene.now_ms - _begun_ms(alert)), plain),
                Cell(state_text(scene, alert), loud if fires else Tone.DIM),
                Cell(known_by(alert), plain),
                Cell(alert.message.removeprefix(f"{alert.subject} "), plain),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        alert = alert_of(scene, key)
        if alert is None:
            return None
        values: dict[str, Value] = {
            "mark": _ORDER.index(alert.state),
            "severity": _GRAVITY.index(alert.severity),
            "rule": alert.rule,
            "subject": alert.subject,
            "value": alert.value,
            "threshold": alert.threshold,
            "since": (scene.now_ms - _begun_ms(alert)) / 1000,
            "state": _ORDER.index(alert.state),
            "who": known_by(alert) or None,
            "message": alert.message,
        }
        return values[column]

    def searched(self, scene: Scene, key: str) -> str:
        alert = alert_of(scene, key)
        return super().searched(scene, key) + (f" {alert.feed} {alert.id}" if alert else "")

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        alert = alert_of(scene, key)
        return None if alert is None else super().instrument(scene, alert.subject)

    def is_fault(self, scene: Scene, key: str) -> bool:
        alert = alert_of(scene, key)
        return alert is not None and alert.state is AlertState.FIRING

    def tab(self, scene: Scene) -> str:
        firing = scene.state.alert.firing
        return f"{self.heading(scene)}" + (f"[{firing}✖]" if firing else "")

    def subtitle(self, scene: Scene) -> str:
        counts = dict.fromkeys(_ORDER, 0)
        for alert in scene.state.alert.active.values():
            counts[alert.state] += 1
        counts[AlertState.RESOLVED] = len(scene.state.alert.resolved)
        words = "  ".join(f"{count} {state.value}" for state, count in counts.items() if count)
        return words if scene.is_trusted or not words else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        if not scene.is_trusted:
            return "not known: the engine is not heard"
        lists, makes = scene.key("show_pane.rules"), scene.key("alert_here")
        return f"nothing fires and nothing fired: {lists} lists the rules; {makes} in the prices makes one"


def alert_of(scene: Scene, key: str) -> Alert | None:
    """The newest word on an alert."""
    return scene.state.alert.active.get(key) or scene.state.alert.resolved.get(key)


def known_by(alert: Alert) -> str:
    """Who acknowledged it last; empty where nobody did."""
    steps = reversed(alert.history)
    return next((step.who for step in steps if step.state is AlertState.ACKNOWLEDGED and step.who), "")


def figure_text(value: float) -> str:
    """A value or a threshold, whose unit the message tells, in at most seven characters."""
    return (
        f"{value:.4g}"
        if 0.01 <= abs(value) < 10_000
        else f"{value:.1e}"
        if 0 < abs(value) < 0.01
        else compact(value)
    )


def state_text(scene: Scene, alert: Alert) -> str:
    """The state in a word, and whether it comes and goes."""
    if not scene.is_trusted:
        return "unknown"
    return "flapping" if alert.flapping and alert.state is AlertState.FIRING else alert.state.value


def _mark(scene: Scene, alert: Alert) -> Cell:
    if not scene.is_trusted:
        return Cell("?", Tone.DIM)
    if alert.state is not AlertState.FIRING:
        return _MARKS[alert.state]
    return Cell("✖" if alert.severity is Severity.CRITICAL else "▲", SEVERITIES[alert.severity])


def _urgency(alert: Alert) -> tuple[int, int, int]:
    """State, severity, age: what fires, is grave and stands longest comes first."""
    return _ORDER.index(alert.state), _GRAVITY.index(alert.severity), alert.since_ms


def _begun_ms(alert: Alert) -> int:
    """Since when it stands so: it was resolved, or its condition came true."""
    return alert.resolved_ms or alert.since_ms


_GONE = (Cell(""),) * 8
