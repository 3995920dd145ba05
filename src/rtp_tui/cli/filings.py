"""`rtp-tui filings`: what a company filed, and its newest figures."""

from collections.abc import Iterator

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.server.filing_bodies import FactBody, FilingBody, FilingsBody
from rtp_tui.text import compact, safe

_FILING_COLUMNS = ("FILED", "FORM", "FOR", "ITEMS", "WHAT", "WHERE")
_FACT_COLUMNS = ("AS OF", "VALUE", "UNIT", "FILED", "FORM", "CONCEPT")


@click.command()
@global_options()
@json_option()
@click.argument("symbol")
@click.option("--form", metavar="FORM", help="Of one form only, such as 8-K.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many at most."
)
@click.pass_obj
def filings(options: GlobalOptions, symbol: str, form: str | None, limit: int, as_json: bool) -> int:
    """List what the company of an instrument filed, the newest first, and its newest figures."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    parameters = {"limit": str(limit), **({"form": form} if form else {})}
    body = ask(options, lambda engine: engine.get(f"/filings/{segment(symbol)}", parameters))
    if as_json:
        raw_json(body)
    else:
        print_filings(decoded(body, FilingsBody))
    return exit_codes.OK


def print_filings(page: FilingsBody) -> None:
    """Who files, what it told last, and its documents, one a line."""
    if page.company is None:
        click.echo(
            f"{safe(page.id)}: no company is known yet; the job sec-filings asks after the close of XNYS"
        )
        return
    company = page.company
    click.echo(f"{safe(company.name)}, CIK {company.cik}, {safe(', '.join(company.tickers))}")
    if page.facts:
        table([_FACT_COLUMNS, *(tuple(_fact_cells(fact)) for fact in page.facts)])
    table([_FILING_COLUMNS, *(tuple(_filing_cells(filing)) for filing in page.filings)], indent="")


def _fact_cells(fact: FactBody) -> Iterator[str]:
    yield fact.end.isoformat()
    yield compact(fact.value)
    yield safe(fact.unit)
    yield fact.filed.isoformat()
    yield safe(fact.form)
    yield safe(fact.concept)


def _filing_cells(filing: FilingBody) -> Iterator[str]:
    yield filing.filed.isoformat()
    yield safe(filing.form)
    yield filing.reported.isoformat() if filing.reported else "–"
    yield safe(",".join(filing.items)) or "–"
    yield safe(filing.description, 48) or "–"
    yield safe(filing.url)
