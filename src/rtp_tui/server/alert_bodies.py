"""Alerts, silences and rules as other programs read and write them."""

from msgspec import Struct

from rtp_tui.model.alerts import Alert, AlertRule, AlertState, ListedRule, RuleOrigin, Severity, Silence
from rtp_tui.model.commands import SaveSilence


class StepBody(Struct, frozen=True, kw_only=True):
    """When an alert came to stand so, by whom and why."""

    at_ms: int
    state: AlertState
    who: str
    why: str


class AlertBody(Struct, frozen=True, kw_only=True):
    """An alert."""

    id: str
    rule: str
    subject: str
    state: AlertState
    severity: Severity
    message: str
    since_ms: int
    changed_ms: int
    value: float
    threshold: float
    feed: str
    flapping: bool
    inhibited_by: str
    fired_ms: int | None
    acknowledged_ms: int | None
    resolved_ms: int | None
    notified_ms: int | None
    history: tuple[StepBody, ...]


class SilenceBody(Struct, frozen=True, kw_only=True):
    """A silence."""

    id: str
    rule: str
    subject: str
    until_ms: int
    comment: str
    who: str
    created_ms: int


class AlertRuleBody(Struct, frozen=True, kw_only=True):
    """A rule, and where it comes from."""

    id: str
    condition: str
    for_ms: int
    hysteresis: float
    cool_down_ms: int
    severity: Severity
    instruments: tuple[str, ...]
    message: str
    enabled: bool
    origin: RuleOrigin


class Reason(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an alert is acknowledged."""

    why: str = ""


class NewSilence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A silence that shall be: until a moment, or for so long from now."""

    id: str = ""
    rule: str = "*"
    subject: str = "*"
    until_ms: int | None = None
    for_ms: int | None = None
    comment: str = ""


class NewAlertRule(AlertRule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that shall be, or take the place of the one of its id."""


def alert_body(alert: Alert) -> AlertBody:
    """An alert as it is sent."""
    named = {name: getattr(alert, name) for name in AlertBody.__struct_fields__ if name != "history"}
    steps = (StepBody(at_ms=one.at_ms, state=one.state, who=one.who, why=one.why) for one in alert.history)
    return AlertBody(**named, history=tuple(steps))


def silence_body(silence: Silence) -> SilenceBody:
    """A silence as it is sent."""
    return SilenceBody(**{name: getattr(silence, name) for name in SilenceBody.__struct_fields__})


def rule_body(listed: ListedRule) -> AlertRuleBody:
    """A rule as it is sent."""
    fields = {name: getattr(listed.rule, name) for name in AlertRule.__struct_fields__}
    return AlertRuleBody(**fields, origin=listed.origin)


def rule_of(wanted: NewAlertRule) -> AlertRule:
    """The rule that somebody asks for."""
    return AlertRule(**{name: getattr(wanted, name) for name in AlertRule.__struct_fields__})


def command_to_silence(wanted: NewSilence, now_ms: int) -> SaveSilence:
    """The order to keep alerts quiet; without an end it is one that is over, and is refused."""
    lasting_ms = 0 if wanted.for_ms is None else wanted.for_ms
    return SaveSilence(
        id=wanted.id,
        rule=wanted.rule,
        subject=wanted.subject,
        until_ms=now_ms + lasting_ms if wanted.until_ms is None else wanted.until_ms,
        comment=wanted.comment,
    )
