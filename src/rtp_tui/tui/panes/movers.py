"""Movers: gainers, losers and the busiest of the chosen class."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market_view import MarketView, Mover
from rtp_tui.text import compact, price_text, signed
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.money import change_cell
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.panes.prices import decimals_of, watched_text
from rtp_tui.tui.scene import Scene

_LISTS: Mapping[str, str] = MappingProxyType({"gainer": "▲", "loser": "▼", "busiest": "▸"})


class Movers(Pane):
    """One row an instrument and the list that it is in."""

    name = "movers"
    title = "Movers"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="list", title="LIST", width=7),
        Column(name="symbol", title="SYMBOL", width=8, grows_to=14),
        Column(name="price", title="PRICE", width=10, right=True, is_number=True),
        Column(name="change", title="CHG%", width=7, right=True, is_number=True),
        Column(name="volume", title="VOL", width=6, rank=1, right=True, is_number=True),
        Column(name="name", title="NAME", width=10, rank=2, grows_to=24),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        view = scene.answers.markets.get(scene.asset_class)
        if view is None:
            return ()
        return [f"{kind} {mover.instrument}" for kind in _LISTS for mover in _list(view, kind)]

    def row(self, scene: Scene, key: str) -> Row:
        kind, _, name = key.partition(" ")
        mover, instrument = mover_of(scene, key), scene.state.market.instruments.get(InstrumentId(name))
        if mover is None or instrument is None:
            return Row(
                key, (Cell("·", Tone.DIM), Cell("gone", Tone.DIM), *(Cell("") for _ in self.columns[2:]))
            )
        is_dim = not scene.is_trusted
        quote = scene.state.market.quotes.get(instrument.id)
        return Row(
            key,
            (
                change_cell(_LISTS[kind], {"gainer": 1.0, "loser": -1.0}.get(kind), is_dim=is_dim),
                Cell(kind, Tone.DIM),
                Cell(watched_text(scene, instrument), Tone.DIM if is_dim else Tone.BRIGHT),
                Cell(
                    price_text(mover.price, decimals_of(instrument, quote)), Tone.DIM if is_dim else Tone.TEXT
                ),
                change_cell(signed(mover.change_pct), mover.change_pct, is_dim=is_dim),
                Cell(compact(mover.volume), Tone.DIM if is_dim else Tone.TEXT),
                Cell(instrument.name, Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        mover = mover_of(scene, key)
        if mover is None:
            return None
        values: dict[str, Value] = {
            "price": mover.price,
            "change": mover.change_pct,
            "volume": mover.volume,
        }
        return values[column] if column in values else super().value(scene, key, column)

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        return super().instrument(scene, key.partition(" ")[2])

    def subtitle(self, scene: Scene) -> str:
        return (
            f"{scene.asset_class}: {scene.key('choose_next')} shows the next class"
            if scene.answers.markets
            else ""
        )

    def empty(self, scene: Scene) -> str:
        if refusal := scene.answers.refusals.get("market"):
            return f"not told: {refusal}"
        following, whole = scene.key("choose_next"), scene.key("show_pane.market")
        return f"nothing moved: {following} looks at the next class, {whole} at all of them"


def mover_of(scene: Scene, key: str) -> Mover | None:
    """The instrument of a row, and what its price did."""
    kind, _, name = key.partition(" ")
    view = scene.answers.markets.get(scene.asset_class)
    movers = () if view is None else _list(view, kind)
    return next((mover for mover in movers if mover.instrument == name), None)


def _list(view: MarketView, kind: str) -> tuple[Mover, ...]:
    return {"gainer": view.gainers, "loser": view.losers}.get(kind, view.busiest)
