"""Answers about alerts: what is stored, and what is newer than the last commit."""

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.errors import Failed
from rtp_tui.model.queries import AlertPage, AlertRuleList, GetAlertRules, GetAlerts, GetSilences, SilenceList
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable
from rtp_tui.storage.pages import MAX_ROWS


class AlertAnswers:
    """Reads stored alerts and those of the state."""

    def __init__(self, history: History, state: PipelineState, clock: Clock) -> None:
        self._history = history
        self._state = state
        self._clock = clock

    async def alerts(self, query: GetAlerts) -> AlertPage:
        """A page of alerts; on the first one stand those too that are pending or not stored yet. Raises Failed."""
        try:
            page = await self._history.alerts(query)
            later = await self._on_later_pages(query, page)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        known = {**self._state.alert.resolved, **self._state.alert.active}
        alerts = [_newer(alert, known.get(alert.id)) for alert in page.alerts]
        if query.cursor is None:
            stored = {alert.id for alert in alerts} | later
            fresh = [one for one in self._state.alert.active.values() if one.id not in stored]
            fresh.sort(key=lambda one: one.since_ms, reverse=True)
            alerts = [*(one for one in fresh if _is_meant(one, query)), *alerts]
        wanted = tuple(one for one in alerts if one.is_active or not query.only_active)
        return AlertPage(alerts=wanted, next_cursor=page.next_cursor)

    async def _on_later_pages(self, query: GetAlerts, page: AlertPage) -> set[str]:
        """Active ones that are stored and not on the first page."""
        if query.cursor is not None or page.next_cursor is None:
            return set()
        active = replace(query, only_active=True, limit=MAX_ROWS)
        return {one.id for one in (await self._history.alerts(active)).alerts}

    async def silences(self, query: GetSilences) -> SilenceList:
        """Silences in force, from the state; those that are over from the store. Raises Failed."""
        now_ms = self._clock.now_ms()
        known = self._state.alert.silences
        if not query.also_over:
            return SilenceList(silences=tuple(one for one in known.values() if one.until_ms > now_ms))
        try:
            stored = {one.id: one for one in await self._history.silences(0)}
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        merged: dict[str, Silence] = {**stored, **known}
        return SilenceList(silences=tuple(merged.values()))


async def no_rules(_query: GetAlertRules) -> AlertRuleList:
    """Where alerts are switched off there are none."""
    return AlertRuleList(rules=())


def _newer(stored: Alert, known: Alert | None) -> Alert:
    return known if known is not None and known.changed_ms >= stored.changed_ms else stored


def _is_meant(alert: Alert, query: GetAlerts) -> bool:
    return (
        query.rule in (None, alert.rule)
        and query.subject in (None, alert.subject)
        and alert.changed_ms >= query.since_ms
    )
