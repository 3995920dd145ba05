"""The server, where one is wanted."""

import logging
from collections.abc import Callable

from rtp_tui import __version__
from rtp_tui.api.clients import Clients
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.config.document import document
from rtp_tui.monitoring.load import Meters
from rtp_tui.resilience.supervisor import Supervisor

_log = logging.getLogger(__name__)


def nothing() -> None:
    """No file is read again."""


def add_server(
    supervisor: Supervisor,
    handlers: Handlers,
    api: LocalPipeline,
    ground: Ground,
    around: Surroundings,
    meters: Meters | None = None,
) -> Callable[[], None]:
    """Add the server where one is wanted; returns what reads its files again."""
    settings, announce = ground.settings, ground.pipeline.announce
    if not (settings.features.server and (around.must_serve or settings.server.enabled)):
        if around.must_serve:
            _log.warning("nothing is served: the server is switched off (features.server)")
        Clients(None).take_over(handlers)
        return nothing
    from rtp_tui.server.app import Server  # heavy: a console without a server does not load it

    server = Server(
        api,
        settings.server,
        ground.clock,
        version=__version__,
        on_status=announce,
        on_clients=announce,
        on_audit=announce,
        on_listening=around.on_listening,
        config=lambda: document(around.up_to_date(settings)),
        meters=meters,
    )
    if around.must_serve:
        server.open(around.listener)
    # Last, so that its first answers are those of an engine whose every part has begun to tell of itself.
    supervisor.add("server", server.run, after=supervisor.names)
    Clients(server).take_over(handlers)
    return server.reread
