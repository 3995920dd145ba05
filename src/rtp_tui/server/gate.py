"""What stands between the network and the application: limits, the certificate, the access log."""

import socket
import ssl

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.access_log import AccessLog
from rtp_tui.server.addresses import TrustedProxies
from rtp_tui.server.door import Door, allow_most_files, files_for_connections
from rtp_tui.server.limits import Bounds, Limits, bounds_of
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.tls import Certificate


class Gate:
    """The transport's side of a server; `bounds` replaces what fits the settings."""

    def __init__(self, settings: ServerSettings, clock: Clock, bounds: Bounds | None = None) -> None:
        self.proxies = TrustedProxies(settings.trusted_proxies)
        self.limits = Limits(
            bounds
            or bounds_of(settings.max_clients, settings.max_clients_per_address, files_for_connections()),
            clock,
            self.proxies,
        )
        self.access_log = AccessLog(settings.access_log, clock)
        self._certificate = (
            Certificate(settings.tls_certificate, settings.tls_key) if settings.tls_certificate else None
        )

    @property
    def is_secure(self) -> bool:
        """TLS is spoken."""
        return self._certificate is not None

    def tls(self) -> ssl.SSLContext | None:
        """What to listen with; None without a certificate. Raises TlsUnusable."""
        return None if self._certificate is None else self._certificate.context()

    def reread(self) -> None:
        """Show what the certificate's files hold now. Raises TlsUnusable, and shows the old one on."""
        if self._certificate is not None:
            self._certificate.reread()

    def door(self, listener: socket.socket) -> Door:
        """Put the limits in front of a listening socket, which is taken over."""
        allow_most_files()
        return Door(listener, self.limits)

    def counted(self, status: ServerStatus) -> ServerStatus:
        """The status with what was refused here."""
        refusals = self.limits.refusals
        return replace(
            status,
            connections=self.limits.connections,
            refused_connections=refusals.connections,
            refused_requests=refusals.requests,
            refused_clients=refusals.clients,
            flooding_clients=refusals.flooding_clients,
            late_requests=refusals.late_requests,
            stalled_responses=refusals.stalled_responses,
            forgotten_addresses=refusals.forgotten_addresses,
            unlogged_requests=self.access_log.lost,
        )
