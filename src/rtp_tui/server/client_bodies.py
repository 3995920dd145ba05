"""Followers as other programs read them."""

from msgspec import Struct, convert, structs

from rtp_tui.model.clients import ClientStatus, Scope


class ClientBody(Struct, frozen=True, kw_only=True):
    """One follower on the WebSocket."""

    id: int
    address: str
    name: str = ""
    scope: Scope
    connected_ms: int
    channels: int
    conflate_ms: int
    sent: int
    sent_bytes: int
    rate: float
    buffered_bytes: int
    gaps: int
    behind: bool = False


def client_body(client: ClientStatus) -> ClientBody:
    """A follower under the names of the interface."""
    body = convert(client, ClientBody, from_attributes=True)
    return structs.replace(body, behind=client.is_behind)
