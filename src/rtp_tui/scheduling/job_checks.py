"""What can be a job: defaults and changes joined, and what they must be together."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from msgspec.structs import asdict, replace

from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import Instrument, Priority
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.schedule import AfterClose, Cron, Every, Schedule, duration_text
from rtp_tui.scheduling.settings import JobSettings

DEFAULT_RETRIES = 3
DEFAULT_TIMEOUT_MS = 30_000
SHORTEST_INTERVAL_MS = 100
LONGEST_INTERVAL_MS = 366 * 86_400_000
MOST_RETRIES = 100
NEVER_CLOSES = "24x7"
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TIME_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_TIMES = ("interval_ms", "cron", "after_close")


def joined(job: JobSettings, change: JobSettings) -> JobSettings:
    """A job with what a change says; the change's kind of schedule takes the place of another kind."""
    said = {name: value for name, value in asdict(change).items() if value is not None}
    if any(name in said for name in _TIMES):
        said = dict.fromkeys(_TIMES) | said
    return replace(job, **said)


def completed(job: JobSettings) -> JobSettings:
    """A job with every setting said that has a default."""
    timeout_ms = min(DEFAULT_TIMEOUT_MS, job.interval_ms or DEFAULT_TIMEOUT_MS)
    return replace(
        job,
        timezone=job.timezone or "UTC",
        enabled=job.enabled is not False,
        max_retries=DEFAULT_RETRIES if job.max_retries is None else job.max_retries,
        timeout_ms=timeout_ms if job.timeout_ms is None else job.timeout_ms,
        priority=job.priority or Priority.MEDIUM,
        category=job.category or job.kind or "",
    )


def check_job(job: JobSettings, kinds: Collection[str], instruments: Iterable[Instrument]) -> None:
    """Raise BadRequest, which names the field, for what cannot be a job."""
    if not _ID.fullmatch(job.id):
        raise BadRequest(f'id: "{job.id}" is not an id such as crypto-prices')
    if job.kind not in kinds:
        raise BadRequest(f"kind: {job.kind or 'nothing'} is not one of {', '.join(sorted(kinds))}")
    _check_times(job)
    _check_run(job)
    _check_instruments(job, tuple(instruments))


def schedule_of(job: JobSettings) -> Schedule:
    """When a checked job runs."""
    if job.interval_ms is not None:
        return Every(job.interval_ms)
    if job.cron is not None:
        return Cron(job.cron, job.timezone or "UTC")
    return AfterClose(job.after_close or "")


def _check_times(job: JobSettings) -> None:
    times = [name for name in _TIMES if getattr(job, name) is not None]
    if len(times) != 1:
        said = " and ".join(times) if times else "none"
        raise BadRequest(f"{times[-1] if times else 'interval_ms'}: a job has one schedule, this has {said}")
    if job.interval_ms is not None and not SHORTEST_INTERVAL_MS <= job.interval_ms <= LONGEST_INTERVAL_MS:
        raise BadRequest(
            f"interval_ms: {job.interval_ms} is not between {SHORTEST_INTERVAL_MS} and {LONGEST_INTERVAL_MS}"
        )
    if job.cron is not None:
        _check_cron(job.cron)
    _check_zone(job.timezone or "UTC")
    if job.after_close == "" or job.after_close == NEVER_CLOSES:
        raise BadRequest(f'after_close: "{job.after_close}" is no market that closes')


def _check_cron(expression: str) -> None:
    try:
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise BadRequest(f'cron: "{expression}" is not a cron expression: {error}') from None
    except StopIteration:
        raise BadRequest(f'cron: "{expression}" never comes') from None


def _check_zone(name: str) -> None:
    try:
        if _TIME_ZONE.fullmatch(name):
            ZoneInfo(name)
            return
    except (ValueError, OSError, LookupError):
        pass
    raise BadRequest(f'timezone: "{name}" is no time zone, such as America/Bogota')


def _check_run(job: JobSettings) -> None:
    retries, timeout_ms = job.max_retries or 0, job.timeout_ms
    if not 0 <= retries <= MOST_RETRIES:
        raise BadRequest(f"max_retries: {retries} is not between 0 and {MOST_RETRIES}")
    if timeout_ms is None:
        return
    if timeout_ms <= 0:
        raise BadRequest(f"timeout_ms: {timeout_ms} is not a duration")
    if job.interval_ms is not None and timeout_ms > job.interval_ms:
        raise BadRequest(
            f"timeout_ms: {duration_text(timeout_ms)} is longer than the interval of"
            f" {duration_text(job.interval_ms)}"
        )


def _check_instruments(job: JobSettings, instruments: tuple[Instrument, ...]) -> None:
    for pattern in job.instruments or ():
        if not selected((pattern,), instruments):
            raise BadRequest(f'instruments: "{pattern}" names no instrument that is configured')
