"""Alerts: rules on what can be measured, what they found, and who has seen it."""

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.topics import Topic


class Severity(StrEnum):
    """How soon somebody should look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """How an alert stands; it fires in three of these."""

    PENDING = "pending"
    """Its condition holds, not yet for long enough; or its cool-down or another alert holds it back."""
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    """It fires, and somebody has said that they know."""
    SILENCED = "silenced"
    """It fires where a silence keeps it quiet."""
    RESOLVED = "resolved"


class AlertRule(Struct, frozen=True, kw_only=True):
    """What makes an alert."""

    id: str
    condition: str = ""
    """`crypto:BTC price > 70000`, `change 1m > 2 %`; empty where a built-in rule of this id keeps its own."""
    for_ms: int = 0
    """The condition must hold so long before it fires."""
    hysteresis: float = 0.0
    """How far beyond the threshold, in its own unit, the value must return before the alert is resolved."""
    cool_down_ms: int = 300_000
    """After it was resolved it does not fire again so soon."""
    severity: Severity = Severity.WARNING
    instruments: tuple[str, ...] = ()
    """Ids with `*` and `?` that it is for, where the condition names none; empty: all."""
    message: str = ""
    """`{subject}`, `{value}` and `{threshold}` are filled in; empty: the condition in words."""
    enabled: bool = True


class RuleOrigin(StrEnum):
    """Where a rule comes from."""

    BUILT_IN = "built_in"
    CONFIGURATION = "configuration"
    SAVED = "saved"
    """Made or changed while the engine ran; it goes before the other two."""


class ListedRule(Struct, frozen=True, kw_only=True):
    """A rule in force, and where it comes from."""

    rule: AlertRule
    origin: RuleOrigin


class RuleRemoved(Struct, frozen=True, kw_only=True):
    """A saved rule is no more."""

    id: str


class Step(Struct, frozen=True):
    """One line of an alert's own history: when it came to stand so, by whom and why."""

    at_ms: int
    state: AlertState
    who: str = ""
    """Empty: nobody, the engine noticed."""
    why: str = ""


class Alert(Struct, frozen=True, kw_only=True, tag="alert"):
    """One time that a rule's condition came true for one subject; announced whenever it changes."""

    topic: ClassVar[Topic] = Topic.ALERT

    id: str
    rule: str
    subject: str
    """An instrument, a feed, a job, a breaker or a part; empty for the engine as a whole."""
    state: AlertState
    severity: Severity
    message: str
    since_ms: int
    """When its condition came true."""
    changed_ms: int
    value: float
    """The newest when it last changed; in the unit of `threshold`."""
    threshold: float
    feed: str = ""
    """The feed that prices the instrument it is about."""
    flapping: bool = False
    """Its condition comes and goes: it stays as it is until there is calm."""
    inhibited_by: str = ""
    """The rule of the alert that explains this one, and holds it back."""
    fired_ms: int | None = None
    acknowledged_ms: int | None = None
    resolved_ms: int | None = None
    notified_ms: int | None = None
    """When the channels were given it."""
    history: tuple[Step, ...] = ()
    """Its newest steps, oldest first."""

    @property
    def is_firing(self) -> bool:
        """It fired and is not resolved, whoever knows of it."""
        return self.state in (AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.SILENCED)

    @property
    def is_active(self) -> bool:
        """Its condition holds."""
        return self.state is not AlertState.RESOLVED


class Silence(Struct, frozen=True, kw_only=True, tag="silence"):
    """Alerts that shall tell nobody until a moment; announced when it begins or is ended early."""

    topic: ClassVar[Topic] = Topic.ALERT

    id: str
    rule: str = "*"
    """Ids of rules, with `*` and `?`."""
    subject: str = "*"
    """What the alerts are about, with `*` and `?`."""
    until_ms: int
    comment: str = ""
    who: str = ""
    created_ms: int

    def covers(self, alert: Alert, now_ms: int) -> bool:
        """Whether it keeps an alert quiet now."""
        return (
            now_ms < self.until_ms
            and fnmatchcase(alert.rule, self.rule)
            and fnmatchcase(alert.subject, self.subject)
        )


class NotificationKind(StrEnum):
    """What is told."""

    FIRED = "fired"
    RESOLVED = "resolved"


class Notification(Struct, frozen=True, kw_only=True):
    """Something for the channels to tell people: one alert, or several of one rule together."""

    key: str
    """The same however often it has to be delivered: whoever gets it twice can tell."""
    kind: NotificationKind
    at_ms: int
    alert: Alert
    others: tuple[Alert, ...] = ()


AlertRecord = Alert | Silence | AlertRule | RuleRemoved
"""What the store keeps of alerts."""


class AlertMemory(Struct, frozen=True, kw_only=True):
    """What an earlier run left: alerts newest last, silences and saved rules."""

    alerts: tuple[Alert, ...] = ()
    silences: tuple[Silence, ...] = ()
    rules: tuple[AlertRule, ...] = ()
