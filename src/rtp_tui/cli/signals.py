"""`rtp-tui signals`: when strategies spoke, what became of it, and how each of them does."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.model.signals import HORIZONS_MS, Direction
from rtp_tui.server.signal_bodies import OutcomeBody, ScoreBody, SignalBody, StrategyBody
from rtp_tui.text import age_text, safe

_COLUMNS = ("TIME (UTC)", "INSTRUMENT", "STRATEGY", "", "PRICE", *map(age_text, HORIZONS_MS))


class SignalPage(Struct, frozen=True):
    """A page of `GET /signals`."""

    signals: tuple[SignalBody, ...]
    next_cursor: str | None = None


class StrategyPage(Struct, frozen=True):
    """A page of `GET /strategies`."""

    strategies: tuple[StrategyBody, ...]
    next_cursor: str | None = None


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def signals(context: click.Context, as_json: bool) -> int:
    """List signals of a running engine, and how its strategies do."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), {}, as_json=as_json)
    return exit_codes.OK


@signals.command("list")
@global_options()
@json_option()
@click.option("--strategy", metavar="NAME", help="Of one strategy only.")
@click.option("--instrument", metavar="ID", help="Of one instrument only, by id or symbol.")
@click.option("--since", metavar="MOMENT", help="Those from then on: a date or RFC 3339.")
@click.option("--until", metavar="MOMENT", help="Those before.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, help="How many at most; 100 unless said."
)
@click.pass_obj
def list_signals(
    options: GlobalOptions,
    strategy: str | None,
    instrument: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """List signals, the newest first, with the outcomes that are known."""
    wanted = {
        "limit": str(limit),
        "strategy": strategy,
        "instrument": instrument,
        "since": since,
        "until": until,
    }
    return _list(options, {name: value for name, value in wanted.items() if value}, as_json=as_json)


@signals.command("strategies")
@global_options()
@json_option()
@click.pass_obj
def list_strategies(options: GlobalOptions, as_json: bool) -> int:
    """List strategies: how often each was right, and what a signal was worth."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/strategies", {"limit": "10000"}))
    if as_json:
        raw_json(body)
        return exit_codes.OK
    horizons = (f"{age_text(one)} HITS" for one in HORIZONS_MS)
    rows = (tuple(_strategy_cells(one)) for one in decoded(body, StrategyPage).strategies)
    table([("STRATEGY", "", "BARS", "FOR", "SIGNALS", *horizons, "RULE"), *rows], indent="")
    return exit_codes.OK


def print_signals(listed: Sequence[SignalBody]) -> None:
    """One line a signal under a heading."""
    table([_COLUMNS, *(tuple(_cells(one)) for one in listed)], indent="")


def score_text(score: ScoreBody) -> str:
    """`62 % of 21, +0.14 %`: hit rate and expectancy."""
    if score.hit_rate_pct is None or score.expectancy_pct is None:
        return "–"
    return f"{score.hit_rate_pct:.0f} % of {score.known}, {score.expectancy_pct:+.2f} %"


def _list(options: GlobalOptions, parameters: dict[str, str], *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/signals", parameters))
    if as_json:
        raw_json(body)
    else:
        print_signals(decoded(body, SignalPage).signals)
    return exit_codes.OK


def _cells(one: SignalBody) -> Iterator[str]:
    yield moment_text(one.at_ms)
    yield safe(one.instrument)
    yield safe(one.strategy)
    yield one.direction.value
    yield f"{one.price:,.10g}"
    known = {outcome.after_ms: outcome for outcome in one.outcomes}
    yield from (_outcome(known.get(after_ms)) for after_ms in HORIZONS_MS)


def moment_text(at_ms: int) -> str:
    """A moment by the UTC clock, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")


def _outcome(outcome: OutcomeBody | None) -> str:
    if outcome is None:
        return "…"
    if outcome.move_pct is None:
        return "?"
    text = f"{outcome.move_pct:+.2f} %"
    return click.style(text, fg="green" if outcome.is_hit else "red") if is_coloured() else text


def _strategy_cells(one: StrategyBody) -> Iterator[str]:
    yield safe(one.name)
    yield "↑" if one.direction is Direction.LONG else "↓"
    yield one.timeframe
    yield str(one.instrument_count)
    yield str(one.signals)
    scores = {score.after_ms: score for score in one.scores}
    yield from (score_text(scores[one_ms]) if one_ms in scores else "–" for one_ms in HORIZONS_MS)
    yield safe(one.when)
