"""Finding secrets where the configuration says they are; they are read when they are needed, and kept nowhere."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from rtp_tui.sources.contract import AccessDenied

LARGEST_SECRET_BYTES = 65_536

SIMULATED = "simulated"
"""References of this kind are what they stand for; a simulated exchange, and nobody else, takes them."""


class Secrets:
    """Reveals what `env:NAME`, `file:PATH` and `keyring:SERVICE/USER` stand for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def reveal(self, reference: str) -> str:
        """The secret, without white space around it. Raises AccessDenied where there is none."""
        kind, _, place = reference.partition(":")
        secret = ""
        if kind == "env":
            secret = self._environment.get(place, "")
        elif kind == "file":
            secret = _of_file(place)
        elif kind == "keyring":
            secret = _of_keyring(place)
        elif kind == SIMULATED:
            secret = place
        secret = secret.strip()
        if not secret or not secret.isascii() or not secret.isprintable():
            raise AccessDenied(f"{reference} holds no secret")
        return secret


def _of_file(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_SECRET_BYTES).decode()
    except (OSError, ValueError):
        return ""


def _of_keyring(place: str) -> str:
    service, _, user = place.partition("/")
    try:
        # An extra of its own, which most installations lack.
        return str(import_module("keyring").get_password(service, user) or "")
    except ImportError:
        raise AccessDenied("secrets of a keyring need the package keyring") from None
    except Exception as error:  # noqa: BLE001 - what stands behind a keyring raises what it likes
        raise AccessDenied(f"keyring:{place} cannot be asked: {type(error).__name__}") from None
