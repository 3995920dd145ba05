"""Positions: what the chosen portfolio holds, at the prices of now."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, PortfolioValue, Position, PositionValue
from rtp_tui.text import precision_for, price_text, signed
from rtp_tui.tui.cells import Cell, Column, Line, Row, Tone
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.money import change_cell, money_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.panes.prices import decimals_of
from rtp_tui.tui.scene import Scene

BAR_WIDTH = 8
HeldT = TypeVar("HeldT", Position, PositionValue)
_UNKNOWN_SHOWN = 2
_ROOM_FOR_TOTALS = 6


class Positions(Pane):
    """One row a position; above them what they are worth together, and what is not known."""

    name = "positions"
    title = "Positions"
    has_foot = True
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="symbol", title="SYMBOL", width=8, grows_to=20),
        Column(name="quantity", title="HELD", width=9, rank=2, right=True, is_number=True),
        Column(name="price", title="PRICE", width=10, rank=1, right=True, is_number=True),
        Column(name="value", title="VALUE", width=10, right=True, is_number=True),
        Column(name="weight", title="WGHT", width=6, rank=3, right=True, is_number=True),
        Column(name="bar", title="", width=BAR_WIDTH, rank=5),
        Column(name="day", title="DAY%", width=7, right=True, is_number=True),
        Column(name="day_change", title="DAY", width=10, rank=6, right=True, is_number=True),
        Column(name="unrealised", title="P&L", width=10, rank=4, right=True, is_number=True),
        Column(name="unrealised_pct", title="P&L%", width=8, rank=7, right=True, is_number=True),
        Column(name="cost", title="COST", width=10, rank=8, right=True, is_number=True),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        portfolio = scene.portfolios.get(scene.portfolio or "")
        return () if portfolio is None else [key for key, _ in _keyed(portfolio.positions)]

    def row(self, scene: Scene, key: str) -> Row:
        portfolio = scene.portfolios.get(scene.portfolio or "")
        position = None if portfolio is None else position_of(portfolio, key)
        if position is None:
            return Row(key, (Cell("·", Tone.DIM), Cell(key, Tone.DIM), *(Cell("") for _ in self.columns[2:])))
        value = worth_of(scene, key)
        is_dim = not scene.is_trusted or value is None or value.value is None
        plain = Tone.DIM if is_dim else Tone.TEXT
        money = (None,) * 6 if value is None else _numbers(value)
        worth, weight, day_pct, day, unrealised, unrealised_pct = money
        return Row(
            key,
            (
                _mark(scene, value),
                Cell(_symbol(scene, position.instrument), Tone.DIM if is_dim else Tone.BRIGHT),
                Cell(quantity_text(position.quantity), plain),
                Cell(_price(scene, position.instrument, value), plain),
                Cell(money_text(worth), plain),
                Cell("–" if weight is None else f"{100 * weight:.1f}%", plain),
                Cell(bar(None if weight is None else abs(weight), BAR_WIDTH), _side(weight, is_dim)),
                change_cell(signed(day_pct), day_pct, is_dim=is_dim),
                change_cell(money_text(day, with_sign=True), day, is_dim=is_dim),
                change_cell(money_text(unrealised, with_sign=True), unrealised, is_dim=is_dim),
                change_cell(signed(unrealised_pct), unrealised_pct, is_dim=is_dim),
                Cell("–" if position.cost_price is None else f"{position.cost_price:,.6g}", Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        value = worth_of(scene, key)
        if column in ("mark", "symbol"):
            return super().value(scene, key, column)
        if value is None:
            return None
        worth, weight, day_pct, day, unrealised, unrealised_pct = _numbers(value)
        values: dict[str, Value] = {
            "quantity": value.quantity,
            "price": value.price,
            "value": worth,
            "weight": weight,
            "bar": weight,
            "day": day_pct,
            "day_change": day,
            "unrealised": unrealised,
            "unrealised_pct": unrealised_pct,
        }
        return values.get(column)

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        return super().instrument(scene, key.partition(" ")[0])

    def is_fault(self, scene: Scene, key: str) -> bool:
        value = worth_of(scene, key)
        return value is None or value.is_stale or value.value is None

    def banner(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        value = scene.state.portfolio.values.get(scene.portfolio or "")
        if value is None or scene.portfolio not in scene.portfolios or height < _ROOM_FOR_TOTALS:
            return ()
        return (_totals(scene, value), *_unknown_lines(value.unknown))

    def subtitle(self, scene: Scene) -> str:
        value = scene.state.portfolio.values.get(scene.portfolio or "")
        if value is None or value.best is None or value.worst is None:
            return scene.portfolio or ""
        return f"{value.name}: best {_symbol(scene, value.best)}  worst {_symbol(scene, value.worst)}"

    def empty(self, scene: Scene) -> str:
        if scene.portfolio in scene.portfolios:
            return f"{scene.portfolio} holds nothing yet: {scene.key('hold')} puts a position in"
        return f"no portfolio is chosen: {scene.key('show_pane.portfolios')} shows them"


def position_of(portfolio: Portfolio, key: str) -> Position | None:
    """The position of a row."""
    return next((one for name, one in _keyed(portfolio.positions) if name == key), None)


def worth_of(scene: Scene, key: str) -> PositionValue | None:
    """What the engine makes of a position; None while it has not valued it as it is now."""
    value = scene.state.portfolio.values.get(scene.portfolio or "")
    portfolio = scene.portfolios.get(scene.portfolio or "")
    position = None if portfolio is None else position_of(portfolio, key)
    if value is None or position is None:
        return None
    found = next((one for name, one in _keyed(value.positions) if name == key), None)
    return found if found is not None and found.quantity == position.quantity else None


def quantity_text(quantity: float) -> str:
    """At most nine characters."""
    text = f"{quantity:,.6g}"
    return text if len(text) <= 9 else f"{quantity:.2e}"


def _keyed(positions: Iterable[HeldT]) -> list[tuple[str, HeldT]]:
    """Each by its instrument; the second one of the same has a number."""
    counts: dict[str, int] = {}
    keyed = []
    for one in positions:
        counts[one.instrument] = count = counts.get(one.instrument, 0) + 1
        keyed.append((one.instrument if count == 1 else f"{one.instrument} {count}", one))
    return keyed


def _numbers(value: PositionValue) -> tuple[float | None, ...]:
    return (
        value.value,
        value.weight,
        value.day_change_pct,
        value.day_change,
        value.unrealised,
        value.unrealised_pct,
    )


def _totals(scene: Scene, value: PortfolioValue) -> Line:
    is_dim = not scene.is_trusted
    return (
        Cell(f" {money_text(value.value)} {value.base_currency}", Tone.DIM if is_dim else Tone.BRIGHT),
        Cell("  day ", Tone.DIM),
        change_cell(
            f"{money_text(value.day_change, with_sign=True)} {signed(value.day_change_pct)}%",
            value.day_change,
            is_dim=is_dim,
        ),
        Cell("  P&L ", Tone.DIM),
        change_cell(
            f"{money_text(value.unrealised, with_sign=True)} {signed(value.unrealised_pct)}%",
            value.unrealised,
            is_dim=is_dim,
        ),
    )


def _unknown_lines(unknown: Sequence[str]) -> tuple[Line, ...]:
    more = len(unknown) - _UNKNOWN_SHOWN
    words = [*unknown[:_UNKNOWN_SHOWN], *([f"and {more} more things are not known"] if more > 0 else [])]
    return tuple((Cell(f" ○ {one}", Tone.WARN),) for one in words)


def _mark(scene: Scene, value: PositionValue | None) -> Cell:
    if value is None:
        return Cell("…", Tone.INFO)
    if not scene.is_trusted or value.value is None:
        return Cell("?", Tone.DIM)
    return Cell("✖", Tone.BAD) if value.is_stale else Cell("●", Tone.OK)


def _symbol(scene: Scene, instrument: InstrumentId) -> str:
    known = scene.state.market.instruments.get(instrument)
    return instrument.partition(":")[2] if known is None else known.symbol


def _price(scene: Scene, key: InstrumentId, value: PositionValue | None) -> str:
    instrument, quote = scene.state.market.instruments.get(key), scene.state.market.quotes.get(key)
    price = value.price if value is not None else quote.price if quote is not None else None
    if instrument is None or price is None:
        return price_text(price, precision_for("", price or 1.0))
    return price_text(price, decimals_of(instrument, quote))


def _side(weight: float | None, is_dim: bool) -> Tone:
    if weight is None or is_dim:
        return Tone.FRAME
    return Tone.SPARK if weight >= 0 else Tone.DOWN_SOFT
