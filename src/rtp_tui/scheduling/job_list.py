"""Which jobs there are: the defaults, what the configuration says of them, and what its user changed since."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from rtp_tui.model.errors import BadRequest, UnknownJob
from rtp_tui.model.instrument import Instrument
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.default_jobs import DEFAULT_JOBS
from rtp_tui.scheduling.job import Job
from rtp_tui.scheduling.job_checks import check_job, joined
from rtp_tui.scheduling.settings import JobSettings

MOST_JOBS = 10_000


class JobList:
    """All jobs by id. A job that cannot run is listed, disabled, with the reason.

    `obstacles` tell why a kind of jobs has to rest now; empty: it need not.
    """

    def __init__(
        self,
        kinds: Collection[str],
        instruments: Callable[[], Iterable[Instrument]],
        configured: Iterable[JobSettings],
        changes: Iterable[JobSettings],
        obstacles: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    ) -> None:
        self._obstacles = obstacles
        self._kinds = set(kinds)
        self._instruments = instruments
        self._jobs: dict[str, Job] = {}
        self._changes: dict[str, JobSettings] = {}
        for default in DEFAULT_JOBS:
            self._add_default(default)
        defaults = {default.id: default for default in DEFAULT_JOBS}
        for settings in configured:
            base = self._jobs[settings.id].asked if settings.id in self._jobs else defaults.get(settings.id)
            self._put(settings if base is None else joined(base, settings), removable=False)
        for change in changes:
            self._apply(change)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def get(self, job: str) -> Job:
        """A job by its id. Raises UnknownJob."""
        try:
            return self._jobs[job]
        except KeyError:
            raise UnknownJob(f"there is no job {job[:64]!r}") from None

    def find(self, job: str) -> Job | None:
        """A job by its id, if there is one."""
        return self._jobs.get(job)

    @property
    def changes(self) -> tuple[JobSettings, ...]:
        """What is to be given back as `changes` at the next start."""
        return tuple(self._changes.values())

    def add(self, settings: JobSettings) -> Job:
        """Add a job of the user's. Raises BadRequest, which names the field."""
        if settings.id in self._jobs:
            raise BadRequest(f"id: there is a job {settings.id} already")
        if len(self._jobs) >= MOST_JOBS:
            raise BadRequest(f"id: there are {MOST_JOBS} jobs, which is the most")
        check_job(settings, self._kinds, self._instruments())
        self._changes[settings.id] = settings
        return self._put(settings, removable=True)

    def change(self, change: JobSettings) -> Job:
        """Change what is said of a job. Raises UnknownJob, or BadRequest, which names the field."""
        job = self.get(change.id)
        settings = joined(job.asked, change)
        check_job(settings, self._kinds, self._instruments())
        job.change(settings)
        self._judge(job)
        known = self._changes.get(change.id)
        self._changes[change.id] = change if known is None else joined(known, change)
        return job

    def remove(self, job: str) -> Job:
        """Remove a job that its user added. Raises UnknownJob, BadRequest."""
        found = self.get(job)
        if not found.removable:
            raise BadRequest(f"job: {job} is a default or stands in the configuration; disable it instead")
        del self._jobs[job]
        self._changes.pop(job, None)
        return found

    def offer(self, kind: str) -> None:
        """Something can run a kind of jobs from now on."""
        self._kinds.add(kind)

    def refresh(self) -> None:
        """Instruments came or went: a default appears with the first that it is for, and faults are judged anew."""
        for default in DEFAULT_JOBS:
            if default.id not in self._jobs:
                self._add_default(default)
            elif default.instruments:
                self._widen(self._jobs[default.id], default.instruments)
        for job in self._jobs.values():
            self._judge(job)

    def _widen(self, job: Job, patterns: tuple[str, ...]) -> None:
        """Let a default serve all of its own classes of which there is anything."""
        asked = job.asked.instruments or ()
        found = tuple(pattern for pattern in patterns if selected((pattern,), self._instruments()))
        if set(asked) <= set(patterns) and set(found) > set(asked):
            job.change(replace(job.asked, instruments=found))

    def _add_default(self, default: JobSettings) -> None:
        """A default names whole classes; those of which nothing is configured are left out, and it with them."""
        patterns = default.instruments or ()
        found = tuple(pattern for pattern in patterns if selected((pattern,), self._instruments()))
        if default.kind in self._kinds and (found or not patterns):
            self._put(replace(default, instruments=found or None), removable=False)

    def _apply(self, change: JobSettings) -> None:
        known = self._jobs.get(change.id)
        self._changes[change.id] = change
        if known is None:
            self._put(change, removable=True)
        else:
            self._put(joined(known.asked, change), removable=known.removable)

    def _put(self, settings: JobSettings, *, removable: bool) -> Job:
        job = Job(settings, removable=removable)
        self._judge(job)
        self._jobs[settings.id] = job
        return job

    def _judge(self, job: Job) -> None:
        """Note what keeps it from running, if anything does."""
        obstacle = self._obstacles.get(job.asked.kind or "")
        job.obstacle = obstacle() if obstacle is not None else ""
        try:
            check_job(job.asked, self._kinds, self._instruments())
        except BadRequest as refusal:
            job.fault = refusal.message
        else:
            job.fault = ""
