from pathlib import Path

import pytest

from rtp_tui.sources.dhan_securities import Security, SecurityIds, read_security_ids

MASTER = """SEM_EXM_EXCH_ID,SEM_SEGMENT,SEM_SMST_SECURITY_ID,SEM_INSTRUMENT_NAME,SEM_TRADING_SYMBOL,SEM_SERIES
BSE,E,500325,EQUITY,RELIANCE,A
NSE,E,2885,EQUITY,RELIANCE,EQ
NSE,E,2031,EQUITY,M&M,EQ
NSE,E,99001,EQUITY,RELIANCE,GS
NSE,D,49081,OPTIDX,NIFTY-Jan2025-23000-CE,NA
NSE,E,no number,EQUITY,BROKEN,EQ
"""


def listed(tmp_path: Path, text: str) -> SecurityIds:
    file = tmp_path / "ids.csv"
    file.write_text(text, encoding="utf-8")
    return read_security_ids(str(file))


def test_a_list_of_three_columns_is_read(tmp_path: Path) -> None:
    ids = listed(
        tmp_path, "symbol,segment,security_id\nRELIANCE,NSE_EQ,2885\nM&M,BSE_EQ,500520\nTCS,,11536\n"
    )
    assert ids.by_symbol == {
        "RELIANCE": Security("NSE_EQ", 2885),
        "M&M": Security("BSE_EQ", 500_520),
        "TCS": Security("NSE_EQ", 11_536),
    }


def test_the_providers_own_list_is_read_for_shares_and_its_first_exchange_goes_before(tmp_path: Path) -> None:
    ids = listed(tmp_path, MASTER)
    assert ids.by_symbol == {"RELIANCE": Security("NSE_EQ", 2885), "M&M": Security("NSE_EQ", 2031)}


def test_a_list_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert listed(tmp_path, "\ufeffsymbol,segment,security_id\nTCS,NSE_EQ,11536\n").by_symbol


@pytest.mark.parametrize(
    ("symbol", "security"),
    [
        ("NSE_EQ/1333", Security("NSE_EQ", 1333)),
        ("IDX_I/13", Security("IDX_I", 13)),
        ("1333", Security("NSE_EQ", 1333)),
        ("RELIANCE", None),
        ("reliance", None),
        ("NOWHERE/1333", None),
        ("/1333", None),
        ("NSE_EQ/", None),
        ("NSE_EQ/99999999999", None),
        ("4294967296", None),
        ("²", None),
        ("", None),
    ],
)
def test_without_a_list_a_symbol_is_its_number(symbol: str, security: Security | None) -> None:
    assert SecurityIds().of(symbol) == security


def test_a_list_that_is_not_there_is_a_problem_in_words(tmp_path: Path) -> None:
    assert "cannot be read" in read_security_ids(str(tmp_path / "none.csv")).problem
    binary = tmp_path / "ids.csv"
    binary.write_bytes(b"\xff\xfe\x00,\x00")
    assert "comma-separated" in read_security_ids(str(binary)).problem
    assert read_security_ids("") == SecurityIds()
