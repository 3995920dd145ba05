"""Signals, strategies and backtests as other programs read them."""

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.signals import Backtest, Direction, Outcome, Score, Signal, Strategy, StrategyStatus, Term


class TermBody(Struct, frozen=True, kw_only=True):
    """A part of a rule and what it came to."""

    text: str
    value: float | None


class OutcomeBody(Struct, frozen=True, kw_only=True):
    """What became of the price after a while."""

    after_ms: int
    price: float | None
    move_pct: float | None
    is_hit: bool | None


class SignalBody(Struct, frozen=True, kw_only=True):
    """A signal and the outcomes that are known."""

    id: str
    strategy: str
    instrument: InstrumentId
    timeframe: str
    direction: Direction
    at_ms: int
    price: float
    spread: float | None
    terms: tuple[TermBody, ...]
    outcomes: tuple[OutcomeBody, ...]


class ScoreBody(Struct, frozen=True, kw_only=True):
    """How signals did after a while."""

    after_ms: int
    known: int
    hits: int
    hit_rate_pct: float | None
    expectancy_pct: float | None


class StrategyBody(Struct, frozen=True, kw_only=True):
    """A strategy and how it has done."""

    name: str
    description: str
    when: str
    instruments: tuple[str, ...]
    timeframe: str
    direction: Direction
    cool_down_ms: int
    hold_ms: int
    instrument_count: int
    triggers: int
    signals: int
    last_ms: int | None
    scores: tuple[ScoreBody, ...]


class BacktestBody(Struct, frozen=True, kw_only=True):
    """What a rule would have said."""

    name: str
    when: str
    timeframe: str
    direction: Direction
    cool_down_ms: int
    hold_ms: int
    start_ms: int
    end_ms: int
    bars: int
    instruments: tuple[InstrumentId, ...]
    triggers: int
    unknown: int
    scores: tuple[ScoreBody, ...]
    signals: tuple[SignalBody, ...]
    note: str


def signal_body(signal: Signal) -> SignalBody:
    """A signal as it is sent."""
    return SignalBody(
        id=signal.id,
        strategy=signal.strategy,
        instrument=signal.instrument,
        timeframe=signal.timeframe,
        direction=signal.direction,
        at_ms=signal.at_ms,
        price=signal.price,
        spread=signal.spread,
        terms=tuple(map(_term_body, signal.terms)),
        outcomes=tuple(map(_outcome_body, signal.outcomes)),
    )


def strategy_body(status: StrategyStatus) -> StrategyBody:
    """A strategy as it is sent."""
    spec = status.strategy
    return StrategyBody(
        name=spec.name,
        description=spec.description,
        when=spec.when,
        instruments=spec.instruments,
        timeframe=spec.timeframe,
        direction=spec.direction,
        cool_down_ms=spec.cool_down_ms,
        hold_ms=spec.hold_ms,
        instrument_count=status.instruments,
        triggers=status.triggers,
        signals=status.signals,
        last_ms=status.last_ms,
        scores=tuple(map(_score_body, status.scores)),
    )


def backtest_body(test: Backtest) -> BacktestBody:
    """A backtest as it is sent."""
    spec: Strategy = test.strategy
    return BacktestBody(
        name=spec.name,
        when=spec.when,
        timeframe=spec.timeframe,
        direction=spec.direction,
        cool_down_ms=spec.cool_down_ms,
        hold_ms=spec.hold_ms,
        start_ms=test.start_ms,
        end_ms=test.end_ms,
        bars=test.bars,
        instruments=test.instruments,
        triggers=test.triggers,
        unknown=test.unknown,
        scores=tuple(map(_score_body, test.scores)),
        signals=tuple(map(signal_body, test.signals)),
        note=test.note,
    )


def _term_body(term: Term) -> TermBody:
    return TermBody(text=term.text, value=term.value)


def _outcome_body(one: Outcome) -> OutcomeBody:
    return OutcomeBody(after_ms=one.after_ms, price=one.price, move_pct=one.move_pct, is_hit=one.is_hit)


def _score_body(score: Score) -> ScoreBody:
    return ScoreBody(**{name: getattr(score, name) for name in ScoreBody.__struct_fields__})
