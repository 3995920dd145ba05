"""`rtp-tui drill`: let the simulated exchange of a running demo misbehave."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.server.drill_bodies import DrillsBody
from rtp_tui.text import safe

DRILL_S = 30.0
LONGEST_RANDOM_S = 3600.0
_ONLY_DEMOS = "only a demo has drills: rtp-tui --demo"


class DrillCommands(click.Group):
    """A word that is no command is the name of a fault."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or the one that begins a fault of that name."""
        return super().get_command(ctx, cmd_name) or _beginning(cmd_name)


@click.group(cls=DrillCommands, invoke_without_command=True, subcommand_metavar="FAULT|COMMAND [ARGS]...")
@global_options()
@json_option()
@click.pass_context
def drill(context: click.Context, as_json: bool) -> int:
    """Let the simulated exchange of a running demo misbehave: rtp-tui drill outage --seconds 20."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@drill.command("list")
@global_options()
@json_option()
@click.pass_obj
def list_drills(options: GlobalOptions, as_json: bool) -> int:
    """List what goes wrong now, and what can be asked for where."""
    return _list(options, as_json=as_json)


@drill.command("stop")
@global_options()
@json_option()
@click.option("--venue", help="Only there.")
@click.pass_obj
def stop_drills(options: GlobalOptions, venue: str | None, as_json: bool) -> int:
    """End what goes wrong on request."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    path = "/drill" + (f"?venue={segment(venue)}" if venue else "")
    return tell_done(order(options, lambda engine: engine.delete(path)), as_json=as_json)


@drill.command("random")
@global_options()
@click.option("--seconds", type=click.FloatRange(1, LONGEST_RANDOM_S), default=60.0, show_default=True)
@click.option("--seed", type=int, help="Drill the same again; a new one is made up and printed otherwise.")
@click.pass_obj
def random_drill(options: GlobalOptions, seconds: float, seed: int | None) -> int:
    """Let one thing after another go wrong, for so long and no longer; prints the seed and each fault."""
    from random import SystemRandom  # with the other modules of this command

    from rtp_tui.cli.engine import Engine, decoded, order  # heavy: HTTP
    from rtp_tui.clock import SystemClock
    from rtp_tui.simulator.drill_plan import drill_plan

    seed = SystemRandom().randrange(1_000_000) if seed is None else seed
    clock = SystemClock()

    async def run(engine: Engine) -> None:
        known = decoded(await engine.get("/drill"), DrillsBody)
        if not known.venues:
            raise CommandFailed(_ONLY_DEMOS)
        click.echo(f"seed {seed}, {seconds:g} s")
        began_s = clock.monotonic()
        for step in drill_plan(seed, known.venues, known.faults, seconds):
            await clock.sleep(max(0.0, began_s + step.at_s - clock.monotonic()))
            click.echo(f"{step.at_s:6.1f} s  {step.venue}: {step.fault} for {step.seconds:g} s")
            await engine.post(f"/drill/{segment(step.fault)}", _body(step.venue, step.seconds))
        await clock.sleep(max(0.0, began_s + seconds - clock.monotonic()))
        await engine.delete("/drill")

    order(options, run)
    return exit_codes.OK


def _beginning(fault: str) -> click.Command:
    @click.command(fault, help=f"Let {safe(fault)} happen for a while; rtp-tui drill list says what can.")
    @global_options()
    @json_option()
    @click.option("--venue", help="Only there; everywhere where none is named.")
    @click.option("--seconds", type=float, default=DRILL_S, show_default=True)
    @click.pass_obj
    def begin(options: GlobalOptions, venue: str | None, seconds: float, as_json: bool) -> int:
        from rtp_tui.cli.answer import tell_done  # heavy: HTTP
        from rtp_tui.cli.engine import order

        path = f"/drill/{segment(fault)}"
        body = _body(venue, seconds)
        return tell_done(order(options, lambda engine: engine.post(path, body)), as_json=as_json)

    return begin


def _list(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/drill"))
    if as_json:
        raw_json(body)
    else:
        print_drills(decoded(body, DrillsBody))
    return exit_codes.OK


def print_drills(status: DrillsBody) -> None:
    """What goes wrong, a line each, then what could."""
    if not status.venues:
        raise CommandFailed(_ONLY_DEMOS)
    rows = [(safe(one.venue), safe(one.fault), f"{one.seconds_left:.0f} s left") for one in status.running]
    table(rows or [("nothing is drilled",)], indent="")
    click.echo(f"venues: {safe(', '.join(status.venues))}")
    click.echo(f"faults: {safe(', '.join(status.faults))}")


def _body(venue: str | None, seconds: float) -> bytes:
    from msgspec import json  # with the other modules of HTTP

    return json.encode({"venue": venue, "seconds": seconds})
