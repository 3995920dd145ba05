"""`rtp-tui treasury`: what companies hold of coins, and what that is worth against them."""

from collections.abc import Iterator

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.model.treasury import CoinTreasury, CompanyTreasury, TreasuryReport
from rtp_tui.text import age_text, compact, safe, signed

_COLUMNS = (
    "COMPANY",
    "TICKER",
    "COIN",
    "HOLDS",
    "VALUE",
    "SUPPLY",
    "A SHARE",
    "CAP",
    "MNAV",
    "GAIN",
    "FILED",
    "SINCE",
)
_NONE = "–"


@click.command()
@global_options()
@json_option()
@click.option("--coin", metavar="SYMBOL", help="Of one coin only, such as BTC.")
@click.pass_obj
def treasury(options: GlobalOptions, coin: str | None, as_json: bool) -> int:
    """List companies by the value of the coins that they hold; --json says of each dash why it is one."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/treasury", {"coin": coin} if coin else {}))
    if as_json:
        raw_json(body)
    else:
        print_treasury(decoded(body, TreasuryReport))
    return exit_codes.OK


def print_treasury(report: TreasuryReport) -> None:
    """A line for each coin with the age of what is told, then one for each company."""
    if report.obstacle:
        click.echo(f"nobody is asked: {safe(report.obstacle)}")
    for coin in report.coins:
        click.echo(total_text(coin, report.at_ms))
    if report.companies:
        table([_COLUMNS, *(tuple(_cells(row)) for row in report.companies)], indent="")
    for failure in () if report.companies else report.failures:
        click.echo(f"{safe(failure.name)} was asked for and not told: {safe(failure.why)}")
    if not report.companies and not report.obstacle:
        click.echo("nothing is told yet; ask now: rtp-tui jobs trigger treasury-metrics")


def total_text(coin: CoinTreasury, now_ms: int) -> str:
    """`BTC: 12 companies hold 855k, $58.0B, 4.28% of supply; told by PROVIDER 12m ago`."""
    share = "" if coin.supply_pct is None else f", {coin.supply_pct:.2f}% of supply"
    words = f"{safe(coin.coin)}: {coin.companies} companies hold {compact(coin.holdings)}, {_money(coin.value_usd)}{share}"
    if coin.told_ms is not None:
        words += f"; told by {safe(coin.source)} {age_text(now_ms - coin.told_ms)} ago"
    return words + (f"; not answered since: {safe(coin.failure)}" if coin.failure else "")


def _cells(row: CompanyTreasury) -> Iterator[str]:
    yield safe(row.name, 28)
    yield safe(row.ticker) or _NONE
    yield safe(row.coin)
    yield compact(row.holdings)
    yield _money(row.value_usd)
    yield _NONE if row.supply_pct is None else f"{row.supply_pct:.2f}%"
    yield _NONE if row.coins_per_share is None else f"{row.coins_per_share:.6f}"
    yield _money(row.market_cap_usd)
    yield _NONE if row.mnav is None else f"{row.mnav:.2f}x"
    yield _NONE if row.unrealised_pct is None else f"{signed(row.unrealised_pct, 1)}%"
    yield _NONE if row.filed is None else row.filed.filed.isoformat()
    yield _NONE if row.filed is None else signed(row.filed.change, 0)


def _money(value: float | None) -> str:
    return _NONE if value is None else f"${compact(value)}"
