"""Who asks: the address, the name of the token that was shown, and what it allows."""

from msgspec import Struct
from starlette.types import Scope as Connection

from rtp_tui.model.clients import Scope
from rtp_tui.server.tokens import Holder

CALLER_KEY = "rtp.caller"


class Caller(Struct, frozen=True, kw_only=True):
    """Whoever a request or a WebSocket comes from."""

    address: str
    name: str = ""
    scope: Scope = Scope.NONE
    holder: Holder | None = None
    """Of the token that was shown; None where none was needed."""


def caller_of(connection: Connection) -> Caller:
    """The one who was made out when the connection's request arrived."""
    caller = connection[CALLER_KEY]
    assert isinstance(caller, Caller)
    return caller
