"""What a portfolio is worth at given prices and rates."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, PortfolioValue, Position, PositionValue


class Priced(Struct, frozen=True, gc=False):
    """What a position needs to know of its instrument."""

    currency: str
    price: float | None
    day_change: float | None = None
    """Of a unit, in the instrument's currency."""
    is_stale: bool = False


class Rates:
    """What one currency costs in another, from pairs that are priced: directly, turned around or over a third one."""

    def __init__(self, pairs: Mapping[tuple[str, str], float]) -> None:
        """`pairs["USD", "COP"]` is what a dollar costs in pesos."""
        known = {pair: rate for pair, rate in pairs.items() if rate > 0}
        self._direct = {(quote, base): 1 / rate for (base, quote), rate in known.items()} | known
        self._currencies = sorted({currency for pair in known for currency in pair})

    def rate(self, of: str, to: str) -> float | None:
        """Units of `to` for one of `of`; None where no priced pairs lead from one to the other."""
        if of == to:
            return 1.0
        if (direct := self._direct.get((of, to))) is not None:
            return direct
        for between in self._currencies:
            first, second = self._direct.get((of, between)), self._direct.get((between, to))
            if first is not None and second is not None:
                return first * second
        return None


def value_portfolio(
    portfolio: Portfolio, priced: Callable[[InstrumentId], Priced | None], rates: Rates, at_ms: int
) -> PortfolioValue:
    """The portfolio at these prices; what is missing is left out of the sums, and named."""
    held = [
        _Held(position, priced(position.instrument), portfolio.base_currency, rates)
        for position in portfolio.positions
    ]
    gross = _sum(abs(one.value) for one in held if one.value is not None)
    day_change, unrealised = _sum(one.day_change for one in held), _sum(one.unrealised for one in held)
    best, worst = _extremes(held)
    return PortfolioValue(
        name=portfolio.name,
        base_currency=portfolio.base_currency,
        at_ms=at_ms,
        value=_sum(one.value for one in held),
        gross=gross,
        day_change=day_change,
        day_change_pct=_pct(day_change, _sum(_size(one.worth_before) for one in held)),
        unrealised=unrealised,
        unrealised_pct=_pct(unrealised, _sum(_size(one.cost) for one in held)),
        positions=tuple(one.told(gross) for one in held),
        best=best,
        worst=worst,
        unknown=tuple(dict.fromkeys(one.missing for one in held if one.missing)),
    )


class _Held:
    """One position, priced."""

    def __init__(self, position: Position, priced: Priced | None, base_currency: str, rates: Rates) -> None:
        self.position = position
        self.price = priced.price if priced else None
        self.is_stale = priced.is_stale if priced else False
        self.rate = rates.rate(priced.currency, base_currency) if priced else None
        self.missing = self._missing(priced, base_currency)
        self._unit_change = priced.day_change if priced else None
        self.value = self._in_base(self.price)
        self.day_change = self._in_base(self._unit_change)
        self.cost = self._in_base(position.cost_price)

    @property
    def unrealised(self) -> float | None:
        return None if self.value is None or self.cost is None else self.value - self.cost

    @property
    def worth_before(self) -> float | None:
        """What the day began with, where its change is known."""
        return None if self.value is None or self.day_change is None else self.value - self.day_change

    @property
    def day_change_pct(self) -> float | None:
        """Of the price, so that a short position's gain shows as the fall that it is."""
        if self.price is None or self._unit_change is None:
            return None
        return _pct(self._unit_change, self.price - self._unit_change)

    def told(self, gross: float | None) -> PositionValue:
        return PositionValue(
            instrument=self.position.instrument,
            quantity=self.position.quantity,
            price=self.price,
            rate=self.rate,
            value=self.value,
            weight=self.value / gross if self.value is not None and gross else None,
            day_change=self.day_change,
            day_change_pct=self.day_change_pct,
            unrealised=self.unrealised,
            unrealised_pct=_pct(self.unrealised, self.cost),
            is_stale=self.is_stale,
        )

    def _in_base(self, unit: float | None) -> float | None:
        return None if unit is None or self.rate is None else self.position.quantity * unit * self.rate

    def _missing(self, priced: Priced | None, base_currency: str) -> str:
        if priced is None:
            return f"{self.position.instrument} is not priced here"
        if priced.price is None:
            return f"{self.position.instrument} has no price yet"
        return "" if self.rate is not None else f"no rate of {priced.currency} to {base_currency}"


def _extremes(held: Iterable[_Held]) -> tuple[InstrumentId | None, InstrumentId | None]:
    """The best and the worst of the day, by what they did for the portfolio in percent; of two at least."""
    moved = [
        ((change if one.position.quantity > 0 else -change), one.position.instrument)
        for one in held
        if (change := one.day_change_pct) is not None
    ]
    return (max(moved)[1], min(moved)[1]) if len(moved) > 1 else (None, None)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _size(value: float | None) -> float | None:
    return None if value is None else abs(value)


def _pct(part: float | None, whole: float | None) -> float | None:
    """In percent of the size of the whole: a short position's cost is negative."""
    return None if part is None or not whole else 100 * part / abs(whole)
