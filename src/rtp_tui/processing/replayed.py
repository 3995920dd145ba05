"""Processing in a replay: the same steps, and bars that say where they come from."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Rejected, Tick
from rtp_tui.processing.processor import Kept, Processor

ConclusionT = TypeVar("ConclusionT")


class ReplayProcessor(Processor):
    """A processor whose bars leave it marked as of a replay, whatever they are inside."""

    def process(self, tick: Tick) -> Kept | Rejected:
        """Keep a tick or say why not."""
        kept = super().process(tick)
        if isinstance(kept, Kept) and kept.conclusions:
            return replace(kept, conclusions=_marked(kept.conclusions))
        return kept

    def close_bars(self, now_ms: int) -> list[Bar]:
        """Close what is due."""
        return _marked(super().close_bars(now_ms))

    def take_changed_bars(self) -> list[Bar]:
        """The bars that changed since the last call."""
        return _marked(super().take_changed_bars())

    def bars(self, instrument: InstrumentId) -> tuple[Bar, ...]:
        """The bars of an instrument that can still change or have not been stored yet, ascending."""
        return tuple(_marked(super().bars(instrument)))


def _marked(conclusions: Sequence[ConclusionT]) -> list[ConclusionT]:
    return [replace(one, origin=BarOrigin.REPLAY) if isinstance(one, Bar) else one for one in conclusions]
