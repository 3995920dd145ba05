"""Asks a real server on loopback that stands in front of a scripted engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from rtp_tui.clock import SystemClock
from rtp_tui.net.http import HttpClient, HttpReply
from rtp_tui.net.settings import NetSettings
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving


@asynccontextmanager
async def asking(
    engine: ScriptedPipeline, headers: tuple[tuple[str, str], ...] = (), **settings: Any
) -> AsyncIterator[HttpClient]:
    """A client of the server."""
    async with (
        serving(engine, **settings) as running,
        HttpClient(NetSettings(), SystemClock(), base_url=running.url, headers=headers) as client,
    ):
        yield client


def read(reply: HttpReply) -> Any:
    """What an answer says."""
    return msgspec.json.decode(reply.body)
