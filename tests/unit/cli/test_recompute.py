"""`rtp-tui recompute` against a server in front of a scripted engine."""

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.model.commands import RecomputeBars
from rtp_tui.model.instrument import InstrumentId
from tests.unit.cli.asked import Asked

ETH = InstrumentId("crypto:ETH")
BTC = InstrumentId("crypto:BTC")


def test_all_instruments_are_built_anew_when_none_is_named() -> None:
    asked = Asked("recompute")

    assert asked.code == exit_codes.OK
    assert asked.orders == [RecomputeBars(instrument=BTC), RecomputeBars(instrument=ETH)]


@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "1h", "1d"])
def test_each_timeframe_that_there_are_bars_of_may_be_named(timeframe: str) -> None:
    asked = Asked("recompute", "eth", "--timeframe", timeframe)

    assert asked.code == exit_codes.OK
    assert asked.orders == [RecomputeBars(instrument=ETH, timeframe=timeframe)]
