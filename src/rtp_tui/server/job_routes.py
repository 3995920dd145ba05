"""`/jobs`: what runs when, how it went, and orders to it."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.api.job_orders import JobChange, NewJob, command_to_save
from rtp_tui.model.commands import ControlJob, JobAction, RemoveJob, TriggerJob
from rtp_tui.model.errors import UnknownJob
from rtp_tui.model.jobs import JobStatus
from rtp_tui.server.caller import caller_of
from rtp_tui.server.job_bodies import JobBody, job_body, ordered_job_body, run_body
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.request_body import decoded_body, json_body
from rtp_tui.server.responses import json, paged

Endpoint = Callable[[Request], Awaitable[Response]]

_new_job = msgspec.json.Decoder(NewJob)
_change = msgspec.json.Decoder(JobChange)


class JobRoutes:
    """Jobs over HTTP."""

    def __init__(self, journal: Journal, orders: Orders) -> None:
        self._journal = journal
        self._orders = orders

    def routes(self) -> list[Route]:
        """Where everything is found."""
        return [
            Route("/jobs", self.list_all, methods=["GET"]),
            Route("/jobs", self.add, methods=["POST"]),
            Route("/jobs/{id}", self.show, methods=["GET"]),
            Route("/jobs/{id}", self.change, methods=["PATCH"]),
            Route("/jobs/{id}", self.remove, methods=["DELETE"]),
            Route("/jobs/{id}/trigger", self._run(restart=False), methods=["POST"]),
            Route("/jobs/{id}/restart", self._run(restart=True), methods=["POST"]),
            *(
                Route(f"/jobs/{{id}}/{action}", self._control(action), methods=["POST"])
                for action in JobAction
            ),
        ]

    async def list_all(self, request: Request) -> Response:
        jobs = list(map(job_body, self._jobs.values()))
        return paged("jobs", jobs, _id, request)

    async def show(self, request: Request) -> Response:
        name = request.path_params["id"]
        job = self._jobs.get(name)
        if job is None:
            raise UnknownJob(f"no job {name[:64]!r}")
        return json(job_body(job))

    async def add(self, request: Request) -> Response:
        order = decoded_body(await json_body(request), _new_job)
        job = await self._orders.execute_and_fold(
            command_to_save(order.id, order, adds=True), caller_of(request.scope)
        )
        return json(job_body(job), 201)

    async def change(self, request: Request) -> Response:
        change = decoded_body(await json_body(request), _change)
        command = command_to_save(request.path_params["id"], change, adds=False)
        return json(job_body(await self._orders.execute_and_fold(command, caller_of(request.scope))))

    async def remove(self, request: Request) -> Response:
        await json_body(request)
        command = RemoveJob(job=request.path_params["id"])
        return json(await self._orders.execute_and_fold(command, caller_of(request.scope)))

    def _run(self, *, restart: bool) -> Endpoint:
        async def order(request: Request) -> Response:
            await json_body(request)
            command = TriggerJob(job=request.path_params["id"], restart=restart)
            return json(run_body(await self._orders.execute(command, caller_of(request.scope))))

        return order

    def _control(self, action: JobAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await json_body(request)
            name = request.path_params["id"]
            done = await self._orders.execute_and_fold(
                ControlJob(job=name, action=action), caller_of(request.scope)
            )
            job = self._jobs.get(name)
            return json(done if job is None else ordered_job_body(job, done.message), 202)

        return order

    @property
    def _jobs(self) -> dict[str, JobStatus]:
        return self._journal.state.job.jobs


def _id(job: JobBody) -> str:
    return job.id
