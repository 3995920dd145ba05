"""What can be read over HTTP of the whole: all of it from the folded state, but past events."""

from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.wire import UNDECODABLE, encode
from rtp_tui.clock import Clock
from rtp_tui.model.clients import Scope
from rtp_tui.model.queries import GetEvents
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.model.topics import Topic
from rtp_tui.server import parameters
from rtp_tui.server.bodies import HealthBody, InstrumentBody, health_body, instrument_body
from rtp_tui.server.endpoints import Content, Endpoint, Parameter
from rtp_tui.server.feed_bodies import FeedBody, feed_bodies
from rtp_tui.server.journal import Journal
from rtp_tui.server.metrics import MetricsBody, metrics_body, metrics_text
from rtp_tui.server.overview import StatsBody, StatusBody, stats_body, status_body
from rtp_tui.server.pages import PAGING, EventBody, EventsPage, FeedsPage, InstrumentsPage
from rtp_tui.server.problems import RETRY_AFTER
from rtp_tui.server.readiness import Check, ChecksBody, checks_body, readiness
from rtp_tui.server.responses import json, page

HEALTH, CATALOGUE, PAST = "health", "catalogue", "past"
VERBOSE = Parameter("verbose", "List the checks.", parameters.Flag)


class _Subject(Struct):
    """Of an event's payload: what it is about."""

    instrument: str | None = None


_subject = msgspec.json.Decoder(_Subject)


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

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/livez",
                handler=self.livez,
                summary="Whether the process is alive.",
                room=HEALTH,
                parameters=(VERBOSE,),
                statuses=(200, 503),
                contents=(Content(ChecksBody),),
                scope=Scope.NONE,
            ),
            Endpoint(
                method="GET",
                path="/readyz",
                handler=self.readyz,
                summary="Whether what it says is worth something.",
                room=HEALTH,
                parameters=(VERBOSE,),
                statuses=(200, 503),
                contents=(Content(ChecksBody),),
                scope=Scope.NONE,
            ),
            Endpoint(
                method="GET",
                path="/health",
                handler=self.health,
                summary="The score and what it adds up from.",
                room=HEALTH,
            ),
            Endpoint(
                method="GET",
                path="/status",
                handler=self.status,
                summary="The whole pipeline on one page.",
                room=HEALTH,
            ),
            Endpoint(
                method="GET",
                path="/stats",
                handler=self.stats,
                summary="Counters since the start.",
                room=HEALTH,
            ),
            Endpoint(
                method="GET",
                path="/metrics",
                handler=self.metrics,
                summary="Figures for Prometheus; four of them as JSON where that is accepted.",
                room=HEALTH,
                contents=(
                    Content(str, "text/plain"),
                    Content(str, "application/openmetrics-text"),
                    Content(MetricsBody),
                ),
            ),
            Endpoint(
                method="GET",
                path="/config",
                handler=self.config,
                summary="The effective configuration, without secrets.",
                room=CATALOGUE,
            ),
            Endpoint(
                method="GET",
                path="/feeds",
                handler=self.feeds,
                summary="Feeds and the connections that carry them.",
                room=CATALOGUE,
                parameters=PAGING,
            ),
            Endpoint(
                method="GET",
                path="/instruments",
                handler=self.instruments,
                summary="Configured instruments.",
                room=CATALOGUE,
                parameters=PAGING,
            ),
            Endpoint(
                method="GET",
                path="/events",
                handler=self.events,
                summary="What happened, but prices; ascending.",
                room=PAST,
                parameters=(
                    Parameter("since", "Where the events begin.", parameters.Moment),
                    Parameter("topic", "Only those of one topic.", Topic),
                    Parameter("kind", "Only those of one kind, as `type` in the payload says."),
                    Parameter(
                        "instrument", "Only those about one instrument; a page may then have few or none."
                    ),
                    *PAGING,
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def livez(self, request: Request) -> Response:
        return _checked(self._checks(), request)

    async def readyz(self, request: Request) -> Response:
        return _checked((*self._checks(), *readiness(self._journal.state)), request)

    async def health(self, _request: Request) -> HealthBody:
        return health_body(self._journal.state, self._version, self._clock.now_ms())

    async def status(self, _request: Request) -> StatusBody:
        return status_body(self._journal.state, self._serving(), self._clock.now_ms())

    async def stats(self, _request: Request) -> StatsBody:
        return stats_body(self._journal.state, self._serving(), self._clock.now_ms())

    async def metrics(self, request: Request) -> Response:
        accept = request.headers.get("accept", "")
        if "application/json" in accept:
            return json(metrics_body(self._journal.state), headers={"Vary": "Accept"})
        write, content_type = choose_encoder(accept)
        text = metrics_text(self._journal.state, self._serving(), self._version, write)
        return Response(
            text, headers={"Content-Type": content_type, "Vary": "Accept", "Cache-Control": "no-store"}
        )

    async def feeds(self, request: Request) -> FeedsPage:
        feeds = feed_bodies(self._journal.state)
        return FeedsPage(*page(feeds, _feed_of_an_instrument, request.query_params))

    async def instruments(self, request: Request) -> InstrumentsPage:
        known = map(instrument_body, self._journal.state.market.instruments.values())
        return InstrumentsPage(*page(tuple(known), _id, request.query_params))

    async def config(self, _request: Request) -> Raw:
        return Raw(encode(self._config()))

    async def events(self, request: Request) -> EventsPage:
        given = request.query_params
        query = GetEvents(
            since_ms=parameters.moment_ms(given["since"]) if given.get("since") else 0,
            topic=parameters.choice("topic", given["topic"], Topic) if given.get("topic") else None,
            kind=given.get("kind") or None,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        about = self._named(given.get("instrument"))
        found = await self._api.query(query)
        events = (
            EventBody(one.id, one.at_ms, one.topic, Raw(one.payload.encode()))
            for one in found.events
            if about is None or _instrument_of(one.payload) == about
        )
        return EventsPage(tuple(events), found.next_cursor)

    def _named(self, name: str | None) -> str | None:
        if not name:
            return None
        return parameters.instrument(name, self._journal.state.market.instruments).id


def _instrument_of(payload: str) -> str | None:
    try:
        return _subject.decode(payload).instrument
    except UNDECODABLE:
        return None


def _id(body: InstrumentBody) -> str:
    return body.id


def _feed_of_an_instrument(body: FeedBody) -> str:
    return f"{body.name} {body.instruments[0]}"


def _checked(checks: tuple[Check, ...], request: Request) -> Response:
    is_well = all(check.ok for check in checks)
    is_verbose = parameters.flag("verbose", request.query_params.get("verbose", "false"))
    body = checks_body(checks, is_verbose=is_verbose)
    return json(body) if is_well else json(body, 503, {"Retry-After": RETRY_AFTER})
