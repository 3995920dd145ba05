"""Streams carry the fields that are documented, at the documented pace."""

import json
from collections import defaultdict
from typing import Any

from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.publisher import Publisher
from tests.factories import NOW_MS

FEW = tuple(listing for listing in LISTINGS if listing.code in ("BTC", "GALA"))
KINDS = ("trade", "aggTrade", "bookTicker", "miniTicker", "ticker", "kline_1m")


def published(seconds: float, *streams: str) -> dict[str, list[Any]]:
    """What came on each stream in so many seconds of 50 ms beats."""
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    publisher = Publisher(
        market, streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told


def test_nothing_is_encoded_that_nobody_listens_to() -> None:
    assert set(published(3, "btcusdt@trade")) == {"btcusdt@trade"}


def test_events_have_the_documented_fields() -> None:
    told = published(5, *(f"btcusdt@{kind}" for kind in KINDS))
    fields = {kind: " ".join(told[f"btcusdt@{kind}"][0]) for kind in KINDS}
    assert fields == {
        "trade": "e E s t p q T m M",
        "aggTrade": "e E s a p q f l T m M",
        "bookTicker": "u s b B a A",
        "miniTicker": "e E s c o h l v q",
        "ticker": "e E s p P w x c Q b B a A o h l v q O C F L n",
        "kline_1m": "e E s k",
    }
    assert " ".join(told["btcusdt@kline_1m"][0]["k"]) == "t T s i f L o c h l v n x q V Q B"


def test_numbers_are_strings_of_eight_decimals_and_times_integers() -> None:
    trade = published(2, "btcusdt@trade")["btcusdt@trade"][0]
    assert trade["s"] == "BTCUSDT"
    assert all(len(trade[name].partition(".")[2]) == 8 for name in "pq")
    assert isinstance(trade["E"], int)
    assert trade["T"] <= trade["E"] < trade["T"] + 100


def test_tickers_come_once_a_second() -> None:
    told = published(10, "btcusdt@miniTicker", "!miniTicker@arr")
    assert 9 <= len(told["btcusdt@miniTicker"]) <= 11
    assert {row["s"] for row in told["!miniTicker@arr"][-1]} <= {"BTCUSDT", "GALAUSDT"}


def test_a_clock_that_is_set_back_stops_neither_tickers_nor_klines() -> None:
    told: list[Any] = []
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    streams = ("btcusdt@miniTicker", "btcusdt@kline_1m")
    publisher = Publisher(market, streams.__contains__, lambda _stream, text: told.append(json.loads(text)))
    set_back_ms = NOW_MS - 3_600_000
    for at_ms in (*range(NOW_MS, NOW_MS + 10_000, 50), *range(set_back_ms, set_back_ms + 70_000, 50)):
        publisher.beat(market.advance(at_ms), at_ms)
    since = [event for event in told if event["E"] < NOW_MS]
    finished = [event["k"] for event in since if event["e"] == "kline" and event["k"]["x"]]

    assert sum(event["e"] == "24hrMiniTicker" for event in since) >= 69
    assert [k["t"] for k in finished] == [set_back_ms - set_back_ms % MINUTE_MS]
    opens = [minute.open_ms for minute in market.books["BTCUSDT"].minutes(0, 1 << 53)]
    assert opens == sorted(set(opens))
    assert opens[-1] <= set_back_ms + 70_000


def test_a_minute_is_told_once_as_finished_and_agrees_with_its_trades() -> None:
    told = published(110, "btcusdt@kline_1m", "btcusdt@trade")
    finished = [event["k"] for event in told["btcusdt@kline_1m"] if event["k"]["x"]]
    assert [k["t"] for k in finished] == [NOW_MS - 20_000, NOW_MS - 20_000 + MINUTE_MS]
    whole = finished[1]
    inside = [trade for trade in told["btcusdt@trade"] if whole["t"] <= trade["T"] <= whole["T"]]
    assert (whole["f"], whole["L"], whole["n"]) == (inside[0]["t"], inside[-1]["t"], len(inside))
    assert whole["c"] == inside[-1]["p"]
    assert float(whole["h"]) >= max(float(trade["p"]) for trade in inside)


def test_the_finished_minute_comes_right_after_its_end() -> None:
    events = published(60, "btcusdt@kline_1m")["btcusdt@kline_1m"]
    assert all(0 < event["E"] - event["k"]["T"] <= 100 for event in events if event["k"]["x"])
