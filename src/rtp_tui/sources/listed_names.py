"""What providers would call an instrument that nobody configured, and what it would be priced in.

Only where that follows from the class and the symbol, and asking costs nothing: a coin in US dollars, where venues that
know none in tether; a US share; a pair of currencies. Symbols of indices and futures follow no rule.
"""

import re

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId

_SYMBOL = re.compile(r"[A-Z0-9]{1,20}")
_US_SHARE = re.compile(r"[A-Z]{1,5}(-[A-Z])?")
_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})")


class Nameable(Struct, frozen=True):
    """How an instrument would be configured."""

    feeds: tuple[str, ...]
    """`provider:symbol`, the one to prefer first."""
    currency: str
    market: str


def nameable(instrument: InstrumentId) -> Nameable | None:
    """None for what has no name by rule."""
    asset_class, _, symbol = instrument.partition(":")
    if asset_class == "crypto" and _SYMBOL.fullmatch(symbol):
        return Nameable(_coin(symbol), "USD", "24x7")
    if asset_class == "stocks" and _US_SHARE.fullmatch(symbol):
        return Nameable((f"yahoo:{symbol}",), "USD", "XNYS")
    if asset_class == "fx" and (pair := _PAIR.fullmatch(symbol)):
        # The provider leaves the dollar out where it is what is priced; the hours of currency futures come nearest.
        return Nameable((f"yahoo:{symbol.removeprefix('USD')}=X",), pair[2], "CMES")
    return None


def _coin(symbol: str) -> tuple[str, ...]:
    return (
        f"binance:{symbol}USDT",
        f"okx:{symbol}-USDT",
        f"bybit:{symbol}USDT",
        f"coinbase:{symbol}-USD",
        f"kraken:{symbol}/USD",
        f"yahoo:{symbol}-USD",
    )
