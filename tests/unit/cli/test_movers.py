"""How the market as a whole is printed."""

import pytest

from rtp_tui.analytics.market_view import Seen, view_market
from rtp_tui.cli.movers import print_movers
from tests.factories import ETH, NOW_MS, a_quote, an_instrument


def test_breadth_sentiment_and_lists_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rising = Seen(an_instrument(), a_quote(change_24h_pct=1.5, volume_24h=2.5e7), is_stale=False)
    falling = Seen(an_instrument(ETH), a_quote(instrument=ETH, change_24h_pct=-2.0), is_stale=False)
    print_movers(view_market([rising, falling], None, 10, NOW_MS))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 up  1 down  0 unchanged  0 not counted"
    assert lines[1].startswith("sentiment ")
    assert lines[4].split() == ["crypto:BTC", "67830.1", "+1.50", "%", "2.5e+07"]
    assert lines[7].split()[0] == ETH


def test_where_nothing_is_known_only_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_movers(view_market([], None, 10, NOW_MS))
    assert capsys.readouterr().out == "0 up  0 down  0 unchanged  0 not counted\n"
