"""What a client says of a job that it adds or changes, over HTTP and WebSocket alike."""

from msgspec import Struct

from rtp_tui.model.commands import SaveJob
from rtp_tui.model.instrument import Priority


class JobChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a job shall change: what is left out, or null, stays as it is."""

    kind: str | None = None
    instruments: tuple[str, ...] | None = None
    interval_ms: int | None = None
    cron: str | None = None
    timezone: str | None = None
    after_close: str | None = None
    enabled: bool | None = None
    max_retries: int | None = None
    timeout_ms: int | None = None
    priority: Priority | None = None
    category: str | None = None


class NewJob(JobChange, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A job that shall be."""

    id: str


def command_to_save(id: str, change: JobChange, *, adds: bool) -> SaveJob:  # noqa: A002 - as the job names it
    """The command that brings it about."""
    return SaveJob(id=id, adds=adds, **{name: getattr(change, name) for name in JobChange.__struct_fields__})
