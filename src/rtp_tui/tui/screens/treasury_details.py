"""A company's treasury at length: each number with what it is made of and who says so, or why it is not known."""

from collections.abc import Iterator

from rich.text import Text

from rtp_tui.model.treasury import CoinTreasury, CompanyTreasury, HoldingsFrom, MarketCapFrom, SharesFrom
from rtp_tui.text import age_text, compact, safe, signed
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text


def treasury_text(scene: Scene, held: CompanyTreasury) -> Text:
    """Every number with its formula and where its parts are from."""
    report = scene.answers.treasury
    coins = () if report is None else report.coins
    total = next((coin for coin in coins if coin.coin == held.coin), None)
    whys = {unknown.name: unknown.why for unknown in held.unknown}
    facts = [*_who(held), *_holdings(scene, held, total), *_worth(held, total), *_filed(held)]
    text = facts_text(facts)
    if whys:
        text.append("\n\nnot known", "bold")
        for name, why in whys.items():
            text.append(f"\n{name:<20}", "dim")
            text.append(safe(f" {why}"))
    return text


def _who(held: CompanyTreasury) -> Iterator[tuple[str, str]]:
    listed = f"{held.exchange}:{held.ticker}" if held.exchange else held.ticker
    yield "company", f"{held.name}, {listed or 'not listed'} {held.country}"
    yield "share", held.instrument or "not configured here"


def _holdings(scene: Scene, held: CompanyTreasury, total: CoinTreasury | None) -> Iterator[tuple[str, str]]:
    if held.holdings_from is HoldingsFrom.FILING:
        yield "holdings", f"{held.holdings:,.8g} {held.coin}, as it filed; on no provider's list"
    else:
        yield "holdings", f"{held.holdings:,.8g} {held.coin}, {_told(scene, total)}"
    if held.since_ms is not None:
        yield "told since", moment_text(scene, held.since_ms)
    if held.before is not None:
        yield "before", f"{held.before:,.8g} {held.coin}, {signed(held.holdings - held.before, 2)}"
    if held.supply_pct is not None:
        yield "of supply", f"{held.supply_pct:.3f}%, as the provider tells it"


def _told(scene: Scene, total: CoinTreasury | None) -> str:
    if total is None or total.told_ms is None:
        return "told by a provider"
    failed = f", not answered since: {total.failure}" if total.failure else ""
    return f"told by {total.source} {age_text(scene.now_ms - total.told_ms)} ago{failed}"


def _worth(held: CompanyTreasury, total: CoinTreasury | None) -> Iterator[tuple[str, str]]:
    price = None if total is None else total.price_usd
    if held.value_usd is not None and price is not None:
        yield (
            "value",
            f"{_money(held.value_usd)} = {held.holdings:,.8g} x {price:,.8g}, the price of {held.coin}",
        )
    if held.treasury_value_usd is not None:
        yield "treasury", f"{_money(held.treasury_value_usd)}, of all coins that the company is told to hold"
    if held.shares is not None:
        yield (
            "shares",
            f"{held.shares:,.0f} as of {held.shares_as_of}, {_shares_words(held)}",
        )
    if held.coins_per_share is not None:
        yield "coins/share", f"{held.coins_per_share:.8f} = holdings / shares"
    if held.value_per_share_usd is not None:
        yield (
            "value/share",
            f"${held.value_per_share_usd:,.2f} = value / shares, the share costs {_dollars(held)}",
        )
    if held.market_cap_usd is not None:
        yield "market cap", f"{_money(held.market_cap_usd)} {_cap_words(held)}"
    if held.mnav is not None:
        yield "mNAV", f"{held.mnav:,.3f}x = market cap / treasury; debt and other assets are left out"
    if held.cost_usd is not None:
        yield "cost", f"{_money(held.cost_usd)}, as the provider tells it"
    if held.unrealised_usd is not None:
        pct = "" if held.unrealised_pct is None else f", {signed(held.unrealised_pct, 2)}%"
        yield "unrealised", f"{_money(held.unrealised_usd)}{pct} = value - cost"


def _filed(held: CompanyTreasury) -> Iterator[tuple[str, str]]:
    if held.filed is None:
        return
    filed = held.filed
    yield "last filing", f"{filed.amount:,.8g} {held.coin} as of {filed.as_of}, CryptoAssetNumberOfUnits"
    yield "filed", f"{filed.filed} in a {filed.form}, {filed.accession}"
    yield "since then", f"{signed(filed.change, 2)} {held.coin} = holdings - last filing"


def _shares_words(held: CompanyTreasury) -> str:
    if held.shares_from is SharesFrom.BALANCE_SHEET:
        return "CommonStockSharesOutstanding of its filing: all classes of shares together"
    return "EntityCommonStockSharesOutstanding of its filing"


def _cap_words(held: CompanyTreasury) -> str:
    if held.market_cap_from is MarketCapFrom.SHARES:
        return f"= {_dollars(held)} x shares"
    return "by its quote"


def _dollars(held: CompanyTreasury) -> str:
    return "–" if held.stock_price is None else f"${held.stock_price:,.2f}"


def _money(value: float) -> str:
    return f"{'-' if value < 0 else ''}${compact(abs(value))}"
