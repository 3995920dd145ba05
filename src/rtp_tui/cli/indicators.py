"""`rtp-tui indicators`: which there are, and what they come to at an instrument's newest bars."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.indicators import IndicatorFunction
from rtp_tui.server.indicator_bodies import CatalogueBody, IndicatorsBody
from rtp_tui.text import safe

_COLUMNS = ("NAME", "PARAMETERS", "READS", "GIVES", "WHAT IT IS")
_NOT_KNOWN = "–"


@click.command()
@global_options()
@json_option()
@click.argument("instrument", required=False)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--timeframe", metavar="TF", default="1m", show_default=True, help="1m 5m 15m 1h 1d.")
@click.option("--start", metavar="WHEN", help="Where the bars begin; the newest ones where nothing is said.")
@click.option("--end", metavar="WHEN", help="Where they end.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many bars at most."
)
@click.pass_obj
def indicators(
    options: GlobalOptions,
    instrument: str | None,
    names: tuple[str, ...],
    timeframe: str,
    start: str | None,
    end: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """List all indicators, or tell what some of an INSTRUMENT come to, such as 'rsi(14)' 'macd(12,26,9).signal'.

    Without a name the presets are told.
    """
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    wanted = {"names": ",".join(names), "timeframe": timeframe, "start": start, "end": end}
    parameters = {"limit": str(limit), **{name: value for name, value in wanted.items() if value}}
    path = f"/indicators/{segment(instrument)}" if instrument else "/indicators"
    body = ask(options, lambda engine: engine.get(path, parameters if instrument else {}))
    if as_json:
        raw_json(body)
    elif instrument:
        print_values(decoded(body, IndicatorsBody))
    else:
        print_catalogue(decoded(body, CatalogueBody))
    return exit_codes.OK


def print_catalogue(catalogue: CatalogueBody) -> None:
    """One line an indicator; first why none can be computed, where that is so."""
    if catalogue.obstacle:
        click.echo(safe(catalogue.obstacle))
    table([_COLUMNS, *(tuple(_cells(one)) for one in catalogue.indicators)], indent="")
    click.echo(f"each minute: {safe(', '.join(catalogue.presets))}")


def print_values(page: IndicatorsBody) -> None:
    """One line a bar, one column a result."""
    head = ("TIME (UTC)", *(safe(name) for name in page.values))
    rows = [
        (_moment(open_ms), *(_value(values[row]) for values in page.values.values()))
        for row, open_ms in enumerate(page.open_ms)
    ]
    table([head, *rows], indent="")
    if not rows:
        click.echo(f"{safe(page.id)}: no closed bar of {safe(page.timeframe)} there")


def _cells(one: IndicatorFunction) -> Iterator[str]:
    yield safe(one.name)
    yield safe(" ".join(f"{known.name}={known.default:g}" for known in one.parameters)) or _NOT_KNOWN
    yield safe(" ".join(one.inputs))
    yield safe(" ".join(one.outputs))
    yield safe(one.title)


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")


def _value(value: float | None) -> str:
    return _NOT_KNOWN if value is None else f"{value:.8g}"
