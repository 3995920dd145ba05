"""The demo's instruments and hours."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import Priority
from rtp_tui.simulator.demo import demo_instruments, demo_markets
from rtp_tui.simulator.listings import LISTINGS
from tests.factories import NOW_MS

MOMENTS = st.integers(NOW_MS, NOW_MS + 400 * 86_400_000)


def test_there_are_fifty_pairs_twenty_stocks_and_the_peso() -> None:
    classes = [instrument.asset_class for instrument in demo_instruments()]
    assert {name: classes.count(name) for name in classes} == {"crypto": 50, "stocks": 20, "fx": 1}
    assert len({instrument.id for instrument in demo_instruments()}) == 71
    assert len({listing.symbol for listing in LISTINGS}) == 71


def test_ids_fit_the_contract_and_about_ten_matter_most() -> None:
    assert all(re.fullmatch(r"[a-z]+:[A-Za-z0-9._=^&-]{1,32}", i.id) for i in demo_instruments())
    assert sum(i.priority is Priority.HIGH for i in demo_instruments()) == 10


@given(now_ms=MOMENTS)
def test_at_any_moment_one_market_is_about_to_open_one_closed_and_one_open(now_ms: int) -> None:
    opening, closed, fx = demo_markets(now_ms)
    assert not opening.is_open(now_ms)
    assert opening.is_open(now_ms + 121_000)
    assert opening.is_open(now_ms + 4 * 3_600_000)
    assert not any(closed.is_open(now_ms + hours * 3_600_000) for hours in range(8))
    assert fx.is_open(now_ms)


@given(now_ms=MOMENTS)
def test_no_session_crosses_midnight(now_ms: int) -> None:
    assert all(market.open < market.close for market in demo_markets(now_ms))


def test_every_market_but_the_clock_round_one_has_hours() -> None:
    names = {market.name for market in demo_markets(NOW_MS)} | {"24x7"}
    assert {instrument.market for instrument in demo_instruments()} == names


def test_polled_instruments_have_the_feeds_of_two_streams_and_of_who_is_asked() -> None:
    feeds = {str(instrument.id): instrument.feeds for instrument in demo_instruments(polled=True)}
    assert feeds["crypto:BTC"] == (
        "binance:BTCUSDT",
        "coinbase:BTC-USD",
        "coingecko:bitcoin",
    )
    assert feeds["crypto:GALA"] == ("binance:GALAUSDT", "coingecko:gala")
    assert feeds["stocks:AAPL"] == ("yahoo:AAPL",)
    assert feeds["fx:USDCOP"] == ("yahoo:COP=X",)
    assert sum(any(feed.startswith("coinbase:") for feed in names) for names in feeds.values()) == 10
    assert sum(any(feed.startswith("coingecko:") for feed in names) for names in feeds.values()) == 50


def test_no_two_instruments_share_a_name_at_a_venue() -> None:
    names = [feed for instrument in demo_instruments(polled=True) for feed in instrument.feeds]
    assert len(names) == len(set(names))
