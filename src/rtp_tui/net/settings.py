"""Settings of outgoing connections."""

from msgspec import Struct


class NetSettings(Struct, frozen=True, kw_only=True):
    """How the outside world is reached."""

    proxy: str = "env"
    """`env`, `none` or a URL."""
    ca_file: str = ""
