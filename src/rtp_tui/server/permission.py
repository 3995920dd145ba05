"""What a request needs, and whether a caller's commands are taken."""

from rtp_tui.model.clients import Scope
from rtp_tui.model.errors import NotAllowed, ReadOnly
from rtp_tui.server.caller import Caller

CONTROL_NEEDED = "commands need a token with scope control"

_OPEN_PATHS = frozenset({"/", "/livez", "/readyz"})
_READING_METHODS = frozenset({"GET", "HEAD"})
_QUESTIONS = frozenset({"/api/query"})
"""What is posted because of its size, and changes nothing."""


def scope_needed(method: str, path: str) -> Scope:
    """What a request may need by its method and path alone, so that no route can forget to ask."""
    if method in _READING_METHODS:
        return Scope.NONE if path in _OPEN_PATHS else Scope.READ
    return Scope.READ if method == "POST" and path in _QUESTIONS else Scope.CONTROL


class Permission:
    """Control needs a caller who may, and a server that takes commands at all."""

    def __init__(self, *, is_read_only: bool) -> None:
        self._is_read_only = is_read_only

    def check(self, caller: Caller) -> None:
        """Return when commands are taken from this caller. Raises ReadOnly, NotAllowed."""
        if self._is_read_only:
            raise ReadOnly("this server does not take commands")
        if not caller.scope.may_control:
            raise NotAllowed(CONTROL_NEEDED)
