"""How treasuries are printed."""

import pytest
from msgspec.structs import replace

from rtp_tui.cli.treasury import print_treasury
from rtp_tui.model.treasury import TreasuryReport, Unknown
from tests.factories import NOW_MS
from tests.treasuries import a_treasury_report


def test_coins_and_companies_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    print_treasury(a_treasury_report())
    coin, heading, strategy, metaplanet = capsys.readouterr().out.splitlines()
    assert coin == "BTC: 2 companies hold 680k, $68.0B, 4.00% of supply; told by lister 12m ago"
    assert heading.split()[:3] == ["COMPANY", "TICKER", "COIN"]
    assert strategy.split() == [
        *("Strategy", "MSTR", "BTC", "650k", "$65.0B", "3.10%", "0.002600", "$50.0B"),
        *("0.77x", "+35.4%", "2026-02-02", "+10,000"),
    ]
    assert metaplanet.split()[-4:] == ["–", "–", "–", "–"]


def test_a_failure_and_a_reason_to_rest_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    report = a_treasury_report()
    failed = tuple(replace(coin, failure="HTTP 503\x1b[2J") for coin in report.coins)
    print_treasury(replace(report, coins=failed, obstacle="no provider"))
    printed = capsys.readouterr().out
    assert "nobody is asked: no provider" in printed
    assert "not answered since: HTTP 503" in printed
    assert "\x1b" not in printed


def test_before_anything_is_told_it_says_how_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    print_treasury(TreasuryReport(at_ms=NOW_MS))
    print_treasury(TreasuryReport(at_ms=NOW_MS, failures=(Unknown("BTC", "HTTP 503"),)))
    printed = capsys.readouterr().out
    assert "BTC was asked for and not told: HTTP 503" in printed
    assert "rtp-tui jobs trigger treasury-metrics" in printed
