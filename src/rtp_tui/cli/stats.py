"""`rtp-tui stats`: the counters of a running engine."""

from collections.abc import Iterator, Mapping

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.output import raw_json, table
from rtp_tui.server.overview import StatsBody
from rtp_tui.text import safe


@click.command()
@global_options()
@click.option("--json", "as_json", is_flag=True, help="Print the answer of GET /stats.")
@click.pass_obj
def stats(options: GlobalOptions, as_json: bool) -> int:
    """Print the counters of a running engine, one a line."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/stats"))
    if as_json:
        raw_json(body)
    else:
        counters: Mapping[str, object] = msgspec.to_builtins(decoded(body, StatsBody))
        table(((name, value) for name, value in _lines(counters)), indent="")
    return exit_codes.OK


def _lines(counters: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in counters.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{safe(name)}.")
        elif name != "ts_ms":
            yield prefix + safe(name), _written(value)


def _written(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}"
        case _:
            return safe(str(value))
