"""Rules: what makes an alert, how long it must hold, and where the rule comes from."""

from collections.abc import Sequence

from rtp_tui.model.alerts import AlertRule, ListedRule, RuleOrigin
from rtp_tui.text import age_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import interval_text
from rtp_tui.tui.panes.alerts import SEVERITIES
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_GONE = ListedRule(rule=AlertRule(id="gone"), origin=RuleOrigin.BUILT_IN)


class Rules(Pane):
    """One row a rule; those that were made here come first."""

    name = "rules"
    title = "Alert rules"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="rule", title="RULE", width=16, grows_to=41),
        Column(name="severity", title="SEVERITY", width=8, rank=3),
        Column(name="condition", title="CONDITION", width=24, grows_to=40),
        Column(name="for", title="AFTER", width=5, rank=3, right=True),
        Column(name="origin", title="FROM", width=8, rank=2, grows_to=13),
        Column(name="firing", title="FIRE", width=4, rank=1, right=True, is_number=True),
        Column(name="for_whom", title="FOR", width=8, rank=4, grows_to=60),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.answers.rules or ())

    def row(self, scene: Scene, key: str) -> Row:
        listed = rule_named(scene, key) or _GONE
        rule = listed.rule
        firing = _firing(scene, key)
        plain = Tone.TEXT if rule.enabled else Tone.DIM
        return Row(
            key,
            (
                Cell("●", Tone.OK) if rule.enabled else Cell("·", Tone.DIM),
                Cell(rule.id, Tone.BRIGHT if rule.enabled else Tone.DIM),
                Cell(rule.severity.value, SEVERITIES[rule.severity] if rule.enabled else Tone.DIM),
                Cell(rule.condition if rule.enabled else f"disabled: {rule.condition}", plain),
                Cell(interval_text(rule.for_ms) if rule.for_ms else "now", Tone.DIM),
                Cell(listed.origin.value.replace("_", " "), Tone.DIM),
                Cell(str(firing), Tone.WARN if firing and scene.is_trusted else Tone.DIM),
                Cell(", ".join(rule.instruments) or "all", Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        listed = rule_named(scene, key) or _GONE
        values: dict[str, Value] = {
            "mark": float(not listed.rule.enabled),
            "severity": list(SEVERITIES).index(listed.rule.severity),
            "for": listed.rule.for_ms / 1000,
            "firing": _firing(scene, key),
        }
        return values[column] if column in values else super().value(scene, key, column)

    def is_fault(self, scene: Scene, key: str) -> bool:
        return _firing(scene, key) > 0

    def subtitle(self, scene: Scene) -> str:
        disabled = sum(not one.rule.enabled for one in (scene.answers.rules or {}).values())
        return f"{disabled} disabled" if disabled else ""

    def empty(self, scene: Scene) -> str:
        if refusal := scene.answers.refusals.get("rules"):
            return f"the engine does not tell: {refusal}"
        return (
            "not known yet: the engine is being asked"
            if scene.answers.rules is None
            else "no rules: alerts are switched off"
        )


def rule_named(scene: Scene, key: str) -> ListedRule | None:
    """The rule of that id, where the engine has told it."""
    return (scene.answers.rules or {}).get(key)


def pace_text(rule: AlertRule) -> str:
    """How soon it fires, when it is over and how soon again: `after 1m, over 0.5 below, again after 5m`."""
    after = f"after {age_text(rule.for_ms)}" if rule.for_ms else "at once"
    back = f", over once the value is back by {rule.hysteresis:g}" if rule.hysteresis else ""
    return f"{after}{back}, again not before {age_text(rule.cool_down_ms)}"


def _firing(scene: Scene, key: str) -> int:
    return sum(alert.rule == key and alert.is_firing for alert in scene.state.alert.active.values())
