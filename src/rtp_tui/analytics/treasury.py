"""What the coins that companies hold are worth, against what the companies are. Pure: told quotes, figures and the time.

Definitions, for each company and coin; money is in US dollars:

- value: holdings x price of the coin; the treasury's value is that of all the company's coins that are told.
- coins and value per share: holdings, or value, over shares outstanding: `EntityCommonStockSharesOutstanding` of the
  newest report's cover page (https://xbrl.sec.gov/dei/2024, SEC Form 10-Q: "as of the latest practicable date").
  Of a company with several classes of shares it is told by class and not among the facts; then it is
  `CommonStockSharesOutstanding` of the same report, all classes together, where that is told, else not known.
- market capitalisation: the quote's own; else price x shares outstanding, of one class alone: prices of classes differ.
- mNAV: market capitalisation / the treasury's value, the multiple of its net asset value at which a company trades,
  debt and other assets left out (https://www.strategy.com/notes, "mNAV", which has enterprise value above the line).
- unrealised: value - cost, in percent of the cost; cost is what the provider tells that was paid for this coin.
- change since the last filing: holdings told now - `CryptoAssetNumberOfUnits` of the newest report
  (https://xbrl.fasb.org/us-gaap/2024, ASU 2023-08), where its unit is the coin. Who files and is on no list is told
  with what it filed.
- share of supply: of a company as the provider tells it; of all companies together, and of one on no list, the
  provider's own share of its total, in proportion.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.analytics.treasury_unknowns import named_unknowns
from rtp_tui.analytics.treasury_world import CoinPrice, Share, filed_units, shares_outstanding
from rtp_tui.feeds.filings import tickers_of
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.treasury import (
    CoinTreasury,
    CompanyTreasury,
    FiledHoldings,
    HoldingsFrom,
    MarketCapFrom,
    SharesFrom,
    ToldHolding,
    ToldTreasuries,
    TreasuryHolder,
    TreasuryReport,
)

US_EXCHANGES = frozenset({"", "AMEX", "CBOE", "NASDAQ", "NYSE", "NYSEAMERICAN", "OTC", "OTCMKTS", "OTCQX"})
"""Elsewhere the same ticker may be another company's, so that the names must begin alike."""


class _World(Struct, frozen=True):
    """What rows are made from."""

    coins: Mapping[str, CoinPrice]
    shares: Mapping[str, Share]
    """By each of their tickers."""
    by_id: Mapping[InstrumentId, Share]


def report_treasuries(
    told: Sequence[ToldTreasuries], coins: Iterable[CoinPrice], shares: Iterable[Share], at_ms: int
) -> TreasuryReport:
    """Every company and coin by value, the unpriced last, and the totals of coins in the order in which they are told."""
    stocks = tuple(shares)
    by_ticker = {ticker: share for share in reversed(stocks) for ticker in tickers_of(share.instrument)}
    by_id = {share.instrument.id: share for share in stocks}
    world = _World({coin.symbol: coin for coin in coins}, by_ticker, by_id)
    rows = [_told_row(one, held, world) for one in told for held in one.holdings]
    rows += _filed_rows(rows, told, world)
    rows = [_valued(row, world.coins.get(row.coin)) for row in rows]
    worth = _worth(rows)
    complete = (_compared(row, worth[_company(row)], _share_of(row, world)) for row in rows)
    named = [_with_unknowns(row, world) for row in complete]
    named.sort(key=lambda row: (row.value_usd is None, -(row.value_usd or 0.0), -row.holdings, row.key))
    return TreasuryReport(at_ms=at_ms, companies=tuple(named), coins=tuple(_totals(named, told, world)))


def ratio(above: float | None, below: float | None) -> float | None:
    """A quotient; None where a part is not known, the lower one is not above zero, or it is beyond all numbers."""
    if above is None or below is None or below <= 0:
        return None
    quotient = above / below
    return quotient if isfinite(quotient) else None


def _product(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return None
    product = one * other
    return product if isfinite(product) else None


def _told_row(told: ToldTreasuries, held: ToldHolding, world: _World) -> CompanyTreasury:
    holder = held.holder
    share = _listed(holder, world)
    return CompanyTreasury(
        coin=told.coin,
        name=holder.name,
        exchange=holder.exchange,
        ticker=holder.ticker,
        country=holder.country,
        instrument=None if share is None else share.instrument.id,
        holdings=holder.holdings,
        holdings_from=HoldingsFrom.PROVIDER,
        since_ms=held.since_ms,
        before=held.before,
        supply_pct=_proportion(told, holder.holdings) if holder.supply_pct is None else holder.supply_pct,
        cost_usd=holder.entry_value_usd,
        filed=_filed(share, world.coins.get(told.coin), holder.holdings),
    )


def _listed(holder: TreasuryHolder, world: _World) -> Share | None:
    share = world.shares.get(holder.ticker.upper().replace(".", "-").replace("/", "-"))
    if share is None or holder.exchange.upper() in US_EXCHANGES:
        return share
    names = {_first_word(share.company), _first_word(share.instrument.name)}
    return share if _first_word(holder.name) in names - {""} else None


def _first_word(name: str) -> str:
    return next(iter(name.casefold().replace(",", " ").split()), "")


def _filed(share: Share | None, coin: CoinPrice | None, holdings: float | None) -> FiledHoldings | None:
    fact = None if share is None or coin is None else filed_units(share, coin)
    if fact is None:
        return None
    return FiledHoldings(
        amount=fact.value,
        as_of=fact.end,
        filed=fact.filed,
        form=fact.form,
        accession=fact.accession,
        change=0.0 if holdings is None else holdings - fact.value,
    )


def _filed_rows(
    rows: Iterable[CompanyTreasury], told: Iterable[ToldTreasuries], world: _World
) -> Iterator[CompanyTreasury]:
    """Companies that are on no list, with what they filed; several shares of one have the same filing."""
    seen = {(row.coin, row.filed.accession) for row in rows if row.filed is not None}
    by_coin = {one.coin: one for one in told}
    for share in world.by_id.values():
        for coin in world.coins.values():
            filed = _filed(share, coin, None)
            if filed is not None and filed.amount > 0 and (coin.symbol, filed.accession) not in seen:
                seen.add((coin.symbol, filed.accession))
                yield _filed_row(share, coin.symbol, filed, by_coin.get(coin.symbol))


def _filed_row(share: Share, coin: str, filed: FiledHoldings, told: ToldTreasuries | None) -> CompanyTreasury:
    return CompanyTreasury(
        coin=coin,
        name=share.company or share.instrument.name,
        exchange="",
        ticker=share.instrument.symbol,
        country="",
        instrument=share.instrument.id,
        holdings=filed.amount,
        holdings_from=HoldingsFrom.FILING,
        supply_pct=_proportion(told, filed.amount),
        filed=filed,
    )


def _proportion(told: ToldTreasuries | None, holdings: float) -> float | None:
    if told is None or told.supply_pct is None:
        return None
    return _product(told.supply_pct, ratio(holdings, told.total_holdings))


def _valued(row: CompanyTreasury, coin: CoinPrice | None) -> CompanyTreasury:
    value = _product(row.holdings, None if coin is None else coin.price)
    gain = None if value is None or row.cost_usd is None else value - row.cost_usd
    pct = _product(100.0, ratio(gain, row.cost_usd))
    return replace(row, value_usd=value, unrealised_usd=gain, unrealised_pct=pct)


def _company(row: CompanyTreasury) -> str:
    return row.instrument or f"{row.exchange}:{row.ticker or row.name}"


def _worth(rows: Iterable[CompanyTreasury]) -> dict[str, float | None]:
    """What each company's coins are worth together; None where the price of one is not known."""
    worth: dict[str, float | None] = {}
    for row in rows:
        so_far = worth.get(_company(row), 0.0)
        worth[_company(row)] = None if so_far is None or row.value_usd is None else so_far + row.value_usd
    return worth


def _compared(row: CompanyTreasury, worth: float | None, share: Share | None) -> CompanyTreasury:
    """The same row against the company's shares."""
    if share is None:
        return replace(row, treasury_value_usd=worth)
    told = shares_outstanding(share)
    shares = None if told is None else told.fact.value
    cap, cap_from = share.market_cap, MarketCapFrom.QUOTE
    if cap is None and told is not None and told.told_by is SharesFrom.COVER:
        cap, cap_from = _product(share.price, shares), MarketCapFrom.SHARES
    return replace(
        row,
        treasury_value_usd=worth,
        stock_price=share.price,
        shares=shares,
        shares_as_of=None if told is None else told.fact.end,
        shares_from=None if told is None else told.told_by,
        coins_per_share=ratio(row.holdings, shares),
        value_per_share_usd=ratio(row.value_usd, shares),
        market_cap_usd=cap,
        market_cap_from=None if cap is None else cap_from,
        mnav=ratio(cap, worth),
    )


def _share_of(row: CompanyTreasury, world: _World) -> Share | None:
    return None if row.instrument is None else world.by_id.get(row.instrument)


def _with_unknowns(row: CompanyTreasury, world: _World) -> CompanyTreasury:
    is_abroad = row.exchange.upper() not in US_EXCHANGES
    share, coin = _share_of(row, world), world.coins.get(row.coin)
    return replace(row, unknown=named_unknowns(row, share, coin, is_abroad=is_abroad))


def _totals(
    rows: Sequence[CompanyTreasury], told: Iterable[ToldTreasuries], world: _World
) -> Iterable[CoinTreasury]:
    by_coin = {one.coin: one for one in told}
    for coin in dict.fromkeys((*by_coin, *(row.coin for row in rows))):
        of_coin = [row for row in rows if row.coin == coin]
        holdings = sum(row.holdings for row in of_coin)
        price, said = world.coins.get(coin), by_coin.get(coin)
        yield CoinTreasury(
            coin=coin,
            instrument=None if price is None else price.instrument,
            price_usd=None if price is None else price.price,
            companies=len(of_coin),
            holdings=holdings,
            value_usd=_product(holdings, None if price is None else price.price),
            supply_pct=_proportion(said, holdings),
            source="" if said is None else said.source,
            told_ms=None if said is None else said.told_ms,
        )
