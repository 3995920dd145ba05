"""What can be read over HTTP: all of it from the folded state, but bars and past events."""

from collections.abc import Callable, Sequence

from msgspec import Raw, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.queries import GetBars, GetEvents
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server import parameters
from rtp_tui.server.bodies import (
    BarsBody,
    InstrumentBody,
    MarketBody,
    aged_quote_body,
    bar_body,
    health_body,
    instrument_body,
    market_body,
)
from rtp_tui.server.feed_bodies import FeedBody, feed_bodies
from rtp_tui.server.journal import Journal
from rtp_tui.server.metrics import CONTENT_TYPE, metrics_body, metrics_text
from rtp_tui.server.overview import stats_body, status_body
from rtp_tui.server.problems import Unacceptable
from rtp_tui.server.readiness import Check, checks_body, readiness
from rtp_tui.server.responses import json, listed, page, paged

_PATHS = (
    "/livez",
    "/readyz",
    "/health",
    "/status",
    "/stats",
    "/metrics",
    "/config",
    "/jobs",
    "/feeds",
    "/breakers",
    "/instruments",
    "/market/latest",
    "/market/status",
    "/data/{id}",
    "/events",
)


class EventBody(Struct, frozen=True):
    """An event of the past."""

    id: int
    at_ms: int
    topic: str
    payload: Raw


class Rest:
    """The reading half of the REST interface."""

    def __init__(
        self,
        api: PipelineApi,
        journal: Journal,
        clock: Clock,
        version: str,
        serving: Callable[[], ServerStatus],
        checks: Callable[[], tuple[Check, ...]],
        config: Callable[[], object],
    ) -> None:
        self._api = api
        self._journal = journal
        self._clock = clock
        self._version = version
        self._serving = serving
        self._checks = checks
        self._config = config

    def routes(self) -> list[Route]:
        """Where everything is found."""
        return [
            Route("/", self.index),
            Route("/livez", self.livez),
            Route("/readyz", self.readyz),
            Route("/health", self.health),
            Route("/status", self.status),
            Route("/stats", self.stats),
            Route("/metrics", self.metrics),
            Route("/config", self.config),
            Route("/feeds", self.feeds),
            Route("/instruments", self.instruments),
            Route("/market/latest", self.latest),
            Route("/market/latest/{id}", self.latest_of_one),
            Route("/market/status", self.markets),
            Route("/market/status/{market}", self.market),
            Route("/data/{id}", self.bars),
            Route("/events", self.events),
        ]

    async def index(self, _request: Request) -> Response:
        links = {path.strip("/").split("/{")[0]: path for path in _PATHS}
        return json({"name": "rtp-tui", "version": self._version, "links": {**links, "websocket": "/ws"}})

    async def livez(self, request: Request) -> Response:
        return _checked(self._checks(), request)

    async def readyz(self, request: Request) -> Response:
        return _checked((*self._checks(), *readiness(self._journal.state)), request)

    async def health(self, _request: Request) -> Response:
        return json(health_body(self._journal.state, self._version, self._clock.now_ms()))

    async def status(self, _request: Request) -> Response:
        return json(status_body(self._journal.state, self._serving(), self._clock.now_ms()))

    async def stats(self, _request: Request) -> Response:
        return json(stats_body(self._journal.state, self._serving(), self._clock.now_ms()))

    async def metrics(self, request: Request) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return json(metrics_body(self._journal.state))
        text = metrics_text(self._journal.state, self._serving(), self._version)
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    async def feeds(self, request: Request) -> Response:
        return paged("feeds", feed_bodies(self._journal.state), _feed_of_an_instrument, request)

    async def instruments(self, request: Request) -> Response:
        known = self._journal.state.market.instruments.values()
        return paged("instruments", [instrument_body(one) for one in known], _id, request)

    async def config(self, _request: Request) -> Response:
        return json(self._config())

    async def latest(self, request: Request) -> Response:
        names = request.query_params.get("symbols")
        known = self._journal.state.market.instruments
        wanted = (
            list(known.values())
            if names is None
            else [self._instrument(name) for name in dict.fromkeys(names.split(",")) if name]
        )
        shown, next_cursor = page(wanted, _id, request.query_params)
        tag = self._tag(shown)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        now_ms = self._clock.now_ms()
        quotes = [aged_quote_body(self._journal.state, one, now_ms) for one in shown]
        return json({"quotes": quotes, "next_cursor": next_cursor}, headers={"ETag": tag})

    async def latest_of_one(self, request: Request) -> Response:
        instrument = self._instrument(request.path_params["id"])
        tag = self._tag([instrument])
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        body = aged_quote_body(self._journal.state, instrument, self._clock.now_ms())
        return json(body, headers={"ETag": tag})

    async def markets(self, request: Request) -> Response:
        sessions, now_ms = self._journal.state.quality.sessions.values(), self._clock.now_ms()
        return paged("markets", [market_body(one, now_ms) for one in sessions], _market, request)

    async def market(self, request: Request) -> Response:
        name = request.path_params["market"]
        session = self._journal.state.quality.sessions.get(name)
        if session is None:
            raise Unacceptable("not_found", f"no instrument trades on a market {name[:64]!r}")
        return json(market_body(session, self._clock.now_ms()))

    async def bars(self, request: Request) -> Response:
        given = request.query_params
        instrument = self._instrument(request.path_params["id"])
        query = GetBars(
            instrument=instrument.id,
            timeframe=parameters.timeframe(given.get("timeframe", "1m")),
            start_ms=parameters.moment_ms(given["start"]) if given.get("start") else None,
            end_ms=parameters.moment_ms(given["end"]) if given.get("end") else None,
            limit=parameters.limit(given.get("limit", "1000")),
            cursor=given.get("cursor") or None,
        )
        page = await self._api.query(query)
        bars = tuple(map(bar_body, page.bars))
        return json(
            BarsBody(id=query.instrument, timeframe=query.timeframe, bars=bars, next_cursor=page.next_cursor)
        )

    async def events(self, request: Request) -> Response:
        given = request.query_params
        if given.get("instrument"):
            raise BadRequest("events cannot be selected by instrument")
        query = GetEvents(
            since_ms=parameters.moment_ms(given["since"]) if given.get("since") else 0,
            topic=given.get("topic") or None,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        page = await self._api.query(query)
        events = [EventBody(one.id, one.at_ms, one.topic, Raw(one.payload.encode())) for one in page.events]
        return listed("events", events, page.next_cursor)

    def _instrument(self, name: str) -> Instrument:
        return parameters.instrument(name, self._journal.state.market.instruments)

    def _tag(self, instruments: Sequence[Instrument]) -> str:
        newest = max((self._journal.channel_seq(one.id) for one in instruments), default=0)
        return f'"{self._journal.epoch}-{newest}"'


def _id(one: Instrument | InstrumentBody) -> str:
    return one.id


def _market(body: MarketBody) -> str:
    return body.market


def _feed_of_an_instrument(body: FeedBody) -> str:
    return f"{body.name} {body.instruments[0]}"


def _checked(checks: tuple[Check, ...], request: Request) -> Response:
    is_well = all(check.ok for check in checks)
    body = checks_body(checks, is_verbose="verbose" in request.query_params)
    return json(body, 200 if is_well else 503)
