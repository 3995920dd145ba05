"""`rtp-tui movers`: what the market does as a whole."""

from collections.abc import Sequence

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.model.market_view import MarketView, Mover
from rtp_tui.text import safe

_NONE = "–"


@click.command()
@global_options()
@json_option()
@click.option(
    "--class", "asset_class", metavar="CLASS", help="Of one class only: crypto, stocks, fx, index or futures."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="So many of each.")
@click.pass_obj
def movers(options: GlobalOptions, asset_class: str | None, limit: int, as_json: bool) -> int:
    """Tell gainers, losers, breadth and sentiment of what a running engine prices."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    wanted = {"limit": str(limit), **({"class": asset_class} if asset_class else {})}
    body = ask(options, lambda engine: engine.get("/market/movers", wanted))
    if as_json:
        raw_json(body)
    else:
        print_movers(decoded(body, MarketView))
    return exit_codes.OK


def print_movers(view: MarketView) -> None:
    """Breadth and sentiment in a line each, then gainers, losers and those that traded most."""
    click.echo(
        f"{view.advancing} up  {view.declining} down  {view.unchanged} unchanged  {view.left_out} not counted"
    )
    if view.sentiment is not None and view.changes is not None:
        click.echo(
            f"sentiment {view.sentiment:.0f} {view.mood}, median change {view.changes.median_pct:+.2f} %"
        )
    for name, shown in (("GAINERS", view.gainers), ("LOSERS", view.losers), ("BUSIEST", view.busiest)):
        if shown:
            click.echo()
            table([(name, "PRICE", "CHANGE", "VOLUME"), *_rows(shown)], indent="")


def _rows(shown: Sequence[Mover]) -> list[tuple[str, str, str, str]]:
    return [
        (
            safe(mover.instrument),
            f"{mover.price:g}",
            _coloured(mover.change_pct),
            _NONE if mover.volume is None else f"{mover.volume:.3g}",
        )
        for mover in shown
    ]


def _coloured(change_pct: float) -> str:
    text = f"{change_pct:+.2f} %"
    return (
        click.style(text, fg="green" if change_pct > 0 else "red") if is_coloured() and change_pct else text
    )
