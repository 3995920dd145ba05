"""Treasuries with sane defaults: name only what a test is about."""

from datetime import date
from typing import Any

from rtp_tui.analytics.treasury import report_treasuries
from rtp_tui.analytics.treasury_world import SHARES, CoinPrice, Share
from rtp_tui.model.filings import Fact
from rtp_tui.model.treasury import ToldHolding, ToldTreasuries, Treasuries, TreasuryHolder, TreasuryReport
from tests.factories import BTC, ETH, MSTR, NOW_MS, a_fact, an_instrument


def a_holder(**changes: Any) -> TreasuryHolder:
    values: dict[str, Any] = {
        "name": "Strategy",
        "exchange": "NASDAQ",
        "ticker": "MSTR",
        "country": "US",
        "holdings": 650_000.0,
        "entry_value_usd": 48e9,
        "current_value_usd": None,
        "supply_pct": 3.1,
    }
    return TreasuryHolder(**{**values, **changes})


def treasuries(*holders: TreasuryHolder, coin: str = "bitcoin") -> Treasuries:
    total = sum(holder.holdings for holder in holders)
    return Treasuries(coin, total, total * 1000, 4.0, holders)


def told_treasuries(*holders: TreasuryHolder, **changes: Any) -> ToldTreasuries:
    values: dict[str, Any] = {
        "coin": "BTC",
        "source": "lister",
        "told_ms": NOW_MS - 720_000,
        "total_holdings": sum(holder.holdings for holder in holders),
        "supply_pct": 4.0,
        "holdings": tuple(ToldHolding(holder=holder, since_ms=NOW_MS - 86_400_000) for holder in holders),
    }
    return ToldTreasuries(**{**values, **changes})


def a_shares_fact(**changes: Any) -> Fact:
    told = {"taxonomy": "dei", "concept": SHARES, "unit": "shares", "value": 250e6, "end": date(2026, 1, 30)}
    return a_fact(**{**told, **changes})


def a_share(id: str = MSTR, **changes: Any) -> Share:  # noqa: A002
    values: dict[str, Any] = {
        "instrument": an_instrument(id, feeds=(f"yahoo:{id.partition(':')[2]}",)),
        "price": 200.0,
        "company": "Strategy Inc",
        "facts": (a_fact(value=640_000.0), a_shares_fact()),
    }
    return Share(**{**values, **changes})


def bitcoin(price: float | None = 100_000.0) -> CoinPrice:
    return CoinPrice("BTC", "Bitcoin", BTC, price)


def ether(price: float | None = 4_000.0) -> CoinPrice:
    return CoinPrice("ETH", "Ether", ETH, price)


def a_treasury_report() -> TreasuryReport:
    """Strategy, of which all is known, and a company abroad."""
    abroad = a_holder(
        name="Metaplanet",
        exchange="TSE",
        ticker="3350",
        country="JP",
        holdings=30_000.0,
        entry_value_usd=None,
    )
    return report_treasuries((told_treasuries(a_holder(), abroad),), (bitcoin(),), (a_share(),), NOW_MS)
