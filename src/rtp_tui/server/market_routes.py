"""`/market` and `/data`: prices now, sessions and bars."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market_view import MarketView
from rtp_tui.model.queries import GetBars, GetMarketView
from rtp_tui.server import parameters
from rtp_tui.server.bodies import AgedQuoteBody, BarsBody, MarketBody, bar_body, market_body
from rtp_tui.server.endpoints import Content, Endpoint, Parameter
from rtp_tui.server.etags import is_held
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING, MarketsPage, QuotesPage
from rtp_tui.server.problems import Unacceptable
from rtp_tui.server.quotes import Quotes
from rtp_tui.server.responses import page

ROOM = "market"
INSTRUMENT = Parameter("id", "An instrument's id, or its symbol where only one has it.", example="crypto:BTC")


class MarketRoutes:
    """Prices, sessions and bars over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal, clock: Clock) -> None:
        self._api = api
        self._journal = journal
        self._clock = clock
        self._quotes = Quotes(journal)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here; what is asked most comes first."""
        return (
            Endpoint(
                method="GET",
                path="/market/latest/{id}",
                handler=self.latest_of_one,
                summary="One instrument's quote.",
                room=ROOM,
                parameters=(INSTRUMENT,),
                statuses=(200, 304),
                contents=(Content(AgedQuoteBody),),
                refusals=("unknown_instrument",),
            ),
            Endpoint(
                method="GET",
                path="/market/latest",
                handler=self.latest,
                summary="Quotes of all instruments, or of some.",
                room=ROOM,
                parameters=(
                    Parameter("symbols", "Ids or symbols, separated by commas.", example="crypto:BTC"),
                    *PAGING,
                ),
                statuses=(200, 304),
                contents=(Content(QuotesPage),),
                refusals=("unknown_instrument",),
            ),
            Endpoint(
                method="GET",
                path="/market/status",
                handler=self.markets,
                summary="Which markets are open, and until when.",
                room=ROOM,
                parameters=PAGING,
            ),
            Endpoint(
                method="GET",
                path="/market/status/{market}",
                handler=self.market,
                summary="One market's session.",
                room=ROOM,
                parameters=(Parameter("market", "An exchange calendar or a market's name.", example="24x7"),),
                refusals=("not_found",),
            ),
            Endpoint(
                method="GET",
                path="/market/movers",
                handler=self.movers,
                summary="Gainers, losers, breadth and sentiment.",
                room=ROOM,
                parameters=(
                    Parameter(
                        "class", "Of one class only: crypto, stocks, fx, index or futures.", example="crypto"
                    ),
                    Parameter("limit", "So many of each, 10 where it is left out.", parameters.Limit),
                ),
                refusals=("bad_request",),
            ),
            Endpoint(
                method="GET",
                path="/data/{id}",
                handler=self.bars,
                summary="Bars, ascending, from `start` up to `end` and not with it.",
                room=ROOM,
                parameters=(
                    INSTRUMENT,
                    Parameter("timeframe", "`1m` where it is left out.", parameters.Timeframe),
                    Parameter("start", "Where the bars begin.", parameters.Moment),
                    Parameter("end", "Where they end.", parameters.Moment),
                    *PAGING,
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def latest(self, request: Request) -> Response:
        shown, next_cursor = page(
            self._wanted(request.query_params.get("symbols")), _id, request.query_params
        )
        tag = self._quotes.tag(shown)
        if is_held(request.headers.get("if-none-match"), tag):
            return _unchanged(tag)
        return _tagged(self._quotes.page_json(shown, next_cursor, self._clock.now_ms()), tag)

    async def latest_of_one(self, request: Request) -> Response:
        instrument = self._instrument(request.path_params["id"])
        tag = self._quotes.tag((instrument,))
        if is_held(request.headers.get("if-none-match"), tag):
            return _unchanged(tag)
        return _tagged(self._quotes.json(instrument, self._clock.now_ms()), tag)

    async def markets(self, request: Request) -> MarketsPage:
        sessions, now_ms = self._journal.state.quality.sessions.values(), self._clock.now_ms()
        return MarketsPage(
            *page([market_body(one, now_ms) for one in sessions], _market, request.query_params)
        )

    async def movers(self, request: Request) -> MarketView:
        given = request.query_params
        limit = parameters.limit(given.get("limit", "10"))
        return await self._api.query(GetMarketView(asset_class=given.get("class") or None, limit=limit))

    async def market(self, request: Request) -> MarketBody:
        name = request.path_params["market"]
        session = self._journal.state.quality.sessions.get(name)
        if session is None:
            raise Unacceptable("not_found", f"no instrument trades on a market {name[:64]!r}")
        return market_body(session, self._clock.now_ms())

    async def bars(self, request: Request) -> BarsBody:
        given = request.query_params
        query = GetBars(
            instrument=self._instrument(request.path_params["id"]).id,
            timeframe=parameters.timeframe(given.get("timeframe", "1m")),
            start_ms=parameters.moment_in(given, "start"),
            end_ms=parameters.moment_in(given, "end"),
            limit=parameters.limit(given.get("limit", "1000")),
            cursor=given.get("cursor") or None,
        )
        found = await self._api.query(query)
        return BarsBody(
            id=query.instrument,
            timeframe=query.timeframe,
            bars=tuple(map(bar_body, found.bars)),
            next_cursor=found.next_cursor,
        )

    def _wanted(self, symbols: str | None) -> Sequence[Instrument]:
        if symbols is None:
            return tuple(self._journal.state.market.instruments.values())
        return [self._instrument(name) for name in dict.fromkeys(symbols.split(",")) if name]

    def _instrument(self, name: str) -> Instrument:
        return parameters.instrument(name, self._journal.state.market.instruments)


def _id(one: Instrument) -> str:
    return one.id


def _market(body: MarketBody) -> str:
    return body.market


def _tagged(body: bytes, tag: str) -> Response:
    return Response(body, headers={"ETag": tag, "Cache-Control": "no-cache"}, media_type="application/json")


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
