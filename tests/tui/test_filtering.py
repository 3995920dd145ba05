import pytest

from rtp_tui.tui.filtering import BadFilter, is_wanted, parse_filter
from rtp_tui.tui.panes.pane import Value

COLUMNS = frozenset({"symbol", "change", "age", "volume", "last"})
VALUES: dict[str, Value] = {"symbol": "BTC", "change": 2.5, "age": 31.0, "volume": 1.2e9, "last": None}


def matches(text: str, row: str = "crypto:BTC Bitcoin binance") -> bool:
    return is_wanted(parse_filter(text, COLUMNS), row, VALUES.__getitem__)


@pytest.mark.parametrize(
    "text",
    ["", "btc", "BIT", "^crypto", "b.t", "!stocks", "change > 2", "change >= 2.5 and age > 30s", "age < 1m", "vol > 1B",
     "chg<3&btc", "eth or btc", "change > 3 or age > 30s and btc", "btc or", "! change < 0", "change >", "("],
)  # fmt: skip
def test_a_filter_that_holds(text: str) -> None:
    assert matches(text, "crypto:BTC Bitcoin (binance)")


@pytest.mark.parametrize(
    "text",
    [
        "eth",
        "!btc",
        "change > 3",
        "change > 2 and eth",
        "last > 0",
        "symbol > 1",
        "^btc",
        "eth or doge",
        "change > 3 or eth and btc",
    ],
)
def test_a_filter_that_does_not_hold(text: str) -> None:
    assert not matches(text)


def test_a_comparison_of_an_unknown_column_names_those_there_are() -> None:
    with pytest.raises(BadFilter, match="no column height: try age, change"):
        parse_filter("height > 2", COLUMNS)
