"""One incident bundle: asked of a running engine, written to a file."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from rtp_tui.api.asking import Asking
from rtp_tui.api.incident.gathering import Bundle, Incident, gather, moment_of
from rtp_tui.api.remote import RemotePipeline
from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import EngineAddress, authorization, find_engine, unreachable
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import resolved
from rtp_tui.cli.launch import unwound_by_signals
from rtp_tui.cli.options import GlobalOptions
from rtp_tui.cli.run import EXPORTS
from rtp_tui.cli.whole_output import STANDARD_OUTPUT, whole_output
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.config.load import user_state_directory
from rtp_tui.model.errors import NotAllowed, NotAuthenticated, Refused
from rtp_tui.model.events import Disconnected, Snapshot
from rtp_tui.text import safe

_HEARD_WITHIN_S = 10.0


def take_incident(
    options: GlobalOptions,
    minutes: int,
    instruments: tuple[str, ...],
    output: Path | None,
    *,
    replaces: bool,
) -> None:
    """Gather and write; say where, and what is missing. Raises CommandFailed."""
    with unwound_by_signals():
        bundle = asyncio.run(_gathered(find_engine(options), minutes, instruments))
    path = output or _new_path()
    with whole_output(path, replaces=replaces) as file:
        file.write(bundle.content)
    if path != STANDARD_OUTPUT:
        click.echo(
            f"{safe(str(path), 4096)}: {bundle.members} files, {len(bundle.content):,} bytes", err=True
        )
    for why in bundle.missing:
        click.echo(f"missing: {safe(why)}", err=True)


async def _gathered(address: EngineAddress, minutes: int, names: tuple[str, ...]) -> Bundle:
    clock = SystemClock()
    try:
        state = await _state(address, clock)
        known = [view.instrument.id for view in state.instruments]
        wanted = Incident(
            state=state,
            until_ms=moment_of(state, clock.now_ms()),
            minutes=minutes,
            instruments=[resolved(name, known) for name in names] if names else None,
        )
        async with Asking(address.url, clock, address.net, tuple(authorization(address))) as asking:
            return await gather(asking, clock, wanted, lambda _: None)
    except Refused as refusal:
        raise CommandFailed(refusal.message, _code(refusal)) from None


async def _state(address: EngineAddress, clock: Clock) -> Snapshot:
    """What the engine says first. Raises Refused, CommandFailed."""
    door = RemotePipeline(address.url, clock, address.net, address.token)
    try:
        async with clock.timeout(_HEARD_WITHIN_S), door.watch() as updates:
            first = await anext(updates)
    except TimeoutError:
        raise unreachable(address, "it says nothing") from None
    if isinstance(first, Snapshot):
        return first
    raise unreachable(address, first.reason if isinstance(first, Disconnected) else "it tells no state")


def _code(refusal: Refused) -> int:
    is_denied = isinstance(refusal, NotAllowed | NotAuthenticated)
    return exit_codes.NOT_ALLOWED if is_denied else exit_codes.FAILURE


def _new_path() -> Path:
    folder = user_state_directory() / EXPORTS
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(f"{folder}: {error.strerror}", exit_codes.CANNOT_CREATE) from None
    moment = datetime.fromtimestamp(SystemClock().now_ms() / 1000, tz=UTC)
    return folder / f"incident-{moment:%Y%m%d-%H%M%S}.zip"
