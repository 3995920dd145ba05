"""The certificates that outgoing connections trust."""

import ssl
from collections.abc import Callable
from pathlib import Path

from rtp_tui.net.settings import NetSettings

Certificates = Callable[[NetSettings], ssl.SSLContext]
"""Reads those that are trusted where `ca_file` names none."""


class Trust:
    """Certificates take 20 ms to read, in the loop, and 0.7 MB: connections that share this read them once.

    `ca_file` is read again when it has changed.
    """

    def __init__(self, settings: NetSettings) -> None:
        self._settings = settings
        self._made: dict[Certificates, tuple[int | None, ssl.SSLContext]] = {}

    def context(self, certificates: Certificates) -> ssl.SSLContext:
        """What to connect with. Raises OSError, whose `strerror` names the file."""
        file = self._settings.ca_file
        changed_ns = _changed_ns(file) if file else 0
        made = self._made.get(certificates)
        if made is None or made[0] != changed_ns:
            made = changed_ns, tls_context(self._settings) or certificates(self._settings)
            self._made[certificates] = made
        return made[1]


def tls_context(settings: NetSettings) -> ssl.SSLContext | None:
    """Trust of the configured file of certificates; None leaves the library's own.

    Raises OSError, whose `strerror` names the file.
    """
    if not settings.ca_file:
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except ssl.SSLError as error:
        raise OSError(error.errno, f"net.ca_file {settings.ca_file} holds no certificates") from None
    except OSError as error:
        raise OSError(error.errno, f"net.ca_file {settings.ca_file}: {error.strerror}") from None


def _changed_ns(path: str) -> int | None:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return None
