"""Alerts through the door: who knows of them, who keeps them quiet, which rules they follow."""

from collections.abc import Callable
from hashlib import sha256

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import AlertRecord, AlertRule, AlertState, RuleRemoved, Silence
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    Done,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import BadRequest, UnknownAlert, UnknownAlertRule, UnknownSilence
from rtp_tui.model.queries import AlertRuleList, GetAlertRules
from rtp_tui.monitoring.alerts.monitor import AlertMonitor
from rtp_tui.monitoring.alerts.rules import understood
from rtp_tui.monitoring.alerts.shelf import check_rule, completed, unknown_subject
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.text import safe

LONGEST_SILENCE_MS = 366 * 86_400_000
LONGEST_COMMENT = 500
MOST_SILENCES = 200
NOBODY_NAMED = "console"
_LONGEST_PATTERN = 100


class AlertOrders:
    """Carries out commands about alerts; `remember` stores a record."""

    def __init__(
        self,
        monitor: AlertMonitor,
        state: PipelineState,
        remember: Callable[[AlertRecord], None],
        clock: Clock,
    ) -> None:
        self._monitor = monitor
        self._state = state
        self._remember = remember
        self._clock = clock

    async def acknowledge(self, command: AcknowledgeAlert) -> Done:
        """See `AcknowledgeAlert`; doing it again is not wrong. Raises UnknownAlert, BadRequest."""
        _require_short("why", command.why, LONGEST_COMMENT)
        try:
            alert = self._monitor.acknowledge(
                command.id, _who(command.who), safe(command.why, LONGEST_COMMENT)
            )
        except LookupError:
            raise UnknownAlert(f"no alert {command.id[:64]} fires") from None
        words = "acknowledged" if alert.state is AlertState.ACKNOWLEDGED else "acknowledged, and silenced"
        return Done(message=f"{alert.message}: {words}", affected=(alert.id,))

    async def save_silence(self, command: SaveSilence) -> Silence:
        """See `SaveSilence`. Raises BadRequest."""
        now_ms = self._clock.now_ms()
        self._check_silence(command, now_ms)
        id_ = command.id or sha256(f"{command.rule}\n{command.subject}\n{now_ms}".encode()).hexdigest()[:8]
        known = self._state.alert.silences.get(id_)
        silence = Silence(
            id=id_,
            rule=command.rule,
            subject=command.subject,
            until_ms=command.until_ms,
            comment=safe(command.comment, LONGEST_COMMENT),
            who=_who(command.who),
            created_ms=now_ms if known is None else known.created_ms,
        )
        self._monitor.keep_quiet(silence)
        return silence

    async def remove_silence(self, command: RemoveSilence) -> Done:
        """See `RemoveSilence`. Raises UnknownSilence."""
        now_ms = self._clock.now_ms()
        known = next((one for one in self._monitor.book.silences if one.id == command.id), None)
        if known is None or known.until_ms <= now_ms:
            raise UnknownSilence(f"no silence {command.id[:64]} is in force")
        self._monitor.end_silence(known, _who(command.who))
        return Done(message=f"silence {known.id} is over", affected=(known.id,))

    async def save_rule(self, command: SaveAlertRule) -> Done:
        """See `SaveAlertRule`. Raises BadRequest, which says which field and why."""
        rule = command.rule
        try:
            self._check_rule(rule)
            self._monitor.save_rule(rule)
        except ValueError as mistake:
            raise BadRequest(str(mistake)) from None
        self._remember(rule)
        return Done(message=f"{rule.id}: {completed(rule).condition}", affected=(rule.id,))

    async def remove_rule(self, command: RemoveAlertRule) -> Done:
        """See `RemoveAlertRule`. Raises UnknownAlertRule, BadRequest."""
        try:
            self._monitor.remove_rule(command.id)
        except LookupError:
            raise UnknownAlertRule(f"no alert rule {command.id[:64]}") from None
        except ValueError as mistake:
            raise BadRequest(str(mistake)) from None
        self._remember(RuleRemoved(id=command.id))
        return Done(message=f"{command.id} is removed", affected=(command.id,))

    async def rules(self, _query: GetAlertRules) -> AlertRuleList:
        """All rules, by id."""
        return AlertRuleList(rules=self._monitor.rules)

    def _check_rule(self, rule: AlertRule) -> None:
        check_rule(rule)
        unknown = unknown_subject(understood(completed(rule)), self._state.market.instruments)
        if unknown:
            raise ValueError(f"condition: {unknown}")

    def _check_silence(self, command: SaveSilence, now_ms: int) -> None:
        if not now_ms < command.until_ms <= now_ms + LONGEST_SILENCE_MS:
            raise BadRequest("until_ms: in the future, and at most 366 days from now")
        for name in ("id", "rule", "subject"):
            _require_short(name, getattr(command, name), _LONGEST_PATTERN)
        _require_short("comment", command.comment, LONGEST_COMMENT)
        in_force = {one.id for one in self._monitor.book.silences if one.until_ms > now_ms}
        if command.id not in in_force and len(in_force) >= MOST_SILENCES:
            raise BadRequest(f"there are {MOST_SILENCES} silences, which is the most")


def _who(name: str) -> str:
    return safe(name, 64) or NOBODY_NAMED


def _require_short(name: str, value: str, most: int) -> None:
    if len(value) > most or safe(value, most) != value:
        raise BadRequest(f"{name}: at most {most} characters, none of which control a terminal")
