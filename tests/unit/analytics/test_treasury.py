"""What companies' coins are worth against the companies: examples by hand, and what is true of all."""

from datetime import date
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.analytics.treasury import ratio, report_treasuries
from rtp_tui.analytics.treasury_world import CoinPrice, Share
from rtp_tui.model.filings import Fact
from rtp_tui.model.treasury import (
    CompanyTreasury,
    HoldingsFrom,
    MarketCapFrom,
    SharesFrom,
    ToldTreasuries,
    TreasuryHolder,
    TreasuryReport,
)
from tests.factories import BTC, MSTR, NOW_MS, a_fact
from tests.treasuries import a_holder, a_share, a_shares_fact, bitcoin, ether, told_treasuries


def reported(
    *told: ToldTreasuries,
    coins: tuple[CoinPrice, ...] = (bitcoin(), ether()),
    shares: tuple[Share, ...] = (a_share(),),
) -> TreasuryReport:
    return report_treasuries(told, coins, shares, NOW_MS)


def the_only(report: TreasuryReport) -> CompanyTreasury:
    (row,) = report.companies
    return row


def whys(row: CompanyTreasury) -> dict[str, str]:
    return {unknown.name: unknown.why for unknown in row.unknown}


def test_every_number_of_a_company_of_which_all_is_known_is_as_by_hand() -> None:
    row = the_only(reported(told_treasuries(a_holder())))
    assert row.value_usd == 65e9  # 650,000 x 100,000
    assert row.treasury_value_usd == 65e9
    assert (row.shares, row.shares_as_of) == (250e6, date(2026, 1, 30))
    assert row.coins_per_share == 0.0026  # 650,000 / 250 million
    assert row.value_per_share_usd == 260.0  # 65 billion / 250 million
    assert (row.market_cap_usd, row.market_cap_from) == (50e9, MarketCapFrom.SHARES)  # 200 x 250 million
    assert row.mnav == pytest.approx(50 / 65)
    assert row.unrealised_usd == 17e9  # 65 - 48 billion
    assert row.unrealised_pct == pytest.approx(100 * 17 / 48)
    assert row.filed is not None
    assert (row.filed.amount, row.filed.change, row.filed.filed) == (640_000.0, 10_000.0, date(2026, 2, 2))
    assert (row.instrument, row.holdings_from, row.unknown) == (MSTR, HoldingsFrom.PROVIDER, ())


def test_totals_are_those_of_the_companies_together() -> None:
    small = a_holder(name="Small", ticker="SML", holdings=150_000.0)
    (total,) = reported(told_treasuries(a_holder(), small)).coins
    assert (total.coin, total.instrument, total.companies) == ("BTC", BTC, 2)
    assert (total.holdings, total.value_usd, total.supply_pct) == (800_000.0, 80e9, 4.0)
    assert (total.source, total.told_ms) == ("lister", NOW_MS - 720_000)


def test_a_quotes_own_market_capitalisation_comes_first() -> None:
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(market_cap=130e9),)))
    assert (row.market_cap_usd, row.market_cap_from, row.mnav) == (130e9, MarketCapFrom.QUOTE, 2.0)


def test_the_multiple_is_of_all_coins_that_a_company_holds() -> None:
    in_ether = told_treasuries(a_holder(holdings=1e6, entry_value_usd=None), coin="ETH")
    rows = reported(told_treasuries(a_holder()), in_ether).companies
    assert [(row.coin, row.value_usd) for row in rows] == [("BTC", 65e9), ("ETH", 4e9)]
    assert {row.treasury_value_usd for row in rows} == {69e9}
    assert [row.mnav for row in rows] == [pytest.approx(50 / 69)] * 2


def test_without_the_price_of_a_coin_what_depends_on_it_is_null_and_named() -> None:
    row = the_only(reported(told_treasuries(a_holder()), coins=(bitcoin(None),)))
    assert (row.value_usd, row.treasury_value_usd, row.mnav, row.unrealised_usd) == (None, None, None, None)
    assert whys(row)["value_usd"] == "crypto:BTC has no price yet"
    assert whys(row)["mnav"] == "treasury_value_usd is not known"
    assert row.coins_per_share == 0.0026


def test_filings_without_the_tags_are_null_and_named() -> None:
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=()),)))
    assert (row.shares, row.market_cap_usd, row.mnav, row.filed) == (None, None, None, None)
    assert whys(row)["shares"] == "its filings do not tell EntityCommonStockSharesOutstanding"
    assert whys(row)["filed"] == "its filings do not tell CryptoAssetNumberOfUnits"
    assert whys(row)["market_cap_usd"] == "no quote tells it, and shares is not known"
    assert row.value_usd == 65e9


OLD_COVER = a_shares_fact(
    value=8e6, end=date(2011, 1, 31), filed=date(2011, 2, 15), accession="0001050446-11-000001"
)
TOTAL = a_shares_fact(
    taxonomy="us-gaap", concept="CommonStockSharesOutstanding", value=300e6, end=date(2025, 12, 31)
)


def test_a_cover_page_of_years_ago_is_no_number_of_shares_of_now() -> None:
    """The company has had classes of shares since, and its reports tell each by itself, which is left out of the facts."""
    share = a_share(facts=(a_fact(value=640_000.0), OLD_COVER))
    row = the_only(reported(told_treasuries(a_holder()), shares=(share,)))
    assert (row.shares, row.shares_as_of, row.coins_per_share, row.market_cap_usd, row.mnav) == (None,) * 5
    assert whys(row)["shares"] == (
        "its newest report, a 10-K filed on 2026-02-02, does not tell EntityCommonStockSharesOutstanding:"
        " of several classes of shares the regulator's facts tell none"
    )


def test_of_several_classes_the_balance_sheet_tells_the_shares_and_only_a_quote_what_they_cost() -> None:
    facts = (a_fact(value=640_000.0), OLD_COVER, TOTAL)
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=facts),)))
    assert (row.shares, row.shares_from, row.shares_as_of) == (
        300e6,
        SharesFrom.BALANCE_SHEET,
        date(2025, 12, 31),
    )
    assert row.coins_per_share == pytest.approx(650_000 / 300e6)
    assert (row.market_cap_usd, row.mnav) == (None, None)
    assert "several classes" in whys(row)["market_cap_usd"]
    quoted = the_only(
        reported(told_treasuries(a_holder()), shares=(a_share(facts=facts, market_cap=97.5e9),))
    )
    assert quoted.mnav == pytest.approx(1.5)  # 97.5 billion / (650,000 x 100,000)


def test_a_balance_sheet_of_an_older_report_counts_no_shares_of_now() -> None:
    older = replace(TOTAL, filed=date(2025, 11, 3), accession="0001050446-25-000070")
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=(a_fact(), older)),)))
    assert row.shares is None


def test_a_newer_current_report_does_not_make_a_cover_page_old() -> None:
    current = a_fact(form="8-K", filed=date(2026, 2, 20), accession="0001050446-26-000015")
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=(current, a_shares_fact())),)))
    assert (row.shares, row.shares_from) == (250e6, SharesFrom.COVER)


def test_units_that_are_no_coin_are_not_taken_for_one() -> None:
    facts = (a_fact(unit="pure"), a_shares_fact(value=0.0))
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=facts),)))
    assert row.filed is None
    assert whys(row)["filed"] == "its filings tell CryptoAssetNumberOfUnits in pure, not in BTC"
    assert row.shares is None


@pytest.mark.parametrize("unit", ["BTC", "btc", "Bitcoin"])
def test_a_unit_is_the_coins_symbol_or_its_name(unit: str) -> None:
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=(a_fact(unit=unit),)),)))
    assert row.filed is not None


def test_where_nothing_filed_is_known_it_is_said_who_asks() -> None:
    row = the_only(reported(told_treasuries(a_holder()), shares=(a_share(facts=(), company=""),)))
    assert "the job sec-filings asks" in whys(row)["shares"]


def test_a_share_that_is_not_configured_leaves_the_coins_value() -> None:
    row = the_only(reported(told_treasuries(a_holder()), shares=()))
    assert (row.value_usd, row.instrument, row.mnav) == (65e9, None, None)
    assert whys(row)["stock_price"] == "no stock MSTR is configured in US dollars"


def test_the_same_ticker_elsewhere_is_the_same_company_only_where_the_names_begin_alike() -> None:
    abroad = a_holder(exchange="TSE", name="Strategic Metals")
    row, filed = reported(told_treasuries(abroad)).companies
    assert row.instrument is None
    assert "listed at TSE" in whys(row)["shares"]
    assert filed.holdings_from is HoldingsFrom.FILING
    alike = the_only(reported(told_treasuries(a_holder(exchange="TSE", name="Strategy, Ltd"))))
    assert alike.instrument == MSTR


def test_a_company_on_no_list_is_told_with_what_it_filed() -> None:
    other = a_share("stocks:TSLA", company="Tesla, Inc.", facts=(a_fact(value=10_000.0, accession="t-1"),))
    listed, filed = reported(told_treasuries(a_holder()), shares=(a_share(), other)).companies
    assert (listed.name, filed.name, filed.holdings) == ("Strategy", "Tesla, Inc.", 10_000.0)
    assert (filed.holdings_from, filed.value_usd) == (HoldingsFrom.FILING, 1e9)
    assert filed.supply_pct == pytest.approx(4.0 * 10 / 650)
    assert whys(filed)["cost_usd"] == "the company is on no provider's list"
    (total,) = reported(told_treasuries(a_holder()), shares=(a_share(), other)).coins
    assert (total.companies, total.holdings) == (2, 660_000.0)


def test_two_shares_of_one_company_are_one_line() -> None:
    report = reported(shares=(a_share(), a_share("stocks:MSTX")))
    assert the_only(report).instrument == MSTR


def test_filings_alone_are_told_when_no_provider_tells() -> None:
    report = reported()
    assert the_only(report).holdings == 640_000.0
    assert [(coin.coin, coin.source, coin.told_ms) for coin in report.coins] == [("BTC", "", None)]


def test_unpriced_coins_come_last() -> None:
    in_ether = told_treasuries(a_holder(ticker="E", holdings=1e9), coin="ETH")
    report = reported(in_ether, told_treasuries(a_holder()), coins=(bitcoin(), ether(None)))
    assert [row.coin for row in report.companies] == ["BTC", "ETH"]


AMOUNTS = st.floats(0, 1e300)
PRICES = st.none() | st.floats(0, 1e300)


@st.composite
def holders(draw: st.DrawFn) -> tuple[TreasuryHolder, ...]:
    amounts = draw(st.lists(AMOUNTS, max_size=6))
    return tuple(
        a_holder(name=f"c{number}", ticker=draw(st.sampled_from(["MSTR", "", f"T{number}"])), holdings=amount)
        for number, amount in enumerate(amounts)
    )


@st.composite
def facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    shares = draw(st.none() | AMOUNTS)
    units = draw(st.none() | AMOUNTS)
    told = [] if shares is None else [a_shares_fact(value=shares)]
    return (*told, *([] if units is None else [a_fact(value=units)]))


@given(holders(), facts(), PRICES, PRICES)
def test_numbers_are_finite_add_up_and_nulls_are_named(
    held: tuple[TreasuryHolder, ...], filed: tuple[Fact, ...], coin: float | None, stock: float | None
) -> None:
    report = reported(
        told_treasuries(*held), coins=(bitcoin(coin),), shares=(a_share(price=stock, facts=filed),)
    )
    names = CompanyTreasury.__struct_fields__
    for row in report.companies:
        numbers = [value for name in names if isinstance(value := getattr(row, name), float)]
        assert all(map(isfinite, numbers))
        unnamed = {name for name in names if getattr(row, name) is None} - set(whys(row))
        assert unnamed <= {
            "instrument",
            "before",
            "since_ms",
            "shares_as_of",
            "shares_from",
            "market_cap_from",
        }
    (total,) = report.coins
    assert total.holdings == pytest.approx(sum(row.holdings for row in report.companies))
    values = [row.value_usd for row in report.companies if row.value_usd is not None]
    assert values == sorted(values, reverse=True)
    if values and len(values) == len(report.companies) and total.value_usd is not None:
        assert total.value_usd == pytest.approx(sum(values))


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1.1, 10))
def test_the_multiple_falls_as_the_coin_rises_and_rises_with_the_share(
    price: float, stock: float, times: float
) -> None:
    def mnav(coin: float, share: float) -> float:
        report = reported(told_treasuries(a_holder()), coins=(bitcoin(coin),), shares=(a_share(price=share),))
        return the_only(report).mnav or 0.0

    assert mnav(price * times, stock) < mnav(price, stock) < mnav(price, stock * times)


@pytest.mark.parametrize("below", [None, 0.0, -1.0])
def test_nothing_is_divided_by_nothing(below: float | None) -> None:
    assert ratio(1.0, below) is None
