"""Settings of the server."""

from msgspec import Struct


class ServerSettings(Struct, frozen=True, kw_only=True):
    """Where the server listens and whom it lets in."""

    enabled: bool = False
    name: str = ""
    environment: str = ""
    """`prod` turns the frames of all consoles red."""
    host: str = "127.0.0.1"
    port: int = 8080
    token_file: str = ""
    insecure: bool = False
    """Listen beyond loopback without tokens."""
    local_control: bool = True
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    tls_certificate: str = ""
    tls_key: str = ""
    access_log: str = ""
    """A file for a line per request."""
    max_clients: int = 2000
    max_clients_per_address: int = 100
    read_only: bool = False
