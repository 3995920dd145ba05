"""Why numbers of treasuries are not known."""

from rtp_tui.analytics.treasury_world import SHARES, UNITS, CoinPrice, Share, newest_report, units_told
from rtp_tui.model.treasury import CompanyTreasury, HoldingsFrom, SharesFrom, Unknown

NOT_FILED_YET = "nothing that the company filed is known yet; the job sec-filings asks"


def named_unknowns(
    row: CompanyTreasury, share: Share | None, coin: CoinPrice | None, *, is_abroad: bool
) -> tuple[Unknown, ...]:
    """Every number of a row that is null, with the reason."""
    whys = {
        "supply_pct": "the provider does not tell the share of this coin",
        "value_usd": _coin_why(row, coin),
        "treasury_value_usd": "the price of a coin that the company holds is not known",
        "stock_price": _share_why(row, share, is_abroad) or f"{row.instrument} has no price yet",
        "shares": _share_why(row, share, is_abroad) or _shares_why(share),
        "coins_per_share": "shares is not known",
        "value_per_share_usd": _first_missing(row, "value_usd", "shares"),
        "market_cap_usd": _cap_why(row),
        "mnav": _first_missing(row, "market_cap_usd", "treasury_value_usd") or "its coins are worth nothing",
        "cost_usd": _cost_why(row),
        "unrealised_usd": _first_missing(row, "value_usd", "cost_usd"),
        "unrealised_pct": _first_missing(row, "value_usd", "cost_usd") or "nothing was paid",
        "filed": _share_why(row, share, is_abroad) or _filed_why(row, share),
    }
    return tuple(Unknown(name, why) for name, why in whys.items() if getattr(row, name) is None)


def _first_missing(row: CompanyTreasury, *names: str) -> str:
    return next((f"{name} is not known" for name in names if getattr(row, name) is None), "")


def _coin_why(row: CompanyTreasury, coin: CoinPrice | None) -> str:
    if coin is None:
        return f"no instrument {row.coin} of class crypto is configured in US dollars"
    return f"{coin.instrument} has no price yet"


def _share_why(row: CompanyTreasury, share: Share | None, is_abroad: bool) -> str:
    if share is not None:
        return ""
    if is_abroad:
        return f"listed at {row.exchange}: only shares in the United States are looked up"
    return f"no stock {row.ticker or row.name} is configured in US dollars"


def _shares_why(share: Share | None) -> str:
    if share is None or not share.company:
        return NOT_FILED_YET
    newest = newest_report(share)
    if newest is None or not any(fact.concept == SHARES for fact in share.facts):
        return f"its filings do not tell {SHARES}"
    return (
        f"its newest report, a {newest.form} filed on {newest.filed}, does not tell {SHARES}:"
        " of several classes of shares the regulator's facts tell none"
    )


def _filed_why(row: CompanyTreasury, share: Share | None) -> str:
    if share is None or not share.company:
        return NOT_FILED_YET
    units = units_told(share)
    if units:
        return f"its filings tell {UNITS} in {', '.join(units)}, not in {row.coin}"
    return f"its filings do not tell {UNITS}"


def _cap_why(row: CompanyTreasury) -> str:
    if row.shares_from is SharesFrom.BALANCE_SHEET and row.stock_price is not None:
        return "no quote tells it, and shares are of several classes, whose prices differ"
    missing = _first_missing(row, "stock_price", "shares")
    return f"no quote tells it, and {missing}" if missing else "price x shares is beyond all numbers"


def _cost_why(row: CompanyTreasury) -> str:
    if row.holdings_from is HoldingsFrom.FILING:
        return "the company is on no provider's list"
    return "the provider does not tell what was paid"
