"""Answers about signals and strategies."""

from msgspec.structs import replace

from rtp_tui.model.errors import Failed
from rtp_tui.model.queries import GetSignals, GetStrategies, SignalPage, StrategyList
from rtp_tui.model.signals import Signal
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable
from rtp_tui.storage.pages import MAX_ROWS


class SignalAnswers:
    """Reads stored signals and those of the state."""

    def __init__(self, history: History, state: PipelineState) -> None:
        self._history = history
        self._state = state

    async def signals(self, query: GetSignals) -> SignalPage:
        """A page of signals; on the first one stand those too that are not stored yet. Raises Failed."""
        try:
            page = await self._history.signals(query)
            later = await self._on_later_pages(query, page)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        known = self._state.analytics.signals
        signals = [_newer(one, known.get(one.id)) for one in page.signals]
        if query.cursor is None:
            stored_ms, stored = _newest_ms(page), {one.id for one in signals} | later
            fresh = [one for one in known.values() if one.id not in stored and one.at_ms >= stored_ms]
            signals = [*(one for one in reversed(fresh) if _is_meant(one, query)), *signals]
        return SignalPage(signals=tuple(signals), next_cursor=page.next_cursor)

    async def _on_later_pages(self, query: GetSignals, page: SignalPage) -> set[str]:
        """Those that are stored, and as new as the newest of the first page."""
        if query.cursor is not None or page.next_cursor is None:
            return set()
        as_new = replace(query, since_ms=max(query.since_ms, _newest_ms(page)), limit=MAX_ROWS)
        return {one.id for one in (await self._history.signals(as_new)).signals}

    async def strategies(self, _query: GetStrategies) -> StrategyList:
        """All strategies that are in force."""
        return StrategyList(strategies=tuple(self._state.analytics.strategies.values()))


def _newest_ms(page: SignalPage) -> int:
    return max((one.at_ms for one in page.signals), default=0)


def _newer(stored: Signal, known: Signal | None) -> Signal:
    return known if known is not None and len(known.outcomes) >= len(stored.outcomes) else stored


def _is_meant(one: Signal, query: GetSignals) -> bool:
    return (
        query.strategy in (None, one.strategy)
        and query.instrument in (None, one.instrument)
        and one.at_ms >= query.since_ms
        and (query.until_ms is None or one.at_ms < query.until_ms)
    )
