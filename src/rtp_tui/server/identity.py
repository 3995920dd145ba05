"""Makes out who asks, before anything is answered.

With a token file a token says what its holder may do, from wherever it is shown. Without one, programs of
this machine may read, and control unless `local_control` is false; others may read where the server was
opened to them with `insecure`, and never control.
"""

import logging
from math import ceil

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from rtp_tui.api.audit import Audit
from rtp_tui.model.clients import Scope
from rtp_tui.model.errors import NotAllowed, NotAuthenticated, Refused, TooManyRequests
from rtp_tui.server.addresses import TrustedProxies, is_loopback
from rtp_tui.server.caller import CALLER_KEY, Caller
from rtp_tui.server.guesses import Guesses
from rtp_tui.server.permission import CONTROL_NEEDED, scope_needed
from rtp_tui.server.problems import problem_of
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.tokens import Tokens

_log = logging.getLogger("rtp_tui.server")

TOKEN_NEEDED = "a token is needed, or the one that was shown is not known"  # noqa: S105 - words about one
TOO_MANY_GUESSES = "too many tokens from there were not known; wait"
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


class Identity:
    """Knows callers by their tokens, or by where they are where there is no token file."""

    def __init__(self, settings: ServerSettings, tokens: Tokens | None, guesses: Guesses) -> None:
        self._settings = settings
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._tokens = tokens
        self._guesses = guesses

    @property
    def demands_token(self) -> bool:
        """Whether nobody is known without one."""
        return self._tokens is not None

    def address_of(self, connection: Connection) -> str:
        """Where a connection comes from, behind the proxies that are trusted."""
        return self._proxies.address_of(connection)

    def caller(self, address: str, headers: list[tuple[bytes, bytes]]) -> Caller:
        """Whoever sent these headers from an address. Raises NotAuthenticated, TooManyRequests."""
        if self._tokens is None:
            return Caller(address=address, scope=self._scope_of_place(address, headers))
        shown = [value for name, value in headers if name == b"authorization"]
        return self.holder(_token(shown), address) if shown else Caller(address=address)

    def holder(self, token: str, address: str) -> Caller:
        """Whoever shows a token. Raises NotAuthenticated, TooManyRequests."""
        if self._tokens is None:
            raise NotAuthenticated(TOKEN_NEEDED)
        if self._guesses.wait_s(address):
            # A good one is not looked at either: the answers would tell it from the bad ones.
            self._guesses.note_unheard()
            raise TooManyRequests(TOO_MANY_GUESSES)
        found = self._tokens.caller(token)
        if found is None:
            self._guesses.note_bad(address)
            if self._guesses.wait_s(address):
                _log.warning(
                    "%s showed too many bad tokens; none from there is looked at for a while", address
                )
            raise NotAuthenticated(TOKEN_NEEDED)
        return Caller(address=address, name=found.name, scope=found.scope, holder=found)

    def still_knows(self, caller: Caller) -> bool:
        """Whether a caller would be made out as the same now."""
        return self._tokens is None or (
            caller.holder is not None and self._tokens.are_those_of(caller.holder)
        )

    def wait_s(self, address: str) -> int:
        """Whole seconds until a token from an address is looked at again."""
        return ceil(self._guesses.wait_s(address))

    def _scope_of_place(self, address: str, headers: list[tuple[bytes, bytes]]) -> Scope:
        # What a proxy on this machine hands on comes from anywhere.
        is_forwarded = any(name in _FORWARDED for name, _ in headers)
        if is_loopback(address) and not is_forwarded:
            return Scope.CONTROL if self._settings.local_control else Scope.READ
        return Scope.READ if self._settings.insecure else Scope.NONE


class IdentityMiddleware:
    """Puts the caller into the connection's scope, or refuses, before any body is read.

    A WebSocket may come in without a token and show it in its first message.
    """

    def __init__(self, app: ASGIApp, identity: Identity, audit: Audit) -> None:
        self._app = app
        self._identity = identity
        self._audit = audit

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        address = self._identity.address_of(connection)
        try:
            connection[CALLER_KEY] = self._caller(connection, address)
        except Refused as refusal:
            await self._refusal(refusal, connection, address)(connection, receive, send)
        else:
            await self._app(connection, receive, send)

    def _caller(self, connection: Connection, address: str) -> Caller:
        method, path = connection.get("method", "GET"), connection["path"]
        needed = scope_needed(method, path)
        is_websocket = connection["type"] == "websocket"
        if needed is Scope.NONE and not is_websocket:
            return Caller(address=address)
        caller = self._identity.caller(address, connection["headers"])
        if is_websocket and self._identity.demands_token:
            return caller
        if not caller.scope.may_read:
            raise NotAuthenticated(TOKEN_NEEDED)
        if needed.may_control and not caller.scope.may_control:
            self._audit.note_denied(method, path, CONTROL_NEEDED, name=caller.name, address=address)
            raise NotAllowed(CONTROL_NEEDED)
        return caller

    def _refusal(self, refusal: Refused, connection: Connection, address: str) -> Response:
        answer = problem_of(refusal)
        if isinstance(refusal, NotAuthenticated):
            answer.headers["WWW-Authenticate"] = "Bearer"
        if isinstance(refusal, TooManyRequests):
            answer.headers["Retry-After"] = str(max(1, self._identity.wait_s(address)))
        if connection.get("method", "GET") not in ("GET", "HEAD"):
            # The body that nobody reads must not be taken for the next request.
            answer.headers["Connection"] = "close"
        return answer


def _token(shown: list[bytes]) -> str:
    """The one token in `Authorization: Bearer TOKEN`; empty, which is nobody's, where it is anything else."""
    scheme, _, token = shown[0].decode("latin-1").partition(" ")
    return token.strip() if len(shown) == 1 and scheme.lower() == "bearer" else ""
