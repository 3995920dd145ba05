"""The alerts: a state machine for each rule and subject, told the values and the time.

Nothing, then pending while the condition holds for its time, then firing, then resolved. What fires may be acknowledged or
silenced. What comes and goes stays as it is until there is calm; what another alert explains is held back.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256

from msgspec.structs import replace

from rtp_tui.model.alerts import Alert, AlertState, Notification, NotificationKind, Silence, Step
from rtp_tui.monitoring.alerts.conditions import value_text
from rtp_tui.monitoring.alerts.notices import Notices
from rtp_tui.monitoring.alerts.rules import Rule, Rules
from rtp_tui.monitoring.alerts.standing import Standing
from rtp_tui.text import safe

MOST_STANDINGS = 5_000
"""Rules times subjects that hold at once; what comes beyond that is counted."""
ABSENT_MS = 300_000
"""What is not measured any more for so long is resolved."""
SETTLING_MS = 60_000
"""After a restart nothing is resolved before: what is measured has to begin anew."""
PENDING_TOLD_MS = 1_000
"""Younger ones are not worth telling: many are over by then."""
_STEPS = 20

ValueOf = Callable[[Rule, str], float | None]
"""The newest value that a rule looks at, of a subject; None where it is not measured."""


class AlertBook:
    """All that holds, and what is to be announced and told of it."""

    def __init__(self) -> None:
        self.untracked = 0
        """Conditions that held and were not followed, because there were too many."""
        self._standings: dict[tuple[str, str], Standing] = {}
        self._silences: dict[str, Silence] = {}
        self._outages: dict[str, str] = {}
        """What is down, and the rule that says so."""
        self._changed: dict[str, Alert] = {}
        self._notices = Notices()

    def note(self, rule: Rule, subject: str, value: float, feed: str, now_ms: int) -> None:
        """Take a value that may have passed a rule's threshold."""
        one = self._standings.get((rule.id, subject))
        if one is None:
            if not rule.condition.holds(value):
                return
            if len(self._standings) >= MOST_STANDINGS:
                self.untracked += 1
                return
            one = self._standings[rule.id, subject] = Standing(rule, subject, now_ms)
        one.feed = feed.partition(":")[0]
        one.note(value, now_ms)
        self._advance(one, value, now_ms)

    def sweep(self, value_of: ValueOf, now_ms: int) -> None:
        """Let time have its effect; due about once a second."""
        self._outages = {
            one.subject.partition("/")[0]: one.rule.id
            for one in self._standings.values()
            if one.holds and one.rule.condition.field.tells_outage
        }
        for key, one in tuple(self._standings.items()):
            value = value_of(one.rule, one.subject)
            if value is not None:
                one.note(value, now_ms)
            elif now_ms - one.seen_ms >= ABSENT_MS:
                self._end(one, "it is not measured any more", now_ms)
            self._advance(one, value, now_ms)
            if one.is_over(now_ms):
                del self._standings[key]

    def follow_clock(self, set_by_ms: int) -> None:
        """The clock was set by so much: what has lasted goes on as long as it did. A silence ends when it says."""
        self._notices.follow_clock(set_by_ms)
        for one in self._standings.values():
            one.follow_clock(set_by_ms)

    def use(self, rules: Rules, now_ms: int) -> None:
        """Go on with other rules: what a rule found that is gone or looks at something else is resolved."""
        for key, one in tuple(self._standings.items()):
            rule = rules.by_id.get(one.rule.id)
            if rule is None or rule.condition != one.rule.condition or not rule.applies_to(one.subject):
                self._end(one, "its rule was changed or removed", now_ms)
                del self._standings[key]
            else:
                one.rule = rule

    def restore(
        self, alerts: Iterable[Alert], silences: Iterable[Silence], rules: Rules, now_ms: int
    ) -> None:
        """Go on where an earlier run ended: what fired goes on firing, and is told only if it was not."""
        self._silences = {silence.id: silence for silence in silences}
        for alert in alerts:
            rule = rules.by_id.get(alert.rule)
            if rule is None:
                if alert.is_firing:
                    self._change(_resolved(alert, "its rule was changed or removed", now_ms))
                continue
            one = Standing(rule, alert.subject, now_ms)
            one.restore(alert, now_ms + SETTLING_MS)
            if alert.is_firing or not one.is_over(now_ms):
                self._standings[rule.id, alert.subject] = one
            if alert.is_firing:
                self._change(alert)
                self._tell_if_new(alert)

    def acknowledge(self, id: str, who: str, why: str, now_ms: int) -> Alert:  # noqa: A002 - as the alert names it
        """Note that somebody knows of an alert. Raises LookupError where none of that id fires."""
        for one in self._standings.values():
            if one.alert is not None and one.alert.id == id and one.alert.is_firing:
                alert = replace(one.alert, acknowledged_ms=now_ms)
                state = AlertState.SILENCED if self._is_quiet(alert, now_ms) else AlertState.ACKNOWLEDGED
                one.alert = self._change(_stepped(alert, state, now_ms, who, why))
                self._notices.forget(id)
                return one.alert
        raise LookupError(id)

    def keep_quiet(self, silence: Silence, now_ms: int) -> None:
        """Take a silence, or the newest word on one."""
        self._silences = {
            key: one for key, one in self._silences.items() if one.until_ms > now_ms and key != silence.id
        }
        self._silences[silence.id] = silence
        for one in self._standings.values():
            self._stand(one, now_ms)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """In the order in which they were made."""
        return tuple(self._silences.values())

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The active ones."""
        return tuple(one.alert for one in self._standings.values() if one.alert is not None)

    def take_changes(self) -> tuple[Alert, ...]:
        """The newest word on every alert that changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return tuple(changed.values())

    def take_notifications(self, now_ms: int) -> tuple[Notification, ...]:
        """What people are to be told now; the alerts in it are noted as told."""
        taken = self._notices.take(now_ms)
        told = {
            alert.id
            for one in taken
            if one.kind is NotificationKind.FIRED
            for alert in (one.alert, *one.others)
        }
        for standing in self._standings.values() if told else ():
            if standing.alert is not None and standing.alert.id in told:
                standing.alert = self._change(replace(standing.alert, notified_ms=now_ms))
        return taken

    def _advance(self, one: Standing, value: float | None, now_ms: int) -> None:
        if one.holds:
            self._rise(one, value, now_ms)
        elif one.alert is not None and one.may_end(now_ms):
            self._end(one, "", now_ms, value)
        self._note_flapping(one, now_ms)
        self._stand(one, now_ms)

    def _rise(self, one: Standing, value: float | None, now_ms: int) -> None:
        if one.alert is None and value is not None:
            one.alert = _pending(one, value)
        alert = one.alert
        if alert is None or alert.state is not AlertState.PENDING:
            return
        inhibitor = self._inhibitor(one)
        if inhibitor != alert.inhibited_by:
            alert = one.alert = replace(alert, inhibited_by=inhibitor)
        if not inhibitor and one.is_due(now_ms):
            self._fire(one, alert, value, now_ms)
        elif now_ms - one.since_ms >= PENDING_TOLD_MS and not one.is_told:
            one.is_told = True
            self._change(alert)

    def _fire(self, one: Standing, alert: Alert, value: float | None, now_ms: int) -> None:
        newest = alert.value if value is None else value
        fired = replace(alert, value=newest, message=_message(one.rule, one.subject, newest), fired_ms=now_ms)
        one.alert = fired
        quiet = self._is_quiet(fired, now_ms)
        state = AlertState.SILENCED if quiet else AlertState.FIRING
        one.alert = self._change(_stepped(fired, state, now_ms))
        self._tell_if_new(one.alert)

    def _stand(self, one: Standing, now_ms: int) -> None:
        """Bring an alert that fires in line with the silences."""
        alert = one.alert
        if alert is None or not alert.is_firing:
            return
        state = AlertState.FIRING if alert.acknowledged_ms is None else AlertState.ACKNOWLEDGED
        silence = self._silence_of(alert, now_ms)
        if silence is not None:
            state = AlertState.SILENCED
            self._notices.forget(alert.id)
        if state is not alert.state:
            who, why = ("", "its silence is over") if silence is None else (silence.who, silence.comment)
            one.alert = self._change(_stepped(alert, state, now_ms, who, why))
            self._tell_if_new(one.alert)

    def _note_flapping(self, one: Standing, now_ms: int) -> None:
        alert = one.alert
        if alert is not None and alert.is_firing and alert.flapping != one.is_flapping(now_ms):
            one.alert = self._change(replace(alert, flapping=not alert.flapping, changed_ms=now_ms))

    def _end(self, one: Standing, why: str, now_ms: int, value: float | None = None) -> None:
        alert, one.alert = one.alert, None
        one.holds = False
        if alert is None:
            return
        if alert.fired_ms is None:
            if one.is_told:
                self._change(_resolved(alert, why, now_ms))
            one.is_told = False
            return
        one.resolved(now_ms)
        ended = self._change(
            _resolved(replace(alert, value=alert.value if value is None else value), why, now_ms)
        )
        was_told = alert.notified_ms is not None and not self._notices.forget(alert.id)
        if was_told and not self._is_quiet(alert, now_ms):
            self._notices.add(NotificationKind.RESOLVED, ended)

    def _tell_if_new(self, alert: Alert) -> None:
        if alert.state is AlertState.FIRING and alert.notified_ms is None:
            self._notices.add(NotificationKind.FIRED, alert)

    def _inhibitor(self, one: Standing) -> str:
        """The rule that says why, where the feed or the whole is down."""
        if not one.rule.condition.field.tells_lateness:
            return ""
        return self._outages.get("", "") or (self._outages.get(one.feed, "") if one.feed else "")

    def _is_quiet(self, alert: Alert, now_ms: int) -> bool:
        return self._silence_of(alert, now_ms) is not None

    def _silence_of(self, alert: Alert, now_ms: int) -> Silence | None:
        return next((one for one in self._silences.values() if one.covers(alert, now_ms)), None)

    def _change(self, alert: Alert) -> Alert:
        self._changed[alert.id] = alert
        return alert


def _pending(one: Standing, value: float) -> Alert:
    rule = one.rule
    return Alert(
        id=_id_of(rule.id, one.subject, one.since_ms),
        rule=rule.id,
        subject=one.subject,
        state=AlertState.PENDING,
        severity=rule.spec.severity,
        message=_message(rule, one.subject, value),
        since_ms=one.since_ms,
        changed_ms=one.since_ms,
        value=value,
        threshold=rule.condition.threshold,
        feed=one.feed,
    )


def _id_of(rule: str, subject: str, since_ms: int) -> str:
    """Short enough to type, and the same for the same alert whoever makes it out."""
    return sha256(f"{rule}\n{subject}\n{since_ms}".encode()).hexdigest()[:10]


def _message(rule: Rule, subject: str, value: float) -> str:
    condition = rule.condition
    shown = value_text(condition.field.unit, float(f"{value:.6g}"))
    text = rule.spec.message or f"{subject + ' ' if subject else ''}{condition.words}: {{value}}"
    filled = text.replace("{value}", shown).replace("{subject}", subject)
    return safe(filled.replace("{threshold}", value_text(condition.field.unit, condition.threshold)))


def _resolved(alert: Alert, why: str, now_ms: int) -> Alert:
    ended = replace(alert, resolved_ms=now_ms, flapping=False, inhibited_by="")
    return _stepped(ended, AlertState.RESOLVED, now_ms, "", why)


def _stepped(alert: Alert, state: AlertState, now_ms: int, who: str = "", why: str = "") -> Alert:
    step = Step(now_ms, state, who, why)
    return replace(alert, state=state, changed_ms=now_ms, history=(*alert.history, step)[-_STEPS:])
