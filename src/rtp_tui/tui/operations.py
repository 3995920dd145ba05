"""What the console does beside painting: errands, questions, what it tells by itself, and what a person wishes."""

from functools import cached_property
from typing import TYPE_CHECKING

from rtp_tui.tui.asking import Asking
from rtp_tui.tui.errands import Errands
from rtp_tui.tui.files import Files
from rtp_tui.tui.looking_back import LookingBack
from rtp_tui.tui.orders import Orders
from rtp_tui.tui.telling import Telling

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp
    from rtp_tui.tui.evidence import Evidence
    from rtp_tui.tui.wishes import Wishes


class Operations:
    """All of it by name; what only a person asks for is loaded when they first do."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders
        self.errands = Errands(app)
        self.files = Files(app.settings.exports, app.settings.host)
        self.asking = Asking(app, orders)
        self.telling = Telling(app)
        self.looking_back = LookingBack(app, orders)

    @cached_property
    def wishes(self) -> "Wishes":
        """What keys and typed commands ask of the engine."""
        from rtp_tui.tui.wishes import Wishes  # heavy: thirty files that the first picture does without

        return Wishes(self._app, self._orders)

    @property
    def evidence(self) -> "Evidence":
        """Takes pictures and bundles."""
        from rtp_tui.tui.evidence import Evidence  # heavy: loaded with the first picture that is asked for

        return Evidence(self._app, self._orders.log, self.files)
