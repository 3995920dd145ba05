"""Answers about missing minutes: what is stored, and what is newer than the last commit."""

from rtp_tui.model.errors import Failed
from rtp_tui.model.gaps import Gap
from rtp_tui.model.queries import GapPage, GetGaps
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable


class GapAnswers:
    """Reads stored gaps and the pending ones of the state."""

    def __init__(self, history: History, state: PipelineState) -> None:
        self._history = history
        self._state = state

    async def gaps(self, query: GetGaps) -> GapPage:
        """A page of gaps; on the last one stand those too that are not stored yet."""
        try:
            page = await self._history.gaps(query)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        pending = self._state.quality.gaps
        gaps = [_newer(gap, pending.get((gap.instrument, gap.from_ms))) for gap in page.gaps]
        if page.next_cursor is None and query.cursor is None:
            stored = {(gap.instrument, gap.from_ms) for gap in page.gaps}
            fresh = [gap for key, gap in pending.items() if key not in stored and _is_meant(gap, query)]
            gaps += fresh[: max(0, query.limit - len(gaps))]
        return GapPage(gaps=tuple(gaps), next_cursor=page.next_cursor)


def _newer(stored: Gap, pending: Gap | None) -> Gap:
    return pending if pending is not None and pending.changed_ms >= stored.changed_ms else stored


def _is_meant(gap: Gap, query: GetGaps) -> bool:
    return query.instrument in (None, gap.instrument) and gap.changed_ms >= query.since_ms
