"""How filings are printed."""

import pytest
from msgspec.structs import replace

from rtp_tui.cli.filings import print_filings
from rtp_tui.model.queries import FilingPage
from rtp_tui.server.filing_bodies import filings_body
from tests.factories import MSTR, a_fact, a_filing, disclosures


def test_a_company_its_figures_and_its_filings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = a_filing(reported=None, items=(), description="")
    page = FilingPage(company=disclosures().company, facts=(a_fact(),), filings=(a_filing(), quiet))
    print_filings(filings_body(MSTR, page))
    who, _, fact, _, first, second = capsys.readouterr().out.splitlines()
    assert who == "Strategy Inc, CIK 1050446, MSTR"
    assert fact.split() == ["2025-12-31", "641k", "BTC", "2026-02-02", "10-K", "CryptoAssetNumberOfUnits"]
    assert first.split()[:4] == ["2026-02-02", "8-K", "2026-02-01", "7.01,8.01"]
    assert second.split()[:5] == ["2026-02-02", "8-K", "–", "–", "–"]


def test_without_a_company_it_is_said_who_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    print_filings(filings_body(MSTR, FilingPage(filings=())))
    assert "no company is known yet; the job sec-filings" in capsys.readouterr().out


def test_words_of_others_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    company = replace(disclosures().company, name="A\x1b[2JB")
    filing = a_filing(description="x\x1b[31m", url="https://a\x07")
    print_filings(filings_body(MSTR, FilingPage(company=company, filings=(filing,))))
    assert "\x1b" not in capsys.readouterr().out
