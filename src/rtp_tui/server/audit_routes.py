"""`/audit`: who ordered what."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.queries import GetEvents, StoredEvent
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.pages import PAGING

PAST = "past"
KIND = str(AuditEntry.__struct_config__.tag)

_entries = msgspec.json.Decoder(AuditEntry)


class AuditBody(Struct, frozen=True, kw_only=True):
    """A command of the past."""

    id: int
    at_ms: int
    name: str
    address: str
    command: str
    subject: str
    outcome: str
    message: str


class AuditPage(Struct, frozen=True):
    """Commands of the past, the newest last."""

    audit: tuple[AuditBody, ...]
    next_cursor: str | None


class AuditRoutes:
    """The written-down commands over HTTP."""

    def __init__(self, api: PipelineApi) -> None:
        self._api = api

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/audit",
                handler=self.list_all,
                summary="Who ordered what, and what came of it; the newest last.",
                room=PAST,
                parameters=(Parameter("since", "Where the commands begin.", parameters.Moment), *PAGING),
            ),
        )

    async def list_all(self, request: Request) -> AuditPage:
        given = request.query_params
        query = GetEvents(
            since_ms=parameters.moment_in(given, "since") or 0,
            kind=KIND,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        found = await self._api.query(query)
        return AuditPage(tuple(body for one in found.events for body in _bodies(one)), found.next_cursor)


def _bodies(stored: StoredEvent) -> Iterator[AuditBody]:
    """The entry as it is sent; none where an older program wrote it in a way that is not known."""
    try:
        entry = _entries.decode(stored.payload)
    except msgspec.DecodeError:
        return
    yield AuditBody(
        id=stored.id,
        at_ms=entry.at_ms,
        name=entry.name,
        address=entry.address,
        command=entry.command,
        subject=entry.subject,
        outcome=entry.outcome,
        message=entry.message,
    )
