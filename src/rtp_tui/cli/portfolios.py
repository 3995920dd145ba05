"""`rtp-tui portfolios`: what is held, what it is worth, and what it risks."""

from collections.abc import Sequence

import click
from msgspec import Struct

from rtp_tui.api.wire import encode
from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Position, PositionValue, RiskReport
from rtp_tui.model.queries import PortfolioView
from rtp_tui.text import safe

_NONE = "–"


class PortfolioPage(Struct, frozen=True):
    """A page of `GET /portfolios`."""

    portfolios: tuple[PortfolioView, ...]
    next_cursor: str | None = None


class WantedPortfolio(Struct, frozen=True):
    """What is put in the place of a portfolio."""

    positions: tuple[Position, ...]
    base_currency: str
    benchmark: str | None


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def portfolios(context: click.Context, as_json: bool) -> int:
    """List portfolios of a running engine, show one with its risk, save and remove."""
    if context.invoked_subcommand is not None:
        return exit_codes.OK
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(context.ensure_object(GlobalOptions), lambda engine: engine.get("/portfolios", {}))
    if as_json:
        raw_json(body)
    else:
        print_portfolios(decoded(body, PortfolioPage).portfolios)
    return exit_codes.OK


@portfolios.command("show")
@global_options()
@json_option()
@click.argument("name")
@click.pass_obj
def show(options: GlobalOptions, name: str, as_json: bool) -> int:
    """Tell what one is worth, position by position, and what it risks."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    path = _path(name)
    body = ask(options, lambda engine: engine.get(path))
    if as_json:
        raw_json(body)
        return exit_codes.OK
    print_portfolio(decoded(body, PortfolioView))
    print_risk(decoded(ask(options, lambda engine: engine.get(f"{path}/risk")), RiskReport))
    return exit_codes.OK


@portfolios.command("save")
@global_options()
@json_option()
@click.argument("name")
@click.argument("positions", nargs=-1, required=True, metavar="INSTRUMENT=QUANTITY[@COST]...")
@click.option(
    "--base", "base_currency", default="USD", show_default=True, help="The currency to value it in."
)
@click.option("--benchmark", metavar="ID", help="What beta is measured against.")
@click.pass_obj
def save(
    options: GlobalOptions,
    name: str,
    positions: Sequence[str],
    base_currency: str,
    benchmark: str | None,
    as_json: bool,
) -> int:
    """Add a portfolio, or put it in the place of the one of its name."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    wanted = WantedPortfolio(tuple(map(position_of, positions)), base_currency, benchmark)
    body = order(options, lambda engine: engine.put(_path(name), encode(wanted)))
    if as_json:
        raw_json(body)
    else:
        print_portfolio(decoded(body, PortfolioView))
    return exit_codes.OK


@portfolios.command("remove")
@global_options()
@json_option()
@click.argument("name")
@click.pass_obj
def remove(options: GlobalOptions, name: str, as_json: bool) -> int:
    """Forget a portfolio."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.delete(_path(name))), as_json=as_json)


def position_of(text: str) -> Position:
    """`crypto:BTC=0.5@60000`. Raises UsageError."""
    instrument, _, amount = text.rpartition("=")
    quantity, _, cost = amount.partition("@")
    try:
        position = Position(InstrumentId(instrument), float(quantity), float(cost) if cost else None)
    except ValueError:
        position = None
    if position is None or not instrument:
        raise click.UsageError(f"{text!r} is no INSTRUMENT=QUANTITY[@COST], such as crypto:BTC=0.5@60000.")
    return position


def print_portfolios(listed: Sequence[PortfolioView]) -> None:
    """One line a portfolio under a heading."""
    rows = [
        (
            safe(view.portfolio.name),
            str(len(view.portfolio.positions)),
            _money(view.value.value, view.value.base_currency),
            _signed(view.value.day_change, view.value.day_change_pct),
            _signed(view.value.unrealised, view.value.unrealised_pct),
            _NONE
            if view.risk is None or view.risk.score is None
            else f"{view.risk.score:.0f} {view.risk.level}",
        )
        for view in listed
    ]
    table([("PORTFOLIO", "POSITIONS", "VALUE", "DAY", "UNREALISED", "RISK"), *rows], indent="")


def print_portfolio(view: PortfolioView) -> None:
    """What it is worth, and each position under a heading."""
    print_portfolios((view,))
    click.echo()
    rows = [_position_cells(one) for one in view.value.positions]
    table([("POSITION", "QUANTITY", "PRICE", "VALUE", "WEIGHT", "DAY", "UNREALISED", ""), *rows], indent="")
    for words in view.value.unknown:
        click.echo(f"not counted: {safe(words)}")


def print_risk(report: RiskReport) -> None:
    """The score with its parts, then the figures."""
    click.echo()
    if report.score is not None:
        trend = f", {report.trend}" if report.trend else ""
        click.echo(
            f"risk {report.score:.0f} of 100, {report.level}{trend}; over {report.periods} bars of {report.timeframe}"
        )
        rows = [
            (
                part.name,
                f"{part.points:.0f} of {part.most:.0f}" if part.points is not None else _NONE,
                part.words,
            )
            for part in report.parts
        ]
        table(rows)
    figures = (
        ("value at risk 95 %", _share(report.var_95)),
        ("value at risk 99 %", _share(report.var_99)),
        ("expected shortfall 95 %", _share(report.shortfall_95)),
        ("drawdown", _share(report.max_drawdown)),
        ("volatility a year", _share(report.volatility)),
        ("sharpe", _plain(report.sharpe)),
        (f"beta to {safe(report.benchmark)}" if report.benchmark else "beta", _plain(report.beta)),
    )
    table(figures)
    for words in report.unknown:
        click.echo(f"not known: {safe(words)}")


def _position_cells(one: PositionValue) -> tuple[str, ...]:
    return (
        safe(one.instrument),
        f"{one.quantity:g}",
        _plain(one.price),
        _plain(one.value),
        _share(one.weight),
        _signed(one.day_change, one.day_change_pct),
        _signed(one.unrealised, one.unrealised_pct),
        "stale" if one.is_stale else "",
    )


def _money(value: float | None, currency: str) -> str:
    return _NONE if value is None else f"{value:,.2f} {safe(currency)}"


def _plain(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.2f}"


def _share(value: float | None) -> str:
    return _NONE if value is None else f"{100 * value:.2f} %"


def _signed(value: float | None, pct: float | None) -> str:
    if value is None:
        return _NONE
    text = f"{value:+,.2f}" + ("" if pct is None else f" ({pct:+.2f} %)")
    return click.style(text, fg="green" if value > 0 else "red") if is_coloured() and value else text


def _path(name: str) -> str:
    return f"/portfolios/{segment(name)}"
