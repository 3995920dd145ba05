"""Carrying out commands about instruments: one more is priced from now on, or one less."""

from collections.abc import Callable
from typing import Protocol

from rtp_tui.model.commands import AddInstrument, Done, RemoveInstrument
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved
from rtp_tui.pipeline import Pipeline

MOST_INSTRUMENTS = 10_000


class Carrying(Protocol):
    """What is asked of the feeds together."""

    def follow(self, instrument: Instrument) -> None: ...

    def leave(self, instrument: Instrument) -> None: ...


class InstrumentOrders:
    """Changes what is priced, in the order of the flow: whoever comes later finds everything before it ready.

    `check` raises ValueError for what cannot be priced; `added` and `removed` have the change remembered,
    and planned for.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        carrying: Carrying,
        check: Callable[[Instrument], None],
        added: Callable[[Instrument], None],
        removed: Callable[[Instrument], None],
    ) -> None:
        self._pipeline = pipeline
        self._carrying = carrying
        self._check = check
        self._added = added
        self._removed = removed

    async def add(self, command: AddInstrument) -> Done:
        """Price one more instrument. Raises BadRequest, which says why not."""
        instrument, known = command.instrument, self._pipeline.state.market.instruments
        if instrument.id in known:
            raise BadRequest(f"id: {instrument.id} is priced already; remove it first to change it")
        if len(known) >= MOST_INSTRUMENTS:
            raise BadRequest(f"id: there are {MOST_INSTRUMENTS} instruments, which is the most")
        for other in known.values():
            if taken := set(other.feeds) & set(instrument.feeds):
                raise BadRequest(f"feeds: {min(taken)} is of {other.id} already")
        try:
            self._check(instrument)
        except ValueError as mistake:
            raise BadRequest(str(mistake)) from None
        self._pipeline.processor.add(instrument)
        self._pipeline.announce(InstrumentAdded(instrument))
        self._carrying.follow(instrument)
        self._added(instrument)
        return Done(message=f"{instrument.id} is priced by {instrument.feeds[0]}", affected=(instrument.id,))

    async def remove(self, command: RemoveInstrument) -> Done:
        """Price an instrument no more. Raises UnknownInstrument."""
        instrument = self._pipeline.state.market.instruments.get(command.instrument)
        if instrument is None:
            raise UnknownInstrument(f"no instrument {command.instrument[:64]}")
        self._carrying.leave(instrument)
        self._pipeline.announce(InstrumentRemoved(instrument.id))
        self._pipeline.processor.remove(instrument.id)
        self._removed(instrument)
        return Done(
            message=f"{instrument.id} is not priced any more; its history stays", affected=(instrument.id,)
        )
