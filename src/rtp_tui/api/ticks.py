"""Answers about ticks: those that are stored, of what is priced now and of what was once."""

from rtp_tui.model.errors import Failed, UnknownInstrument
from rtp_tui.model.queries import GetTicks, TickPage
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable


class TickAnswers:
    """Reads stored ticks; those of the last commit are the newest."""

    def __init__(self, history: History, state: PipelineState) -> None:
        self._history = history
        self._state = state

    async def ticks(self, query: GetTicks) -> TickPage:
        """A page of ticks. Raises UnknownInstrument, BadRequest for a cursor that is none, Failed."""
        try:
            page = await self._history.ticks(query)
            if not page.ticks and query.instrument not in self._state.market.instruments:
                await self._require_stored(query)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        return page

    async def _require_stored(self, query: GetTicks) -> None:
        if query.instrument not in await self._history.instruments():
            raise UnknownInstrument(f"no instrument {query.instrument}")
