"""Coins that public companies hold, as CoinGecko lists them; they change by filing, not by tick.

Source: https://docs.coingecko.com/v3.0.1/reference/companies-public-treasury
"""

import msgspec
from msgspec import Struct

from rtp_tui.model.treasury import Treasuries, TreasuryHolder
from rtp_tui.sources.asking import decoded
from rtp_tui.text import safe

_EXCHANGES = {
    "AMEX", "AQSE", "ASX", "BKK", "CNSX", "CSE", "ETR", "EPA", "FRA", "GR", "HKG", "KOSDAQ", "LSE", "LON", "NASDAQ",
    "NEO", "NYSE", "OTC", "OTCMKTS", "SGX", "STO", "TSE", "TSX", "TSXV", "TYO",
}  # fmt: skip
"""Where the two halves of a symbol have changed places, this tells which is the exchange."""


class _Company(Struct):
    name: str
    symbol: str
    total_holdings: float
    country: str | None = None
    total_entry_value_usd: float | None = None
    total_current_value_usd: float | None = None
    percentage_of_total_supply: float | None = None


class _Companies(Struct):
    total_holdings: float
    total_value_usd: float
    companies: list[_Company]
    market_cap_dominance: float | None = None


_companies = msgspec.json.Decoder(_Companies)


def treasuries_of(coin: str, body: bytes) -> Treasuries:
    """Read an answer of `/companies/public_treasury/{coin}`. Raises BadPayload."""
    answer = decoded(_companies, body, "/companies/public_treasury")
    holders = sorted(map(_holder, answer.companies), key=lambda holder: -holder.holdings)
    return Treasuries(
        coin, answer.total_holdings, answer.total_value_usd, answer.market_cap_dominance, tuple(holders)
    )


def _holder(company: _Company) -> TreasuryHolder:
    exchange, ticker = _exchange_and_ticker(company.symbol)
    return TreasuryHolder(
        name=safe(company.name, 80),
        exchange=exchange,
        ticker=ticker,
        country=safe(company.country or "", 8),
        holdings=company.total_holdings,
        entry_value_usd=company.total_entry_value_usd or None,
        current_value_usd=company.total_current_value_usd or None,
        supply_pct=company.percentage_of_total_supply,
    )


def _exchange_and_ticker(symbol: str) -> tuple[str, str]:
    """`NASDAQ:MSTR`, `TSE: GLXY`, `CORZ:NASDAQ` or a bare `MSTR`."""
    first, colon, second = (part.strip() for part in safe(symbol, 32).partition(":"))
    if not colon:
        return "", first
    is_swapped = second in _EXCHANGES and first not in _EXCHANGES
    return (second, first) if is_swapped else (first, second)
