"""Which symbols fell silent while others on their socket go on. Pure; told the time and what was heard.

What is silence for one symbol is quiet for another: each is measured by how long it usually says nothing.
"""

from collections import deque
from collections.abc import Callable, Sequence

from rtp_tui.model.instrument import InstrumentId

USUAL_TIMES = 3.0
"""So many times what is usual is much longer than usual."""
LEARNED_FROM, REMEMBERED = 20, 128
"""How many silences tell what is usual, and how many are remembered."""
SPEAKS_WITHIN_S = 5.0
"""A socket on which another symbol was heard so lately is a socket that speaks."""
SLEPT_S = 10.0
"""Nobody looked for so long: nothing is known of the time between."""
_USUAL_SHARE = 0.99


class _Symbol:
    """What is remembered of one symbol."""

    def __init__(self, heard_ms: int, now_s: float) -> None:
        self.heard_ms = heard_ms
        self.heard_s = now_s
        self.silences_s: deque[float] = deque(maxlen=REMEMBERED)

    def hear(self, heard_ms: int, now_s: float) -> bool:
        """Note when it was last heard; whether that is news."""
        if heard_ms == self.heard_ms:
            return False
        self.silences_s.append(now_s - self.heard_s)
        self.heard_ms, self.heard_s = heard_ms, now_s
        return True

    def usual_s(self) -> float | None:
        """How long it is silent at most, but for one time in a hundred; None where that is not known yet."""
        if len(self.silences_s) < LEARNED_FROM:
            return None
        ordered = sorted(self.silences_s)
        return ordered[min(len(ordered) - 1, int(_USUAL_SHARE * len(ordered)))]


class SilenceWatch:
    """All symbols of a feed; `floor_s` is the shortest time that can be too long."""

    def __init__(
        self,
        floor_s: float,
        heard_ms: Callable[[InstrumentId], int | None],
        in_session: Callable[[InstrumentId], bool],
    ) -> None:
        self.resubscriptions = 0
        """How often a symbol was found to be silent."""
        self._floor_s = floor_s
        self._heard_ms = heard_ms
        self._in_session = in_session
        self._symbols: dict[InstrumentId, _Symbol] = {}
        self._silent: set[InstrumentId] = set()
        self._looked_s: dict[InstrumentId, float] = {}

    def look(self, carried: Sequence[InstrumentId], now_s: float) -> list[InstrumentId]:
        """Those carried by one socket that have just become silent; to be called about once a second."""
        for instrument in carried:
            self._note(instrument, now_s)
        found = [one for one in carried if one not in self._silent and self._is_too_long(one, now_s)]
        found = [one for one in found if self._others_speak(one, carried, now_s)]
        self._silent.update(found)
        self.resubscriptions += len(found)
        return found

    def is_silent(self, instrument: InstrumentId) -> bool:
        """Whether it fell silent, and has not been heard since."""
        return instrument in self._silent

    def forget(self, instrument: InstrumentId) -> None:
        """It is not listened to any more."""
        self._symbols.pop(instrument, None)
        self._looked_s.pop(instrument, None)
        self._silent.discard(instrument)

    def _note(self, instrument: InstrumentId, now_s: float) -> None:
        heard_ms = self._heard_ms(instrument)
        looked_s, self._looked_s[instrument] = self._looked_s.get(instrument, now_s), now_s
        if heard_ms is None:
            return
        symbol = self._symbols.get(instrument)
        if symbol is None:
            self._symbols[instrument] = _Symbol(heard_ms, now_s)
        elif now_s - looked_s > SLEPT_S or not self._in_session(instrument):
            symbol.heard_ms, symbol.heard_s = heard_ms, now_s
            self._silent.discard(instrument)
        elif symbol.hear(heard_ms, now_s):
            self._silent.discard(instrument)

    def _is_too_long(self, instrument: InstrumentId, now_s: float) -> bool:
        symbol = self._symbols.get(instrument)
        if symbol is None or now_s - symbol.heard_s <= self._floor_s:
            return False
        usual_s = symbol.usual_s()
        return usual_s is not None and now_s - symbol.heard_s > USUAL_TIMES * usual_s

    def _others_speak(self, instrument: InstrumentId, carried: Sequence[InstrumentId], now_s: float) -> bool:
        others = (self._symbols.get(one) for one in carried if one != instrument)
        return any(one is not None and now_s - one.heard_s <= SPEAKS_WITHIN_S for one in others)
