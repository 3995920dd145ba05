"""Whether commands are taken."""

from rtp_tui.model.errors import ReadOnly
from rtp_tui.server.problems import Unacceptable
from rtp_tui.server.settings import ServerSettings


class Permission:
    """Everybody who reaches this machine's loopback may read; control can be switched off."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings

    def check(self) -> None:
        """Return when commands are taken. Raises ReadOnly, or Unacceptable with code not_allowed."""
        if self._settings.read_only:
            raise ReadOnly("this server does not take commands")
        if not self._settings.local_control:
            raise Unacceptable("not_allowed", "commands need a token: local_control is off")
