"""Answers about what companies filed, as far as it is stored."""

from rtp_tui.model.errors import Failed, UnknownInstrument
from rtp_tui.model.queries import FilingPage, GetFilings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable


class FilingAnswers:
    """Reads stored filings of instruments that the state knows."""

    def __init__(self, history: History, state: PipelineState) -> None:
        self._history = history
        self._state = state

    async def filings(self, query: GetFilings) -> FilingPage:
        """A page of filings, the newest first. Raises UnknownInstrument, BadRequest, Failed."""
        if query.instrument not in self._state.market.instruments:
            raise UnknownInstrument(f"no instrument {query.instrument[:64]!r} is configured")
        try:
            return await self._history.filings(query)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
