"""Whether a caller's commands are taken."""

from rtp_tui.model.errors import NotAllowed, ReadOnly
from rtp_tui.server.caller import Caller


class Permission:
    """Control needs a caller who may, and a server that takes commands at all."""

    def __init__(self, *, is_read_only: bool) -> None:
        self._is_read_only = is_read_only

    def check(self, caller: Caller) -> None:
        """Return when commands are taken from this caller. Raises ReadOnly, NotAllowed."""
        if self._is_read_only:
            raise ReadOnly("this server does not take commands")
        if not caller.scope.may_control:
            raise NotAllowed("commands need a token with scope control")
