"""`rtp-tui levels`: where an instrument turned, and where its supply and demand were."""

from datetime import UTC, datetime

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.levels import Level, Zone
from rtp_tui.server.indicator_bodies import LevelsBody
from rtp_tui.text import compact, safe

_LEVEL_COLUMNS = ("PRICE", "KIND", "TOUCHES", "STRENGTH", "LAST (UTC)")
_ZONE_COLUMNS = ("FROM", "TO", "KIND", "TESTS", "STRENGTH", "VOLUME", "SINCE (UTC)")


@click.command()
@global_options()
@json_option()
@click.argument("instrument")
@click.option("--timeframe", metavar="TF", default="1m", show_default=True, help="1m 5m 15m 1h 1d.")
@click.option(
    "--bars", type=click.IntRange(1, 2_000), default=500, show_default=True, help="In so many newest bars."
)
@click.pass_obj
def levels(options: GlobalOptions, instrument: str, timeframe: str, bars: int, as_json: bool) -> int:
    """Tell support and resistance, supply and demand of an instrument, the highest price first."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    parameters = {"timeframe": timeframe, "bars": str(bars)}
    body = ask(options, lambda engine: engine.get(f"/levels/{segment(instrument)}", parameters))
    if as_json:
        raw_json(body)
    else:
        print_levels(decoded(body, LevelsBody))
    return exit_codes.OK


def print_levels(found: LevelsBody) -> None:
    """One line a level, then one line a zone."""
    click.echo(f"{safe(found.id)}: in {found.bars} closed bars of {safe(found.timeframe)}")
    if found.levels:
        table([_LEVEL_COLUMNS, *map(_level_cells, reversed(found.levels))])
    if found.zones:
        table([_ZONE_COLUMNS, *map(_zone_cells, reversed(found.zones))])
    if not found.levels and not found.zones:
        click.echo("  no price at which it turned twice, and none that it left at once")


def _level_cells(level: Level) -> tuple[str, ...]:
    return (
        f"{level.price:.8g}",
        level.kind.value,
        str(level.touches),
        f"{level.strength:.0f}",
        _moment(level.last_ms),
    )


def _zone_cells(zone: Zone) -> tuple[str, ...]:
    return (
        f"{zone.low:.8g}",
        f"{zone.high:.8g}",
        zone.kind.value,
        str(zone.tests),
        f"{zone.strength:.0f}",
        compact(zone.volume),
        _moment(zone.from_ms),
    )


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")
