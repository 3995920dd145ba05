"""`rtp-tui report`: what a day or a week came to."""

from pathlib import Path

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.model.reports import ReportPeriod

_FORMATS = ("md", "html", "json")


@click.command()
@global_options()
@click.argument("period", type=click.Choice([one.value for one in ReportPeriod]))
@click.option("--format", "form", type=click.Choice(_FORMATS), default="md", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="-",
    help="Write to this file instead of standard output.",
)
@click.option(
    "--date", help="Any day of it, yesterday, or a week such as 2026-W47; now where nothing is said."
)
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@click.pass_obj
def report(
    options: GlobalOptions, period: str, form: str, output: Path, date: str | None, force: bool
) -> int:
    """Tell what a day or a week came to: uptime, coverage, errors, targets, alerts, gaps, jobs, instruments.

    Asks the engine that works on the data directory, or reads the directory where none does.
    """
    from rtp_tui.cli.past import ask_past  # heavy: HTTP and the store
    from rtp_tui.cli.whole_output import whole_output
    from rtp_tui.model.queries import GetReport
    from rtp_tui.reports.rendering import ReportFormat, rendered

    query = GetReport(period=ReportPeriod(period), date=date)
    made = ask_past(options, lambda past: past.query(query))
    with whole_output(output, replaces=force) as file:
        file.write(rendered(made, ReportFormat(form)))
    return exit_codes.OK
