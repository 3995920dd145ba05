"""`/alerts`, `/silences` and `/alert-rules`: what fires, what is kept quiet, and what is watched."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.commands import AcknowledgeAlert, Done, RemoveAlertRule, RemoveSilence, SaveAlertRule
from rtp_tui.model.errors import Failed
from rtp_tui.model.queries import GetAlertRules, GetAlerts, GetSilences
from rtp_tui.server import parameters
from rtp_tui.server.alert_bodies import (
    AlertBody,
    AlertRuleBody,
    NewAlertRule,
    NewSilence,
    Reason,
    SilenceBody,
    alert_body,
    command_to_silence,
    rule_body,
    rule_of,
    silence_body,
)
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Heading, Parameter
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING
from rtp_tui.server.responses import page

_NO_REASON = Reason()
_HERE = Heading("alerts", (Parameter("id", "An alert's, a silence's or a rule's own name."),))


class AlertsPage(Struct, frozen=True):
    """Alerts, the newest first."""

    alerts: tuple[AlertBody, ...]
    next_cursor: str | None


class SilencesPage(Struct, frozen=True):
    """Silences in the order in which they were made."""

    silences: tuple[SilenceBody, ...]
    next_cursor: str | None


class AlertRulesPage(Struct, frozen=True):
    """Rules by id."""

    rules: tuple[AlertRuleBody, ...]
    next_cursor: str | None


class AlertRoutes:
    """Alerts over HTTP."""

    def __init__(self, api: PipelineApi, orders: Orders, clock: Clock) -> None:
        self._api = api
        self._orders = orders
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            _HERE.read(
                "/alerts",
                self.alerts,
                "Alerts, the newest first: those that fire, and those of the past.",
                Parameter("active", "Only those whose condition holds now.", parameters.Flag),
                Parameter("rule", "Of one rule only."),
                Parameter("subject", "About one instrument, feed or job only.", example="crypto:BTC"),
                Parameter("since", "Only those that changed since.", parameters.Moment),
                *PAGING,
            ),
            _HERE.order(
                "POST",
                "/alerts/{id}/ack",
                self.acknowledge,
                "Say that an alert is known.",
                refusals=("unknown_alert",),
            ),
            _HERE.read(
                "/silences",
                self.silences,
                "Silences in force.",
                Parameter("all", "Those that are over too.", parameters.Flag),
                *PAGING,
            ),
            _HERE.order("POST", "/silences", self.silence, "Keep alerts quiet for a while.", status=201),
            _HERE.order(
                "DELETE",
                "/silences/{id}",
                self.end_silence,
                "End a silence now.",
                refusals=("unknown_silence",),
            ),
            _HERE.read("/alert-rules", self.rules, "All rules, the disabled ones too.", *PAGING),
            _HERE.order(
                "POST", "/alert-rules", self.save_rule, "Add a rule, or change the one of its id.", status=201
            ),
            _HERE.order(
                "DELETE",
                "/alert-rules/{id}",
                self.remove_rule,
                "Remove a saved rule.",
                refusals=("unknown_alert_rule",),
            ),
        )

    async def alerts(self, request: Request) -> AlertsPage:
        given = request.query_params
        query = GetAlerts(
            only_active="active" in given and parameters.flag("active", given["active"]),
            rule=given.get("rule") or None,
            subject=given.get("subject") or None,
            since_ms=parameters.moment_in(given, "since") or 0,
            limit=parameters.limit(given.get("limit", "100")),
            cursor=given.get("cursor") or None,
        )
        found = await self._api.query(query)
        return AlertsPage(tuple(map(alert_body, found.alerts)), found.next_cursor)

    async def acknowledge(self, request: Request, reason: Reason = _NO_REASON) -> Done:
        command = AcknowledgeAlert(id=request.path_params["id"], why=reason.why)
        return await self._orders.execute(command, caller_of(request.scope))

    async def silences(self, request: Request) -> SilencesPage:
        given = request.query_params
        also_over = "all" in given and parameters.flag("all", given["all"])
        found = await self._api.query(GetSilences(also_over=also_over))
        return SilencesPage(*page(tuple(map(silence_body, found.silences)), _silence_id, given))

    async def silence(self, request: Request, wanted: NewSilence) -> SilenceBody:
        command = command_to_silence(wanted, self._clock.now_ms())
        return silence_body(await self._orders.execute(command, caller_of(request.scope)))

    async def end_silence(self, request: Request) -> Done:
        command = RemoveSilence(id=request.path_params["id"])
        return await self._orders.execute(command, caller_of(request.scope))

    async def rules(self, request: Request) -> AlertRulesPage:
        found = await self._api.query(GetAlertRules())
        return AlertRulesPage(*page(tuple(map(rule_body, found.rules)), _rule_id, request.query_params))

    async def save_rule(self, request: Request, wanted: NewAlertRule) -> AlertRuleBody:
        rule = rule_of(wanted)
        await self._orders.execute(SaveAlertRule(rule=rule), caller_of(request.scope))
        listed = (await self._api.query(GetAlertRules())).rules
        for one in listed:
            if one.rule.id == rule.id:
                return rule_body(one)
        raise Failed(f"{rule.id} was saved, and removed again")

    async def remove_rule(self, request: Request) -> Done:
        command = RemoveAlertRule(id=request.path_params["id"])
        return await self._orders.execute(command, caller_of(request.scope))


def _silence_id(body: SilenceBody) -> str:
    return body.id


def _rule_id(body: AlertRuleBody) -> str:
    return body.id
