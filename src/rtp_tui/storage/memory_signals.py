"""Signals of a store that is gone with the process."""

from collections.abc import Iterable

from rtp_tui.model.queries import GetSignals, SignalPage
from rtp_tui.model.signals import Signal, SignalMemory
from rtp_tui.storage.pages import cursor_number, page_size

_SIGNALS = 20_000


class MemorySignals:
    """The newest word on each, within bounds."""

    def __init__(self) -> None:
        self._signals: dict[str, Signal] = {}

    def keep(self, signals: Iterable[Signal]) -> None:
        """Take signals over; of the oldest goes what no longer fits."""
        for one in signals:
            self._signals[one.id] = one
        for _ in range(len(self._signals) - _SIGNALS):
            del self._signals[next(iter(self._signals))]

    def page(self, query: GetSignals) -> SignalPage:
        """Signals, the newest first. Raises BadRequest for a cursor that is none."""
        size, first = page_size(query.limit), cursor_number(query.cursor)
        found = [
            (number, one)
            for number, one in enumerate(self._signals.values(), 1)
            if first in (0, number) or number < first
            if one.at_ms >= query.since_ms
            and (query.until_ms is None or one.at_ms < query.until_ms)
            and query.strategy in (None, one.strategy)
            and query.instrument in (None, one.instrument)
        ][::-1]
        return SignalPage(
            signals=tuple(one for _, one in found[:size]),
            next_cursor=str(found[size][0]) if len(found) > size else None,
        )

    def memory(self) -> SignalMemory:
        """What there is to go on from."""
        return SignalMemory(signals=tuple(self._signals.values()))
