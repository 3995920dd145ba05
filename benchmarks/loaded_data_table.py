"""The same market in Textual's DataTable, at its kindest: batched every 100 ms, only what changed."""

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import DataTable

from benchmarks.market_load import EVERY_S, MarketLoad
from rtp_tui.clock import SystemClock
from rtp_tui.model.market import Quote

COLUMNS = {"symbol": 10, "last": 12, "change": 9, "bid": 12, "ask": 12, "volume": 8, "age": 5, "source": 10}


class DataTableApp(App[None]):
    """500 rows by 8 columns."""

    BINDINGS = [("q", "quit", "quit")]  # noqa: RUF012 - as Textual wants it

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self._load = MarketLoad(SystemClock())
        self._table: DataTable[Text | str] = DataTable(cursor_type="row")

    def compose(self) -> ComposeResult:
        yield self._table

    def on_mount(self) -> None:
        for name, width in COLUMNS.items():
            self._table.add_column(name.upper(), key=name, width=width)
        for instrument in self._load.instruments:
            cells = cells_of(self._load.quotes[instrument.id])
            fixed = {"symbol": instrument.symbol, "volume": "1.00M", "age": "0s", "source": "load"}
            self._table.add_row(*({**fixed, **cells}[name] for name in COLUMNS), key=instrument.id)
        self.set_interval(EVERY_S, self.take_updates)

    def take_updates(self) -> None:
        with self.batch_update():
            for key, quote in self._load.due().items():
                for name, cell in cells_of(quote).items():
                    self._table.update_cell(key, name, cell)


def cells_of(quote: Quote) -> dict[str, Text | str]:
    """What an update changes."""
    change = quote.change_24h_pct or 0.0
    return {
        "last": Text(f"{quote.price:,.2f}", justify="right"),
        "change": Text(f"{change:+.2f}", style="green" if change > 0 else "red", justify="right"),
        "bid": Text(f"{quote.bid:,.2f}", justify="right"),
        "ask": Text(f"{quote.ask:,.2f}", justify="right"),
    }


if __name__ == "__main__":
    DataTableApp().run()
