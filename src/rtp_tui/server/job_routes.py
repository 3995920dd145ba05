"""`/jobs`: what runs when, how it went, and orders to it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from rtp_tui.api.job_orders import JobChange, NewJob, command_to_save
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import ControlJob, Done, JobAction, RemoveJob, TriggerJob
from rtp_tui.model.errors import UnknownJob
from rtp_tui.model.jobs import JobStatus
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.job_bodies import JobBody, OrderedJobBody, RunBody, job_body, ordered_job_body, run_body
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING, JobsPage
from rtp_tui.server.responses import page

ROOM = "jobs"
JOB = Parameter("id", "A job's id.", example="crypto-prices")

_SUMMARIES = {
    JobAction.PAUSE: "Let its schedule pass until it is resumed.",
    JobAction.RESUME: "Follow its schedule again.",
    JobAction.CANCEL: "End the run that is under way.",
    JobAction.ENABLE: "Let it run by its schedule.",
    JobAction.DISABLE: "Do not run it by its schedule any more.",
}


class JobRoutes:
    """Jobs over HTTP."""

    def __init__(self, journal: Journal, orders: Orders) -> None:
        self._journal = journal
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/jobs",
                handler=self.list_all,
                summary="All jobs.",
                room=ROOM,
                parameters=PAGING,
            ),
            Endpoint(
                method="POST",
                path="/jobs",
                handler=self.add,
                summary="Add a job.",
                room=ROOM,
                statuses=(201,),
                scope=Scope.CONTROL,
            ),
            Endpoint(
                method="GET",
                path="/jobs/{id}",
                handler=self.show,
                summary="One job.",
                room=ROOM,
                parameters=(JOB,),
                refusals=("unknown_job",),
            ),
            _order("PATCH", "", self.change, "Change what is named of a job."),
            _order("DELETE", "", self.remove, "Remove a job that was added; a default one is disabled."),
            _order("POST", "/trigger", self._run(restart=False), "Run it now; answers how the run ended."),
            _order("POST", "/restart", self._run(restart=True), "The same, ending a run under way first."),
            *(
                _order("POST", f"/{action}", self._control(action), _SUMMARIES[action], 202)
                for action in JobAction
            ),
        )

    async def list_all(self, request: Request) -> JobsPage:
        return JobsPage(*page(tuple(map(job_body, self._jobs.values())), _id, request.query_params))

    async def show(self, request: Request) -> JobBody:
        name = request.path_params["id"]
        job = self._jobs.get(name)
        if job is None:
            raise UnknownJob(f"no job {name[:64]!r}")
        return job_body(job)

    async def add(self, request: Request, order: NewJob) -> JobBody:
        command = command_to_save(order.id, order, adds=True)
        return job_body(await self._orders.execute_and_fold(command, caller_of(request.scope)))

    async def change(self, request: Request, change: JobChange) -> JobBody:
        command = command_to_save(request.path_params["id"], change, adds=False)
        return job_body(await self._orders.execute_and_fold(command, caller_of(request.scope)))

    async def remove(self, request: Request) -> Done:
        command = RemoveJob(job=request.path_params["id"])
        return await self._orders.execute_and_fold(command, caller_of(request.scope))

    def _run(self, *, restart: bool) -> Callable[[Request], Awaitable[RunBody]]:
        async def order(request: Request) -> RunBody:
            command = TriggerJob(job=request.path_params["id"], restart=restart)
            return run_body(await self._orders.execute(command, caller_of(request.scope)))

        return order

    def _control(self, action: JobAction) -> Callable[[Request], Awaitable[OrderedJobBody | Done]]:
        async def order(request: Request) -> OrderedJobBody | Done:
            name = request.path_params["id"]
            command = ControlJob(job=name, action=action)
            done = await self._orders.execute_and_fold(command, caller_of(request.scope))
            job = self._jobs.get(name)
            return done if job is None else ordered_job_body(job, done.message)

        return order

    @property
    def _jobs(self) -> dict[str, JobStatus]:
        return self._journal.state.job.jobs


def _id(job: JobBody) -> str:
    return job.id


def _order(
    method: str, under: str, handler: Callable[..., Awaitable[object]], summary: str, status: int = 200
) -> Endpoint:
    return Endpoint(
        method=method,
        path=f"/jobs/{{id}}{under}",
        handler=handler,
        summary=summary,
        room=ROOM,
        parameters=(JOB,),
        statuses=(status,),
        scope=Scope.CONTROL,
        refusals=("unknown_job", "unavailable"),
    )
