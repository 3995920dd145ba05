"""Which instruments were added and removed while the engine ran: a small file beside the history."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.instrument import Instrument, InstrumentId


class InstrumentChanges(Struct, frozen=True):
    """What differs from the configuration, which wins where it says something new."""

    added: tuple[Instrument, ...] = ()
    removed: tuple[Instrument, ...] = ()
    """As they were configured: one that is configured differently by now is priced again."""

    def applied_to(self, configured: Iterable[Instrument]) -> tuple[Instrument, ...]:
        """What is priced: the configured ones that were not removed, then the added ones."""
        configured = tuple(configured)
        known = {instrument.id for instrument in configured}
        kept = tuple(instrument for instrument in configured if instrument not in self.removed)
        return kept + tuple(instrument for instrument in self.added if instrument.id not in known)

    def with_added(self, instrument: Instrument) -> "InstrumentChanges":
        """After one was added."""
        return replace(
            self,
            added=(*_without(self.added, instrument.id), instrument),
            removed=tuple(one for one in self.removed if one != instrument),
        )

    def with_removed(self, instrument: Instrument, *, is_configured: bool) -> "InstrumentChanges":
        """After one was removed."""
        removed = _without(self.removed, instrument.id)
        return replace(
            self,
            added=_without(self.added, instrument.id),
            removed=(*removed, instrument) if is_configured else self.removed,
        )


def _without(instruments: tuple[Instrument, ...], id: InstrumentId) -> tuple[Instrument, ...]:  # noqa: A002 - its name
    return tuple(one for one in instruments if one.id != id)
