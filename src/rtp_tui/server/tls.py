"""The certificate that the server shows, which can be changed while it serves."""

import ssl
from pathlib import Path

OLDEST_VERSION = ssl.TLSVersion.TLSv1_2
HANDSHAKE_WITHIN_S = 5.0
_MISMATCHED = ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
"""OpenSSL's words for a key that is not the certificate's: of the same kind, and of another."""


class TlsUnusable(Exception):
    """A certificate or key that cannot be used; the message names the file."""


class Certificate:
    """A certificate chain with its key, in files.

    `context` is what listens; each handshake is finished by the context that was read last. A new context
    for each reading leaves nothing of an older certificate behind, which loading into the same one would
    where the kind of key changes.
    """

    def __init__(self, certificate: str, key: str) -> None:
        self._certificate = Path(certificate)
        self._key = Path(key)
        self._newest: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Read the files into a context that follows later readings. Raises TlsUnusable."""
        self.reread()
        assert self._newest is not None
        listening = self._newest
        listening.sni_callback = self._show_newest
        return listening

    def reread(self) -> None:
        """Show what the files hold now to those who connect from now on. Raises TlsUnusable, and keeps the old."""
        self._newest = self._read()

    def _show_newest(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        assert self._newest is not None
        connection.context = self._newest

    def _read(self) -> ssl.SSLContext:
        for path in (self._certificate, self._key):
            _require_readable(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = OLDEST_VERSION
        try:
            # A password, so that an encrypted key is an error rather than a question on the terminal.
            context.load_cert_chain(self._certificate, self._key, password="none")  # noqa: S106
        except ssl.SSLError as error:
            raise TlsUnusable(self._fault(error)) from None
        except OSError as error:
            raise TlsUnusable(f"{self._certificate} or {self._key}: {error.strerror}") from None
        return context

    def _fault(self, error: ssl.SSLError) -> str:
        if error.reason in _MISMATCHED:
            return f"tls_key {self._key} is not the key of tls_certificate {self._certificate}"
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(self._certificate)
        except ssl.SSLError:
            return f"tls_certificate {self._certificate} holds no certificate in PEM form"
        return f"tls_key {self._key} holds no usable key in PEM form without a password"


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise TlsUnusable(f"{path} cannot be read: {error.strerror}") from None
