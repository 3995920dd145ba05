"""`rtp-tui backtest`: what a rule would have said of stored bars."""

from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from rtp_tui.api.wire import encode
from rtp_tui.cli import exit_codes
from rtp_tui.cli.duration import DURATION
from rtp_tui.cli.instrument_names import resolved
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json
from rtp_tui.cli.signals import moment_text, print_signals, score_text
from rtp_tui.clock import SystemClock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import RunBacktest
from rtp_tui.model.signals import Backtest, Direction
from rtp_tui.server import parameters
from rtp_tui.server.signal_bodies import BacktestBody, backtest_body
from rtp_tui.text import age_text, safe

if TYPE_CHECKING:
    # Heavy: HTTP and the store.
    from rtp_tui.cli.past import Past

_DAY_MS = 86_400_000


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
    """Hold a rule, or a strategy by its name, against stored bars: rtp-tui backtest "rsi(14) < 30" --from 2026-01-01.

    Asks the engine that works on the data directory, or reads the directory where none does.
    """
    from rtp_tui.cli.past import ask_past  # heavy: HTTP and the store

    start_ms, end_ms = _span(start, end)
    query = RunBacktest(
        rule=rule,
        instruments=instruments,
        start_ms=start_ms,
        end_ms=end_ms,
        timeframe=_timeframe(timeframe),
        direction=Direction(direction) if direction else None,
        cool_down_ms=cool_down_ms,
        hold_ms=hold_ms,
    )
    found = backtest_body(ask_past(options, lambda past: _run(query, past)))
    if as_json:
        raw_json(encode(found))
    else:
        print_backtest(found)
    return exit_codes.OK


async def _run(query: RunBacktest, past: "Past") -> Backtest:
    """With the ids of instruments that were named by their symbols."""
    names = [one for one in query.instruments if not set(one) & set("*?")]
    if names:
        known = await past.names()
        ids = {name: resolved(name, known) for name in names}
        query = replace(query, instruments=tuple(ids.get(one, one) for one in query.instruments))
    return await past.query(query)


def _span(start: str | None, end: str | None) -> tuple[int, int]:
    try:
        end_ms = parameters.moment_ms(end) if end else SystemClock().now_ms()
        start_ms = parameters.moment_ms(start) if start else end_ms - _DAY_MS
    except BadRequest as refusal:
        raise click.UsageError(refusal.message) from None
    if end_ms <= start_ms:
        raise click.UsageError("--to must be later than --from.")
    return start_ms, end_ms


def _timeframe(text: str | None) -> str | None:
    try:
        return parameters.timeframe(text) if text else None
    except BadRequest as refusal:
        raise click.UsageError(refusal.message) from None


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
