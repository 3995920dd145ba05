"""Having instruments priced that a provider lists and nobody configured."""

from collections.abc import Awaitable, Callable, Sequence

from rtp_tui.model.commands import AddInstrument, Done
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.text import safe

MOST_AT_ONCE = 20
"""Each is asked of every provider that may list it."""

Find = Callable[[InstrumentId], Awaitable[Instrument | str]]
"""An instrument as it can be priced, or why it cannot."""
Subscribe = Callable[[Sequence[InstrumentId]], Awaitable[Sequence[Instrument]]]


class Subscribing:
    """Finds who lists what, and gives the orders to price it."""

    def __init__(self, find: Find, add: Callable[[AddInstrument], Awaitable[Done]]) -> None:
        self._find = find
        self._add = add

    async def subscribe(self, wanted: Sequence[InstrumentId]) -> Sequence[Instrument]:
        """Price all of these from now on, or none. Raises UnknownInstrument where nobody lists one, BadRequest."""
        if len(wanted) > MOST_AT_ONCE:
            raise BadRequest(f"instruments: {MOST_AT_ONCE} new ones at most at once, not {len(wanted)}")
        found = [await self._listed(one) for one in wanted]
        for instrument in found:
            await self._add(AddInstrument(instrument=instrument))
        return found

    async def _listed(self, wanted: InstrumentId) -> Instrument:
        found = await self._find(wanted)
        if isinstance(found, str):
            raise UnknownInstrument(f"{safe(wanted, 64)} cannot be priced: {found}")
        return found


async def subscribe_nowhere(wanted: Sequence[InstrumentId]) -> Sequence[Instrument]:
    """Where nobody can be asked. Raises UnknownInstrument."""
    raise UnknownInstrument(f"{safe(wanted[0], 64)} cannot be priced: no providers are asked here")
