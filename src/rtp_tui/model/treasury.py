"""Coins that companies hold: what a provider tells, what is remembered of it, and what it means."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId


class TreasuryHolder(Struct, frozen=True):
    """A company and what it holds."""

    name: str
    exchange: str
    ticker: str
    country: str
    holdings: float
    """In coins."""
    entry_value_usd: float | None
    """What was paid; None where it is not known."""
    current_value_usd: float | None
    supply_pct: float | None


class Treasuries(Struct, frozen=True):
    """All public companies that hold a coin, the largest first."""

    coin: str
    """As the provider calls it."""
    total_holdings: float
    total_value_usd: float
    dominance_pct: float | None
    """The share of all coins that these companies hold."""
    holders: tuple[TreasuryHolder, ...]


class ToldHolding(Struct, frozen=True, kw_only=True):
    """A holder, since when the amount is told, and what it was before."""

    holder: TreasuryHolder
    since_ms: int
    before: float | None = None
    """None while no other amount was ever told."""


class ToldTreasuries(Struct, frozen=True, kw_only=True):
    """The newest word of a provider on a coin; holdings change by filing, so it is good for long."""

    coin: str
    """As instruments call it: `BTC`."""
    source: str
    told_ms: int
    total_holdings: float
    supply_pct: float | None
    holdings: tuple[ToldHolding, ...]


class HoldingsFrom(StrEnum):
    """Who says how much a company holds."""

    PROVIDER = "provider"
    FILING = "filing"


class SharesFrom(StrEnum):
    """Where a number of shares is from."""

    COVER = "cover page"
    """Of one class of shares: the newest report tells it beside its title."""
    BALANCE_SHEET = "balance sheet"
    """Of several classes, together."""


class MarketCapFrom(StrEnum):
    """Where a market capitalisation is from."""

    QUOTE = "quote"
    SHARES = "price x shares"


class Unknown(Struct, frozen=True):
    """A number that is null, and why."""

    name: str
    why: str


class FiledHoldings(Struct, frozen=True, kw_only=True):
    """What a company's last filing tells of a coin, and how far what is told now is from that."""

    amount: float
    as_of: date
    filed: date
    form: str
    accession: str
    change: float
    """Coins told now beyond what was filed; 0 where the filing is what tells."""


class CompanyTreasury(Struct, frozen=True, kw_only=True):
    """A company and one coin that it holds; null is not known, and `unknown` says why. Money is in US dollars."""

    coin: str
    name: str
    exchange: str
    ticker: str
    country: str
    instrument: InstrumentId | None = None
    """Its share, where that is configured."""
    holdings: float
    holdings_from: HoldingsFrom
    since_ms: int | None = None
    """Since when this amount is told."""
    before: float | None = None
    """The amount that was told before."""
    supply_pct: float | None = None
    value_usd: float | None = None
    treasury_value_usd: float | None = None
    """Of all coins of the company that are told here."""
    stock_price: float | None = None
    shares: float | None = None
    shares_as_of: date | None = None
    shares_from: SharesFrom | None = None
    coins_per_share: float | None = None
    value_per_share_usd: float | None = None
    market_cap_usd: float | None = None
    market_cap_from: MarketCapFrom | None = None
    mnav: float | None = None
    cost_usd: float | None = None
    unrealised_usd: float | None = None
    unrealised_pct: float | None = None
    filed: FiledHoldings | None = None
    unknown: tuple[Unknown, ...] = ()

    @property
    def key(self) -> str:
        """`BTC NASDAQ:MSTR`: no other line is called so."""
        return f"{self.coin} {self.exchange}:{self.ticker or self.name}"


class CoinTreasury(Struct, frozen=True, kw_only=True):
    """All companies that hold a coin, together."""

    coin: str
    instrument: InstrumentId | None = None
    price_usd: float | None = None
    companies: int
    holdings: float
    value_usd: float | None = None
    supply_pct: float | None = None
    """Of the coins in circulation; as the provider tells it, where circulation is not known."""
    source: str = ""
    """Who told; empty where only filings tell."""
    told_ms: int | None = None
    failure: str = ""
    """Why the newest question was not answered; what is told is as old as `told_ms` says."""


class TreasuryReport(Struct, frozen=True, kw_only=True):
    """Companies by the value of what they hold, the most valuable first, and each coin's total."""

    at_ms: int
    companies: tuple[CompanyTreasury, ...] = ()
    coins: tuple[CoinTreasury, ...] = ()
    failures: tuple[Unknown, ...] = ()
    """Coins about which the newest question was not answered."""
    obstacle: str = ""
    """Why nobody is asked, and what to do about that."""
