"""`/events`: what happened, but prices."""

from msgspec import Raw, Struct, json
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.wire import UNDECODABLE
from rtp_tui.model.queries import GetEvents
from rtp_tui.model.topics import Topic
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING, EventBody, EventsPage

PAST = "past"


class _Subject(Struct):
    """Of an event's payload: what it is about."""

    instrument: str | None = None


_subject = json.Decoder(_Subject)


class EventRoutes:
    """Past events over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
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

    async def events(self, request: Request) -> EventsPage:
        given = request.query_params
        query = GetEvents(
            since_ms=parameters.moment_in(given, "since") or 0,
            topic=parameters.choice("topic", given["topic"], Topic) if given.get("topic") else None,
            kind=given.get("kind") or None,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        about = parameters.instrument_in(given, self._journal.state.market.instruments)
        found = await self._api.query(query)
        events = (
            EventBody(one.id, one.at_ms, one.topic, Raw(one.payload.encode()))
            for one in found.events
            if about is None or _instrument_of(one.payload) == about
        )
        return EventsPage(tuple(events), found.next_cursor)


def _instrument_of(payload: str) -> str | None:
    try:
        return _subject.decode(payload).instrument
    except UNDECODABLE:
        return None
