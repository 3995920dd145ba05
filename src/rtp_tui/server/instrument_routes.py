"""`/instruments`: what is priced, what is to be from now on, and what is not any more."""

from starlette.requests import Request

from rtp_tui.api.instrument_bodies import NewInstrument, command_to_add
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import Done, RemoveInstrument
from rtp_tui.server import parameters
from rtp_tui.server.bodies import InstrumentBody, instrument_body
from rtp_tui.server.caller import caller_of
from rtp_tui.server.catalogue_routes import CATALOGUE
from rtp_tui.server.endpoints import Endpoint
from rtp_tui.server.journal import Journal
from rtp_tui.server.market_routes import INSTRUMENT
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING, InstrumentsPage
from rtp_tui.server.responses import page

PATH = "/instruments"


class InstrumentRoutes:
    """Instruments over HTTP, and how they come and go."""

    def __init__(self, journal: Journal, orders: Orders) -> None:
        self._journal = journal
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path=PATH,
                handler=self.list_all,
                summary="Configured instruments.",
                room=CATALOGUE,
                parameters=PAGING,
            ),
            Endpoint(
                method="POST",
                path=PATH,
                handler=self.add,
                summary="Price one more instrument from now on, after a restart too.",
                room=CATALOGUE,
                statuses=(201,),
                scope=Scope.CONTROL,
            ),
            Endpoint(
                method="DELETE",
                path=f"{PATH}/{{id}}",
                handler=self.remove,
                summary="Price an instrument no more; its history stays.",
                room=CATALOGUE,
                parameters=(INSTRUMENT,),
                scope=Scope.CONTROL,
                refusals=("unknown_instrument",),
            ),
        )

    async def list_all(self, request: Request) -> InstrumentsPage:
        known = map(instrument_body, self._journal.state.market.instruments.values())
        return InstrumentsPage(*page(tuple(known), _id, request.query_params))

    async def add(self, request: Request, wanted: NewInstrument) -> InstrumentBody:
        command = command_to_add(wanted)
        await self._orders.execute_and_fold(command, caller_of(request.scope))
        return instrument_body(command.instrument)

    async def remove(self, request: Request) -> Done:
        known = self._journal.state.market.instruments
        instrument = parameters.instrument(request.path_params["id"], known)
        command = RemoveInstrument(instrument=instrument.id)
        return await self._orders.execute_and_fold(command, caller_of(request.scope))


def _id(body: InstrumentBody) -> str:
    return body.id
