"""`rtp-tui backtest`: what a rule would have said of stored bars."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.duration import DURATION
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json
from rtp_tui.cli.signals import moment_text, print_signals, score_text
from rtp_tui.model.signals import Direction
from rtp_tui.server.signal_bodies import BacktestBody
from rtp_tui.text import age_text, safe

DONE_WITHIN_S = 300.0


@click.command()
@global_options()
@json_option()
@click.argument("rule", metavar="RULE_OR_STRATEGY")
@click.option(
    "--instrument",
    "instruments",
    multiple=True,
    metavar="ID",
    help="Ids with * and ?, several times if wanted; all unless said, or the strategy's own.",
)
@click.option(
    "--from", "start", metavar="MOMENT", help="A date or RFC 3339; a day before the end unless said."
)
@click.option("--to", "end", metavar="MOMENT", help="Now unless said.")
@click.option("--timeframe", metavar="TF", help="1m, 5m, 15m, 1h or 1d.")
@click.option("--direction", type=click.Choice([one.value for one in Direction]), help="long unless said.")
@click.option(
    "--cool-down", "cool_down_ms", type=DURATION, metavar="DURATION", help="None for a rule unless said."
)
@click.option("--hold", "hold_ms", type=DURATION, metavar="DURATION", help="The rule must stay true so long.")
@click.pass_obj
def backtest(
    options: GlobalOptions,
    rule: str,
    instruments: tuple[str, ...],
    start: str | None,
    end: str | None,
    timeframe: str | None,
    direction: str | None,
    cool_down_ms: int | None,
    hold_ms: int | None,
    as_json: bool,
) -> int:
    """Hold a rule, or a strategy by its name, against stored bars: rtp-tui backtest "rsi(14) < 30" --from 2026-01-01."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    wanted = {
        "rule": rule,
        "instrument": ",".join(instruments),
        "from": start,
        "to": end,
        "timeframe": timeframe,
        "direction": direction,
        "cool_down_ms": None if cool_down_ms is None else str(cool_down_ms),
        "hold_ms": None if hold_ms is None else str(hold_ms),
    }
    parameters = {name: value for name, value in wanted.items() if value}
    body = ask(options, lambda engine: engine.get("/backtest", parameters), within_s=DONE_WITHIN_S)
    if as_json:
        raw_json(body)
    else:
        print_backtest(decoded(body, BacktestBody))
    return exit_codes.OK


def print_backtest(test: BacktestBody) -> None:
    """The signals, then what they come to."""
    print_signals(test.signals)
    click.echo(
        f"{safe(test.when, 1000)}: {test.bars:,} bars of {test.timeframe} from {moment_text(test.start_ms)}"
        f" to {moment_text(test.end_ms)} UTC, {len(test.instruments)} instruments"
    )
    click.echo(
        f"came true {test.triggers} times, {len(test.signals)} signals; not known at {test.unknown:,} bars"
    )
    for score in test.scores:
        click.echo(f"after {age_text(score.after_ms)}: {score_text(score)}")
    if test.note:
        click.echo(safe(test.note, 500))
