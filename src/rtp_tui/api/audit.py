"""Who ordered what, and what came of it: kept with the other events, for those who ask later."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.commands import Command
from rtp_tui.model.errors import NotAllowed, ReadOnly, Refused
from rtp_tui.model.events import Update
from rtp_tui.model.queries import Query
from rtp_tui.text import redacted, safe

AnswerT = TypeVar("AnswerT")

DONE, UNFINISHED = "done", "unfinished"
"""`unfinished` is a command that met a bug, or whose caller went before it was carried out."""
CONSOLE = "console"
DENIALS, DENIALS_WITHIN_S = 60, 60.0
"""So many commands of those who may not give any are written down in that time; the rest are counted."""
_SUBJECT_LENGTH, _MESSAGE_LENGTH = 128, 200
_NAMING_FIELDS = (
    *("job", "feed", "breaker", "id", "instruments", "instrument", "client", "channel"),
    *("portfolio", "watchlist", "fault", "venue", "pattern", "rule", "name"),
)
_DENIED = frozenset({NotAllowed.code, ReadOnly.code})


class Audit:
    """Announces every command with whoever gave it."""

    def __init__(self, announce: Callable[[AuditEntry], None], clock: Clock) -> None:
        self.unlisted = 0
        """Denied commands that were not written down because there were too many."""
        self._announce = announce
        self._clock = clock
        self._denials = 0
        self._since_s = clock.monotonic()

    @contextmanager
    def noting(self, command: Command[object], *, name: str, address: str) -> Iterator[None]:
        """Write down what becomes of a command while the block carries it out."""
        given_ms = self._clock.now_ms()
        outcome, message = UNFINISHED, ""
        try:
            yield
            outcome = DONE
        except Refused as refusal:
            outcome, message = refusal.code, refusal.message
            raise
        finally:
            entry = AuditEntry(
                at_ms=given_ms,
                name=name,
                address=address,
                command=str(command.__struct_config__.tag),
                subject=subject_of(command),
                outcome=outcome,
                message=_message(command, message),
            )
            self._note(entry)

    def note_denied(self, request: str, path: str, reason: str, *, name: str, address: str) -> None:
        """Write down a request that was refused before anybody read which command it was."""
        entry = AuditEntry(
            at_ms=self._clock.now_ms(),
            name=name,
            address=address,
            command=safe(request, _SUBJECT_LENGTH),
            subject=safe(path, _SUBJECT_LENGTH),
            outcome=NotAllowed.code,
            message=safe(reason, _MESSAGE_LENGTH),
        )
        self._note(entry)

    def _note(self, entry: AuditEntry) -> None:
        if entry.outcome not in _DENIED or self._has_room():
            self._announce(entry)
        else:
            self.unlisted += 1

    def _has_room(self) -> bool:
        """Whoever may not give commands must not fill the history by trying."""
        now_s = self._clock.monotonic()
        if now_s - self._since_s > DENIALS_WITHIN_S:
            self._since_s, self._denials = now_s, 0
        self._denials += 1
        return self._denials <= DENIALS


class AuditedPipeline:
    """A door whose commands are written down as those of one person."""

    def __init__(self, api: PipelineApi, audit: Audit, name: str = CONSOLE) -> None:
        self._api = api
        self._audit = audit
        self._name = name

    def watch(self, conflate_ms: int = 100) -> AbstractAsyncContextManager[AsyncIterator[Update]]:
        """See `PipelineApi.watch`."""
        return self._api.watch(conflate_ms)

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`."""
        return await self._api.query(query)

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`."""
        with self._audit.noting(command, name=self._name, address=""):
            return await self._api.execute(command)


def subject_of(command: Command[object]) -> str:
    """What a command names first; empty where it is about everything."""
    for field in _NAMING_FIELDS:
        value = getattr(command, field, None)
        if value not in (None, ""):
            names = value if isinstance(value, tuple) else (value,)
            return safe(", ".join(map(_name_of, names)), _SUBJECT_LENGTH)
    return ""


def _name_of(value: object) -> str:
    """The id or the name of what has one, else what it says itself."""
    return str(getattr(value, "id", None) or getattr(value, "name", value))


def _message(command: Command[object], refusal: str) -> str:
    """Which of its actions was ordered, and why it was refused."""
    action = getattr(command, "action", "")
    return redacted(safe(": ".join(filter(None, (str(action), refusal))), _MESSAGE_LENGTH))
