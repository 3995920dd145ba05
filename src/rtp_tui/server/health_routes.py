"""How it is: for watchers of processes, for people, for Prometheus. All of it from the folded state."""

import asyncio
import sys
from collections.abc import Callable
from importlib import import_module

from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.clock import Clock
from rtp_tui.model.clients import Scope
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server import parameters
from rtp_tui.server.bodies import HealthBody, health_body
from rtp_tui.server.endpoints import Content, Endpoint, Handler, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.key_figures import MetricsBody, metrics_body
from rtp_tui.server.overview import StatsBody, StatusBody, stats_body, status_body
from rtp_tui.server.problems import RETRY_AFTER
from rtp_tui.server.readiness import Check, ChecksBody, checks_body, readiness
from rtp_tui.server.responses import json

ROOM = "health"
_METRICS = "rtp_tui.server.metrics"
VERBOSE = Parameter("verbose", "List the checks.", parameters.Flag)


class HealthRoutes:
    """Health, overviews and figures over HTTP."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        version: str,
        serving: Callable[[], ServerStatus],
        checks: Callable[[], tuple[Check, ...]],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._version = version
        self._serving = serving
        self._checks = checks

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            _probe("/livez", self.livez, "Whether the process is alive."),
            _probe("/readyz", self.readyz, "Whether what it says is worth something."),
            Endpoint(
                method="GET",
                path="/health",
                handler=self.health,
                summary="The score and what it adds up from.",
                room=ROOM,
            ),
            Endpoint(
                method="GET",
                path="/status",
                handler=self.status,
                summary="The whole pipeline on one page.",
                room=ROOM,
            ),
            Endpoint(
                method="GET",
                path="/stats",
                handler=self.stats,
                summary="Counters since the start.",
                room=ROOM,
            ),
            Endpoint(
                method="GET",
                path="/metrics",
                handler=self.metrics,
                summary="Figures for Prometheus; four of them as JSON where that is accepted.",
                room=ROOM,
                contents=(
                    Content(str, "text/plain"),
                    Content(str, "application/openmetrics-text"),
                    Content(MetricsBody),
                ),
            ),
        )

    async def livez(self, request: Request) -> Response:
        return _checked(self._checks(), request)

    async def readyz(self, request: Request) -> Response:
        return _checked((*self._checks(), *readiness(self._journal.state)), request)

    async def health(self, _request: Request) -> HealthBody:
        return health_body(self._journal.state, self._version, self._clock.now_ms())

    async def status(self, _request: Request) -> StatusBody:
        return status_body(self._journal.state, self._serving(), self._clock.now_ms())

    async def stats(self, _request: Request) -> StatsBody:
        return stats_body(self._journal.state, self._serving(), self._clock.now_ms())

    async def metrics(self, request: Request) -> Response:
        accept = request.headers.get("accept", "")
        if "application/json" in accept:
            return json(metrics_body(self._journal.state), headers={"Vary": "Accept"})
        if _METRICS not in sys.modules:
            await asyncio.to_thread(import_module, _METRICS)
        from rtp_tui.server.metrics import (
            metrics_for,
        )  # heavy: the library takes a megabyte, and few ask for it

        text, media_type = metrics_for(accept, self._journal.state, self._serving(), self._version)
        return Response(
            text, headers={"Content-Type": media_type, "Vary": "Accept", "Cache-Control": "no-store"}
        )


def _probe(path: str, handler: Handler, summary: str) -> Endpoint:
    """What a watcher of processes asks, who has no token."""
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,
        summary=summary,
        room=ROOM,
        parameters=(VERBOSE,),
        statuses=(200, 503),
        contents=(Content(ChecksBody),),
        scope=Scope.NONE,
    )


def _checked(checks: tuple[Check, ...], request: Request) -> Response:
    is_well = all(check.ok for check in checks)
    is_verbose = parameters.flag("verbose", request.query_params.get("verbose", "false"))
    body = checks_body(checks, is_verbose=is_verbose)
    return json(body) if is_well else json(body, 503, {"Retry-After": RETRY_AFTER})
