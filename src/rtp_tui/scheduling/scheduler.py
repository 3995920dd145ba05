"""Runs jobs when their turn comes, and does what its operator asks of them.

One sleeper waits for the first turn of all jobs, for a minute at most; a job that is idle costs nothing.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import cast

from msgspec.structs import asdict

from rtp_tui.clock import Clock
from rtp_tui.model.commands import ControlJob, Done, JobAction, RemoveJob, SaveJob, TriggerJob
from rtp_tui.model.errors import BadRequest, Failed, Unavailable
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobOutcome, JobRemoved, JobRun, JobStatus
from rtp_tui.scheduling.adaptive_rate import MarketPaces, Pace, selected
from rtp_tui.scheduling.agenda import Agenda
from rtp_tui.scheduling.dispatcher import MAX_RUNNING, Dispatcher, Retries, Runner
from rtp_tui.scheduling.job import Job, Run
from rtp_tui.scheduling.job_list import JobList
from rtp_tui.scheduling.narrowing import markets_of, narrowed
from rtp_tui.scheduling.schedule import Every, Moment, Taken
from rtp_tui.scheduling.settings import JobKind, JobSettings
from rtp_tui.scheduling.volatility import Volatility

POLL = "poll"
"""The kind of jobs that ask for prices."""
SHORTEST_REST_S = 0.005
"""Turns within so little of each other are taken at once."""
CANCEL_WITHIN_S = 5.0


class Scheduler:
    """Jobs: the defaults, the configured `jobs`, and the user's `changes`, which `remember` is handed when they change.

    `instruments` gives those that jobs may name, `obstacles` why a kind of jobs has to rest (empty: it need not),
    `jitter` numbers in [0, 1) for the waits between attempts,
    `is_retryable` whether what a runner raised may pass.
    """

    def __init__(
        self,
        clock: Clock,
        calendar: MarketPaces,
        announce: Callable[[JobStatus | JobRun | JobRemoved], None],
        runners: Mapping[str, Runner],
        *,
        jobs: Iterable[JobSettings] = (),
        changes: Iterable[JobSettings] = (),
        instruments: Callable[[], Iterable[Instrument]] = tuple,
        obstacles: Mapping[str, Callable[[], str]] = MappingProxyType({}),
        remember: Callable[[tuple[JobSettings, ...]], None] = lambda _: None,
        max_running: int = MAX_RUNNING,
        retries: Retries = Retries(),  # noqa: B008 - frozen
        jitter: Callable[[], float] = random.random,
        is_retryable: Callable[[Exception], bool] = lambda _: True,
        volatility: Volatility | None = None,
    ) -> None:
        self._clock = clock
        self._calendar = calendar
        self._announce = announce
        self._instruments = instruments
        self._remember = remember
        self._runners = dict(runners)
        self._jobs = JobList(runners, instruments, jobs, changes, obstacles)
        self._agenda = Agenda(calendar)
        self._dispatcher = Dispatcher(
            clock,
            self._runners,
            self._say,
            max_running=max_running,
            retries=retries,
            jitter=jitter,
            is_retryable=is_retryable,
        )
        self._volatility = volatility
        self._is_woken = asyncio.Event()

    def restore(self, statuses: Iterable[JobStatus]) -> None:
        """Go on from the statistics of an earlier run of the engine; call it before `run`."""
        for status in statuses:
            job = self._jobs.find(status.id)
            if job is not None:
                job.statistics.restore(status)
                job.next_run_ms, job.progress = status.next_run_ms, status.progress

    def closes(self) -> frozenset[str]:
        """The markets whose close starts a job."""
        return frozenset(job.settings.after_close for job in self._jobs if job.settings.after_close)

    def statuses(self) -> tuple[JobStatus, ...]:
        """All jobs as of now."""
        return tuple(job.status() for job in self._jobs)

    def offer(self, kind: str, runner: Runner) -> None:
        """Have a kind of jobs run that nothing could run before."""
        if kind not in self._runners:
            self._runners[kind] = runner
            self._jobs.offer(kind)

    def replan(self) -> None:
        """Instruments came or went: plan the jobs anew that this changes."""
        before = {job.id: (job.is_scheduled, job.markets, job.asked) for job in self._jobs}
        self._jobs.refresh()
        for job in self._jobs:
            markets = markets_of(job.settings, self._instruments())
            if before.get(job.id) != (job.is_scheduled, markets, job.asked):
                self._plan(job)

    async def run(self) -> None:
        """Run jobs for ever; when cancelled, runs that go on are cancelled too."""
        async with asyncio.TaskGroup() as group:
            self._dispatcher.open(group)
            try:
                self._begin(self._moment())
                while True:
                    self._take_turns(self._moment())
                    await self._rest(self._agenda.wait_s(self._moment()))
            finally:
                self._dispatcher.close()

    async def trigger(self, command: TriggerJob) -> JobRun:
        """Run a job now and say how it ended; one that runs is waited for.

        Raises UnknownJob, BadRequest, Unavailable, Failed.
        """
        job = self._jobs.get(command.job)
        if job.hindrance:
            raise BadRequest(job.hindrance)
        if command.restart:
            await self._cancel(job)
        if not self._dispatcher.is_open:
            raise Unavailable("jobs do not run while the pipeline is stopped")
        run = job.run
        if run is None:
            run = Run(job, job.settings, self._clock.monotonic(), triggered=True)
            job.last_s = dict.fromkeys(job.markets, run.due_s)
            self._dispatcher.submit(run)
        else:
            self._dispatcher.hurry(run)
        await run.ended.wait()
        assert run.result is not None
        return run.result

    def is_by_hand(self, job: str) -> bool:
        """Whether a person asked for the run of a job that goes on. Raises UnknownJob."""
        run = self._jobs.get(job).run
        return run is not None and run.triggered

    async def control(self, command: ControlJob) -> Done:
        """Pause, resume, cancel, enable or disable a job. Raises UnknownJob, BadRequest, Failed."""
        job = self._jobs.get(command.job)
        match command.action:
            case JobAction.PAUSE:
                job.is_paused = True
            case JobAction.RESUME:
                job.is_paused = False
            case JobAction.CANCEL:
                return await self._cancel(job)
            case JobAction.ENABLE | JobAction.DISABLE:
                is_enabled = command.action is JobAction.ENABLE
                self._change(JobSettings(id=job.id, enabled=is_enabled))
        self._plan(job)
        return Done(message=f"{job.id} is {job.state.value}", affected=(job.id,))

    async def save(self, command: SaveJob) -> JobStatus:
        """Add a job or change one. Raises UnknownJob, or BadRequest, which names the field."""
        said = asdict(command)
        del said["adds"]
        settings = JobSettings(**said | {"kind": cast("JobKind | None", command.kind)})
        if command.adds:
            job = self._jobs.add(settings)
            self._remember(self._jobs.changes)
        else:
            job = self._change(settings)
        self._plan(job)
        return job.status()

    async def remove(self, command: RemoveJob) -> Done:
        """Remove a job that was added, ending its run. Raises UnknownJob, BadRequest, Failed."""
        job = self._jobs.remove(command.job)
        self._agenda.drop(job.id)
        self._remember(self._jobs.changes)
        try:
            await self._cancel(job)
        finally:
            self._announce(JobRemoved(id=job.id))
        return Done(message=f"{job.id} is removed", affected=(job.id,))

    def _change(self, change: JobSettings) -> Job:
        job = self._jobs.change(change)
        self._remember(self._jobs.changes)
        return job

    async def _cancel(self, job: Job) -> Done:
        run = job.run
        if run is None:
            return Done(message=f"{job.id} is not running")
        self._dispatcher.cancel(run)
        try:
            async with self._clock.timeout(CANCEL_WITHIN_S):
                await run.ended.wait()
        except TimeoutError:
            raise Failed(f"{job.id} did not end within {CANCEL_WITHIN_S:g} s") from None
        return Done(message=f"the run of {job.id} is cancelled", affected=(job.id,))

    def _moment(self) -> Moment:
        return Moment(self._clock.now_ms(), self._clock.monotonic())

    def _begin(self, now: Moment) -> None:
        """Plan all jobs; a turn that nobody was there to take, and that is not made up for, was missed."""
        for job in self._jobs:
            unseen_ms = job.next_run_ms
            self._plan_turns(job, unseen_ms)
            is_past = job.is_scheduled and unseen_ms is not None and unseen_ms < now.wall_ms
            job.statistics.missed += is_past and job.next_run_ms != unseen_ms
            self._announce(job.status())

    def _plan(self, job: Job) -> None:
        """Plan a job's turns anew, and say so."""
        self._plan_turns(job)
        self._is_woken.set()
        self._announce(job.status())

    def _plan_turns(self, job: Job, unseen_ms: int | None = None) -> None:
        """Plan a job's turns, or none while it is paused, disabled or nothing runs."""
        self._agenda.drop(job.id)
        job.markets = markets_of(job.settings, self._instruments())
        if job.is_scheduled and self._dispatcher.is_open:
            now, last_run_ms = self._moment(), job.statistics.last_run_ms
            self._agenda.plan(
                job.id,
                job.schedule,
                now,
                markets=job.markets,
                last_run_ms=last_run_ms,
                unseen_ms=unseen_ms,
            )
            self._note_turn(job, now)

    def _say(self, said: JobStatus | JobRun) -> None:
        """Announce what comes of runs; a job that was removed while it ran has no status any more."""
        if isinstance(said, JobRun):
            self._feel(said)
        if isinstance(said, JobRun) or self._jobs.find(said.id) is not None:
            self._announce(said)

    def _feel(self, run: JobRun) -> None:
        """After prices were asked for: whatever moves is asked for sooner."""
        job = self._jobs.find(run.job)
        if self._volatility is None or job is None or job.settings.kind != POLL:
            return
        if run.outcome is not JobOutcome.SUCCEEDED or not isinstance(job.schedule, Every):
            return
        now = self._moment()
        found = selected(job.settings.instruments or (), self._instruments())
        awake = [one for one in found if self._calendar.pace(one.market, now.wall_ms) is Pace.IN_SESSION]
        job.lively, quick = self._volatility.judge(awake, job.schedule.interval_ms, now.monotonic_s)
        self._agenda.quicken(job.id, quick, now)
        if self._agenda.has(job.id):
            self._note_turn(job, now)
        self._is_woken.set()

    async def _rest(self, wait_s: float) -> None:
        self._is_woken.clear()
        try:
            async with self._clock.timeout(max(SHORTEST_REST_S, wait_s)):
                await self._is_woken.wait()
        except TimeoutError:
            pass

    def _take_turns(self, now: Moment) -> None:
        for slept in self._agenda.look(now):
            job = self._jobs.get(slept)
            job.statistics.missed += 1
            self._announce(job.status())
        self._note_closes(now)
        for due in self._agenda.due(now):
            job = self._jobs.get(due.job)
            self._note_turn(job, now)
            self._take_turn(job, due.taken, now)

    def _note_closes(self, now: Moment) -> None:
        """A close became known that starts a job, whose next turn was not known before: say when it is."""
        for job in self._jobs:
            is_unknown = job.next_run_ms is None and job.settings.after_close is not None
            if is_unknown and self._agenda.has(job.id) and self._agenda.next_ms(job.id, now) is not None:
                self._note_turn(job, now)
                self._announce(job.status())

    def _take_turn(self, job: Job, taken: Taken, now: Moment) -> None:
        if taken.is_missed:
            job.statistics.missed += 1
            self._tell_unrun(job, JobOutcome.MISSED, now)
        if job.run is not None:
            job.statistics.skipped += 1
            job.run.overruns += 1
            if job.run.overruns == 1:
                self._tell_unrun(job, JobOutcome.SKIPPED, now)
        elif taken.runs:
            settings = narrowed(job, self._instruments(), self._calendar, now, job.lively)
            if settings is not None:
                self._dispatcher.submit(Run(job, settings, now.monotonic_s - taken.late_ms / 1000))
            else:
                self._announce(job.status())

    def _tell_unrun(self, job: Job, outcome: JobOutcome, now: Moment) -> None:
        self._announce(JobRun(job=job.id, started_ms=now.wall_ms, ended_ms=now.wall_ms, outcome=outcome))
        self._announce(job.status())

    def _note_turn(self, job: Job, now: Moment) -> None:
        job.next_run_ms = self._agenda.next_ms(job.id, now)
        job.effective_interval_ms, job.rate_reason = None, ""
        if isinstance(job.schedule, Every):
            rate = self._agenda.rate(job.id, now)
            job.effective_interval_ms, job.rate_reason = rate.interval_ms, rate.reason
            if rate.is_resting:
                job.next_run_ms = rate.rests_until_ms
