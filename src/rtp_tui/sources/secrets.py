"""Finding secrets where the configuration says they are; they are read when they are needed.

A file on a network mount and a keyring may take their time, and whoever needs a secret keeps the loop: they are asked in
a thread. One that is late is waited for once; until it answers again, what it said last is used.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread

from rtp_tui.sources.contract import AccessDenied

LARGEST_SECRET_BYTES = 65_536
PATIENCE_S = 0.5
"""How long a file or a keyring is waited for."""
PATIENCE_WITH_LATE_S = 0.01
"""The same of one that was late the last time."""

SIMULATED = "simulated"
"""References of this kind are what they stand for; a simulated exchange, and nobody else, takes them."""


class Secrets:
    """Reveals what `env:NAME`, `file:PATH` and `keyring:SERVICE/USER` stand for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._places: dict[str, _Place] = {}

    def reveal(self, reference: str) -> str:
        """The secret, without white space around it. Raises AccessDenied where there is none."""
        kind, _, place = reference.partition(":")
        secret = ""
        if kind == "env":
            secret = self._environment.get(place, "")
        elif kind in _READS:
            if reference not in self._places:
                self._places[reference] = _Place(reference, partial(_READS[kind], place))
            secret = self._places[reference].answer()
        elif kind == SIMULATED:
            secret = place
        secret = secret.strip()
        if not secret or not secret.isascii() or not secret.isprintable():
            raise AccessDenied(f"{reference} holds no secret")
        return secret


class _Place:
    """Where a secret is; asked one question at a time."""

    def __init__(self, reference: str, read: Callable[[], str]) -> None:
        self._reference = reference
        self._read = read
        self._asked: Future[str] | None = None
        """What was asked and is not answered yet."""
        self._known: str | None = None
        self._was_late = False

    def answer(self) -> str:
        """What it says now; what it said last where it is late. Raises AccessDenied where it never said anything."""
        asked, self._asked = self._asked, None
        is_new = asked is None
        asked = asked or _in_thread(self._read)
        patience_s = PATIENCE_WITH_LATE_S if self._was_late else PATIENCE_S
        try:
            self._known = asked.result(patience_s if is_new else 0.0)
        except TimeoutError:
            self._asked, self._was_late = asked, True
            if self._known is None:
                raise AccessDenied(f"{self._reference} does not answer") from None
        else:
            self._was_late = not is_new
        return self._known


def _in_thread(read: Callable[[], str]) -> Future[str]:
    """The answer of somebody who may never answer: the thread keeps no process from ending."""
    answer: Future[str] = Future()

    def run() -> None:
        try:
            answer.set_result(read())
        except AccessDenied as error:
            answer.set_exception(error)

    Thread(target=run, name="secret", daemon=True).start()
    return answer


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


_READS: Mapping[str, Callable[[str], str]] = {"file": _of_file, "keyring": _of_keyring}
