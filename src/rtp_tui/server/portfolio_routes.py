"""`/portfolios` and `/watchlists`: what is held and watched, what it is worth, and what it risks."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.portfolio_orders import CURRENCY, LONGEST_DESCRIPTION, MOST, NAMES
from rtp_tui.model.commands import Done, RemovePortfolio, RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.errors import BadRequest, UnknownWatchlist
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import MOST_POSITIONS, Portfolio, Position, RiskReport
from rtp_tui.model.queries import GetPortfolioRisk, GetPortfolios, PortfolioView
from rtp_tui.model.watchlists import MOST_WATCHED, Watchlist
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Heading, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING
from rtp_tui.server.responses import page

_HERE = Heading(
    "portfolios", (Parameter("name", "A portfolio's or a watchlist's own name.", example="desk"),)
)


def _told(**bounds: object) -> Meta:
    """Bounds for the reader of the interface; who carries out the order checks them, at every door."""
    return Meta(extra_json_schema=bounds)


_Name = Annotated[str, _told(pattern=f"^{NAMES.pattern}$")]


class NewPosition(Struct, frozen=True, forbid_unknown_fields=True):
    """A position to keep; a quantity of 0 is none."""

    instrument: InstrumentId
    quantity: Annotated[float, _told(minimum=-MOST, maximum=MOST)]
    cost_price: Annotated[float | None, _told(minimum=0, maximum=MOST)] = None


class PortfolioChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a portfolio shall be."""

    positions: Annotated[tuple[NewPosition, ...], _told(maxItems=MOST_POSITIONS)] = ()
    base_currency: Annotated[str, _told(pattern=f"^{CURRENCY.pattern}$")] = "USD"
    benchmark: InstrumentId | None = None
    description: Annotated[str, _told(maxLength=LONGEST_DESCRIPTION)] = ""


class NewPortfolio(PortfolioChange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portfolio that is not there yet."""

    name: _Name


class WatchlistChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a watchlist shall hold."""

    instruments: Annotated[tuple[InstrumentId, ...], _told(maxItems=MOST_WATCHED)] = ()
    subscribe: bool = False
    """Have what nobody prices yet priced from now on, where a provider lists it."""


class NewWatchlist(WatchlistChange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A watchlist that is not there yet."""

    name: _Name


class PortfoliosPage(Struct, frozen=True):
    """Portfolios by name, each with its value and its risk."""

    portfolios: tuple[PortfolioView, ...]
    next_cursor: str | None


class WatchlistsPage(Struct, frozen=True):
    """Watchlists by name."""

    watchlists: tuple[Watchlist, ...]
    next_cursor: str | None


class PortfolioRoutes:
    """Portfolios and watchlists over HTTP."""

    def __init__(self, api: PipelineApi, orders: Orders, journal: Journal) -> None:
        self._api = api
        self._orders = orders
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        span = (
            Parameter(
                "timeframe",
                "The longest of which there is enough, where it is left out.",
                parameters.Timeframe,
            ),
            Parameter("start", "Where the bars begin.", parameters.Moment),
            Parameter("end", "Where they end.", parameters.Moment),
        )
        return (
            _HERE.read("/portfolios", self.portfolios, "All portfolios, with their value and risk.", *PAGING),
            _HERE.order(
                "POST",
                "/portfolios",
                self.add,
                "Add a portfolio.",
                refusals=("unknown_instrument",),
                status=201,
            ),
            _HERE.read(
                "/portfolios/{name}", self.portfolio, "One portfolio.", refusals=("unknown_portfolio",)
            ),
            _HERE.order(
                "PUT",
                "/portfolios/{name}",
                self.change,
                "Add or change a portfolio.",
                refusals=("unknown_instrument",),
            ),
            _HERE.order(
                "DELETE",
                "/portfolios/{name}",
                self.remove,
                "Forget a portfolio.",
                refusals=("unknown_portfolio",),
            ),
            _HERE.read(
                "/portfolios/{name}/risk",
                self.risk,
                "What a portfolio risks.",
                *span,
                refusals=("unknown_portfolio",),
            ),
            _HERE.read("/watchlists", self.watchlists, "All watchlists.", *PAGING),
            _HERE.order(
                "POST",
                "/watchlists",
                self.add_watchlist,
                "Add a watchlist.",
                refusals=("unknown_instrument",),
                status=201,
            ),
            _HERE.read(
                "/watchlists/{name}", self.watchlist, "One watchlist.", refusals=("unknown_watchlist",)
            ),
            _HERE.order(
                "PUT",
                "/watchlists/{name}",
                self.change_watchlist,
                "Add or change a watchlist.",
                refusals=("unknown_instrument",),
            ),
            _HERE.order(
                "DELETE",
                "/watchlists/{name}",
                self.remove_watchlist,
                "Forget a watchlist.",
                refusals=("unknown_watchlist",),
            ),
        )

    async def portfolios(self, request: Request) -> PortfoliosPage:
        found = await self._api.query(GetPortfolios())
        return PortfoliosPage(*page(found.portfolios, _portfolio_name, request.query_params))

    async def portfolio(self, request: Request) -> PortfolioView:
        return await self._view(request.path_params["name"])

    async def add(self, request: Request, wanted: NewPortfolio) -> PortfolioView:
        if wanted.name in self._journal.state.portfolio.portfolios:
            raise BadRequest(f"name: {wanted.name} is there already; PUT changes it")
        return await self._save(request, wanted.name, wanted)

    async def change(self, request: Request, wanted: PortfolioChange) -> PortfolioView:
        return await self._save(request, request.path_params["name"], wanted)

    async def remove(self, request: Request) -> Done:
        command = RemovePortfolio(name=request.path_params["name"])
        return await self._orders.execute_and_fold(command, caller_of(request.scope))

    async def risk(self, request: Request) -> RiskReport:
        given = request.query_params
        query = GetPortfolioRisk(
            name=request.path_params["name"],
            timeframe=parameters.timeframe_in(given),
            start_ms=parameters.moment_in(given, "start"),
            end_ms=parameters.moment_in(given, "end"),
        )
        return await self._api.query(query)

    async def watchlists(self, request: Request) -> WatchlistsPage:
        known = self._journal.state.portfolio.watchlists
        listed = tuple(known[name] for name in sorted(known))
        return WatchlistsPage(*page(listed, _watchlist_name, request.query_params))

    async def watchlist(self, request: Request) -> Watchlist:
        name = request.path_params["name"]
        known = self._journal.state.portfolio.watchlists.get(name)
        if known is None:
            raise UnknownWatchlist(f"no watchlist {name[:64]}")
        return known

    async def add_watchlist(self, request: Request, wanted: NewWatchlist) -> Watchlist:
        if wanted.name in self._journal.state.portfolio.watchlists:
            raise BadRequest(f"name: {wanted.name} is there already; PUT changes it")
        return await self._save_watchlist(request, wanted.name, wanted)

    async def change_watchlist(self, request: Request, wanted: WatchlistChange) -> Watchlist:
        return await self._save_watchlist(request, request.path_params["name"], wanted)

    async def remove_watchlist(self, request: Request) -> Done:
        command = RemoveWatchlist(name=request.path_params["name"])
        return await self._orders.execute_and_fold(command, caller_of(request.scope))

    async def _view(self, name: str) -> PortfolioView:
        (found,) = (await self._api.query(GetPortfolios(name=name))).portfolios
        return found

    async def _save(self, request: Request, name: str, wanted: PortfolioChange) -> PortfolioView:
        portfolio = Portfolio(
            name=name,
            positions=tuple(Position(**asdict(one)) for one in wanted.positions),
            base_currency=wanted.base_currency,
            benchmark=wanted.benchmark,
            description=wanted.description,
        )
        await self._orders.execute_and_fold(SavePortfolio(portfolio=portfolio), caller_of(request.scope))
        return await self._view(name)

    async def _save_watchlist(self, request: Request, name: str, wanted: WatchlistChange) -> Watchlist:
        watchlist = Watchlist(name, wanted.instruments)
        command = SaveWatchlist(watchlist=watchlist, subscribe=wanted.subscribe)
        await self._orders.execute_and_fold(command, caller_of(request.scope))
        return watchlist


def _portfolio_name(view: PortfolioView) -> str:
    return view.portfolio.name


def _watchlist_name(watchlist: Watchlist) -> str:
    return watchlist.name
