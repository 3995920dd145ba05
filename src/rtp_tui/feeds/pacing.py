"""How soon an instrument may be asked for again, where each question costs of a day's quota."""

from collections.abc import Collection, Sequence

from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.sources.contract import MeteredSource, Subscription


class Pacing:
    """Remembers when each instrument was told of; sources that are not metered have everything due always."""

    def __init__(self, source: object, clock: Clock) -> None:
        self._metered = source if isinstance(source, MeteredSource) else None
        self._clock = clock
        self._told_s: dict[InstrumentId, float] = {}

    def pace_ms(self, instruments: int) -> int:
        """How often each of so many may be asked for."""
        return 0 if self._metered is None else self._metered.pace_ms(instruments)

    def workers(self, wanted: int) -> int:
        """How many questions at once: one where each costs, since there is time and others would wait in vain."""
        return wanted if self._metered is None else 1

    def due(self, wanted: Sequence[Subscription], carried: int) -> list[Subscription]:
        """Those that may be asked for now, of so many that a feed carries."""
        pace_s = self.pace_ms(carried) / 1000
        now_s = self._clock.monotonic()
        return [one for one in wanted if now_s - self._told_s.get(one.instrument, -pace_s) >= pace_s]

    def note(self, instruments: Collection[InstrumentId]) -> None:
        """These were answered for now, if only that nobody knows them."""
        if self._metered is not None:
            self._told_s |= dict.fromkeys(instruments, self._clock.monotonic())

    def forget(self, instrument: InstrumentId) -> None:
        """Nobody asks for it any more."""
        self._told_s.pop(instrument, None)
