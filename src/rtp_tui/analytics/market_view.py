"""Gainers, losers, breadth and sentiment."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import tanh
from statistics import fmean, median, stdev

from msgspec import Struct

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Quote
from rtp_tui.model.market_view import ChangeStatistics, MarketView, Mood, Mover, SentimentTerm

MOVED_A_LOT_PCT = 10.0
_EDGE = 0.02
_TYPICAL_PCT = {"crypto": 3.0, "fx": 0.3}
_TYPICAL_OTHERWISE_PCT = 1.0


class Seen(Struct, frozen=True, gc=False):
    """An instrument with its quote; `is_stale` where it does not count."""

    instrument: Instrument
    quote: Quote
    is_stale: bool


def view_market(seen: Iterable[Seen], asset_class: str | None, limit: int, at_ms: int) -> MarketView:
    """The market as these quotes show it; what is stale or has no change is only counted."""
    every = [one for one in seen if asset_class is None or one.instrument.asset_class == asset_class]
    known = [(one, mover) for one in every if not one.is_stale and (mover := _mover(one.quote))]
    movers = [mover for _, mover in known]
    positions = [position for one, _ in known if (position := one.quote.day_position) is not None]
    changes = [mover.change_pct for mover in movers]
    terms = sentiment_terms([one for one, _ in known], changes, positions) if known else ()
    sentiment = sentiment_of(terms) if terms else None
    return MarketView(
        asset_class=asset_class,
        at_ms=at_ms,
        counted=len(known),
        left_out=len(every) - len(known),
        gainers=_top(movers, lambda mover: mover.change_pct, limit),
        losers=_top(movers, lambda mover: -mover.change_pct, limit),
        busiest=_top(_of_commonest_currency(known), lambda mover: mover.volume or 0.0, limit),
        advancing=sum(change > 0 for change in changes),
        declining=sum(change < 0 for change in changes),
        unchanged=sum(change == 0 for change in changes),
        at_high=sum(position >= 1 - _EDGE for position in positions),
        at_low=sum(position <= _EDGE for position in positions),
        changes=_statistics(changes) if changes else None,
        sentiment=sentiment,
        mood=None if sentiment is None else mood_of(sentiment),
        terms=terms,
    )


def sentiment_terms(
    seen: Sequence[Seen], changes: Sequence[float], positions: Sequence[float]
) -> tuple[SentimentTerm, ...]:
    """What sentiment is made of, from at least one change: half of it breadth, three tenths the change, two tenths the position.

    Breadth is advancing less declining over all; change is `tanh(median of change / typical)`, with a typical day of 3 % for crypto,
    0.3 % for currencies and 1 % otherwise; position is the mean place between the day's low, -1, and its high, 1.
    """
    up, down = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    days = median(
        change / _TYPICAL_PCT.get(one.instrument.asset_class, _TYPICAL_OTHERWISE_PCT)
        for one, change in zip(seen, changes, strict=True)
    )
    position = 2 * fmean(positions) - 1 if positions else None
    place = f"mean place in the day's range of {len(positions)}" if positions else "no range is known"
    return (
        SentimentTerm(
            "breadth", 0.5, (up - down) / len(changes), f"({up} up - {down} down) / {len(changes)}"
        ),
        SentimentTerm("change", 0.3, tanh(days), f"tanh({days:+.2f}): the median of change / typical"),
        SentimentTerm("position", 0.2, position, place),
    )


def sentiment_of(terms: Iterable[SentimentTerm]) -> float:
    """0 to 100: `50 + 50 (0.5 breadth + 0.3 change + 0.2 position)`; where no range is known, the others weigh more."""
    known = [(term.weight, term.value) for term in terms if term.value is not None]
    return 50 + 50 * sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)


def mood_of(sentiment: float) -> Mood:
    """Sentiment in words."""
    for bound, mood in ((20, Mood.FEARFUL), (40, Mood.CAUTIOUS)):
        if sentiment < bound:
            return mood
    for bound, mood in ((60, Mood.NEUTRAL), (80, Mood.HOPEFUL)):
        if sentiment <= bound:
            return mood
    return Mood.GREEDY


def _mover(quote: Quote) -> Mover | None:
    if quote.price is None or quote.change_24h_pct is None:
        return None
    return Mover(quote.instrument, quote.price, quote.change_24h_pct, quote.volume_24h)


def _of_commonest_currency(known: Sequence[tuple[Seen, Mover]]) -> list[Mover]:
    traded = [(one.instrument.currency, mover) for one, mover in known if mover.volume]
    currencies = Counter(currency for currency, _ in traded).most_common(1)
    return [mover for currency, mover in traded if currency == currencies[0][0]]


def _top(movers: Iterable[Mover], by: Callable[[Mover], float], limit: int) -> tuple[Mover, ...]:
    """Those for which it is above zero, the largest first."""
    ranked = sorted(
        (mover for mover in movers if by(mover) > 0), key=lambda mover: (-by(mover), mover.instrument)
    )
    return tuple(ranked[: max(0, limit)])


def _statistics(changes: Sequence[float]) -> ChangeStatistics:
    return ChangeStatistics(
        mean_pct=fmean(changes),
        median_pct=median(changes),
        deviation_pct=stdev(changes) if len(changes) > 1 else None,
        lowest_pct=min(changes),
        highest_pct=max(changes),
        moved_a_lot=sum(abs(change) > MOVED_A_LOT_PCT for change in changes),
    )
