"""Which venue a path belongs to."""

import pytest

from rtp_tui.simulator.coingecko import CoinGecko
from rtp_tui.simulator.gateway import Gateway
from rtp_tui.simulator.listener import Listener
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("target", "venue", "rest"),
    [
        ("/ws", "binance", "/ws"),
        ("/binance/ws/btcusdt@trade", "binance", "/ws/btcusdt@trade"),
        ("/binance/api/v3/time", "binance", "/api/v3/time"),
        ("/yahoo", "yahoo", "/"),
        ("/yahoo?a=1", "yahoo", "/?a=1"),
        ("/yahoo/v8/finance/chart/AAPL?range=1d", "yahoo", "/v8/finance/chart/AAPL?range=1d"),
        ("/yahooligans", "binance", "/yahooligans"),
        ("/", "binance", "/"),
    ],
)
def test_the_first_part_of_a_path_names_the_venue(target: str, venue: str, rest: str) -> None:
    gateways = {name: Gateway(FakeClock(), CoinGecko({})) for name in ("binance", "yahoo")}
    gateway, led = Listener(gateways).led(target)
    assert gateway is gateways[venue]
    assert led == rest
