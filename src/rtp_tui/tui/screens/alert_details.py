"""Details of alerts, silences, rules, scores and gaps, in words."""

from rich.text import Text

from rtp_tui.model.alerts import Alert, ListedRule, Silence
from rtp_tui.text import age_text, clock_text
from rtp_tui.tui.alert_words import covering
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.panes.alerts import SEVERITIES, figure_text, state_text
from rtp_tui.tui.panes.rules import pace_text, rule_named
from rtp_tui.tui.panes.silences import kept_quiet
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import Fact, facts_text, moment_text, whole

EARLIER_SHOWN = 8
_FLAPPING = "it comes and goes, and stays as it is until there is calm"


def alert_text(scene: Scene, alert: Alert) -> Text:
    """What fires and why, who was told, what was done about it, and earlier times."""
    text = facts_text([*alert_facts(scene, alert), ("id", alert.id)])
    _append(text, "history", step_facts(scene, alert))
    _append(text, "other times", earlier_facts(scene, alert))
    return text


def alert_facts(scene: Scene, alert: Alert) -> list[Fact]:
    """What fires and why, and who was told."""
    listed = rule_named(scene, alert.rule)
    return [
        ("what", alert.message),
        ("state", f"{state_text(scene, alert)}, {alert.severity.value}"),
        ("rule", alert.rule + (f": {listed.rule.condition}" if listed else "")),
        *([("fires", pace_text(listed.rule))] if listed else []),
        ("about", alert.subject or "the engine as a whole"),
        *([("feed", alert.feed)] if alert.feed else []),
        ("value", f"{figure_text(alert.value)} against {figure_text(alert.threshold)}"),
        ("since", moment_text(scene, alert.since_ms)),
        *_moments(scene, alert),
        *([("explained by", f"{alert.inhibited_by}, which holds it back")] if alert.inhibited_by else []),
        *([("flapping", _FLAPPING)] if alert.flapping else []),
        *_silences(scene, alert),
        ("notices", _notices(scene, alert)),
    ]


def step_facts(scene: Scene, alert: Alert) -> list[Fact]:
    """What became of it, by the time."""
    steps = [
        (
            clock_text(step.at_ms, scene.zone),
            step.state.value
            + (f" by {step.who}" if step.who else "")
            + (f": {step.why}" if step.why else ""),
        )
        for step in alert.history
    ]
    return steps or [("", "not told")]


def earlier_facts(scene: Scene, alert: Alert) -> list[Fact]:
    """The other alerts of its rule about the same, the newest first."""
    of_rule = _of_rule(scene, alert.rule)
    return _told(scene, [one for one in of_rule if one.id != alert.id and one.subject == alert.subject])


def silence_text(scene: Scene, silence: Silence) -> Text:
    """What is kept quiet, until when, by whom and why."""
    quiet = [one for one in scene.state.alert.active.values() if silence.covers(one, scene.now_ms)]
    text = facts_text(
        [
            ("rules", silence.rule),
            ("about", silence.subject),
            ("until", f"{clock_text(silence.until_ms, scene.zone)}, {countdown_text(silence.until_ms - scene.now_ms)} left"),
            ("made", f"{moment_text(scene, silence.created_ms)} by {silence.who or 'nobody named'}"),
            ("why", silence.comment or "not said"),
            ("quiet now", str(kept_quiet(scene, silence))),
            ("id", silence.id),
        ]
    )  # fmt: skip
    for alert in quiet:
        text.append(f"\n  {whole(alert.message)}", "dim")
    return text


def rule_text(scene: Scene, listed: ListedRule) -> Text:
    """What makes an alert, and which there are of it."""
    rule = listed.rule
    text = facts_text(
        [
            ("condition", rule.condition),
            ("fires", pace_text(rule)),
            ("severity", rule.severity.value),
            ("for", ", ".join(rule.instruments) or "all that its condition names"),
            ("says", rule.message or "the condition in words"),
            ("comes from", listed.origin.value.replace("_", " ")),
            ("in force", "yes" if rule.enabled else "no: it is disabled"),
        ]
    )
    _append(text, "alerts of it", _told(scene, _of_rule(scene, rule.id)))
    return text


def _moments(scene: Scene, alert: Alert) -> list[tuple[str, str]]:
    named = (
        ("fired", alert.fired_ms),
        ("acknowledged", alert.acknowledged_ms),
        ("resolved", alert.resolved_ms),
    )
    return [(name, moment_text(scene, at_ms)) for name, at_ms in named if at_ms is not None]


def _silences(scene: Scene, alert: Alert) -> list[tuple[str, str]]:
    return [
        (
            "silenced",
            f"{countdown_text(one.until_ms - scene.now_ms)} yet, by {one.who}: {one.comment or 'no reason given'}",
        )
        for one in covering(alert, scene.state.alert.silences.values(), scene.now_ms)
    ]


def _notices(scene: Scene, alert: Alert) -> str:
    """Whether the channels were given it, and how those that take it stand."""
    if alert.notified_ms is None:
        return "the channels were not told"
    gravity = list(SEVERITIES).index(alert.severity)
    taking = [
        f"{channel.name} {channel.state.value}"
        for channel in scene.state.alert.channels.values()
        if gravity <= list(SEVERITIES).index(channel.severity)
    ]
    return f"told {moment_text(scene, alert.notified_ms)}" + (f": {', '.join(taking)}" if taking else "")


def _told(scene: Scene, alerts: list[Alert]) -> list[Fact]:
    """When each was, how long it lasted, and what it said."""
    told = [
        (
            clock_text(one.since_ms, scene.zone),
            f"{one.state.value}, {age_text((one.resolved_ms or scene.now_ms) - one.since_ms)}: {one.message}",
        )
        for one in alerts[:EARLIER_SHOWN]
    ]
    return told or [("", "none of the newest hundred")]


def _append(text: Text, title: str, facts: list[Fact]) -> None:
    text.append(f"\n\n{title}", "bold")
    for at, words in facts:
        text.append(f"\n{at}  " if at else "\n", "dim")
        text.append(whole(words), "" if at else "dim")


def _of_rule(scene: Scene, rule: str) -> list[Alert]:
    """The newest first."""
    alerts = (*scene.state.alert.active.values(), *scene.state.alert.resolved.values())
    return sorted((one for one in alerts if one.rule == rule), key=lambda one: -one.since_ms)
