"""Twelve Data's wire: the text of its messages.

Numbers are JSON numbers, times whole seconds; a pair of currencies has a bid and an ask, a stock the volume of its day
(https://twelvedata.com/docs#real-time-price).
"""

from collections.abc import Sequence

import msgspec

from rtp_tui.simulator.book import Book

HEARTBEAT = b'{"event":"heartbeat","status":"ok"}'


def price(symbol: str, book: Book, traded: float, at_ms: int, day_volume: float) -> str:
    """The newest price of a symbol."""
    listing, top = book.listing, book.top
    decimals = listing.decimals
    said = f'"timestamp":{at_ms // 1000},"price":{traded:.{decimals}f}'
    if listing.asset_class == "fx":
        base, _, counter = symbol.partition("/")
        return (
            f'{{"event":"price","symbol":"{symbol}","currency_base":"{base}","currency_quote":"{counter}",'
            f'"exchange":"PHYSICAL CURRENCY","type":"Physical Currency",{said},'
            f'"bid":{top.bid:.{decimals}f},"ask":{top.ask:.{decimals}f}}}'
        )
    return (
        f'{{"event":"price","symbol":"{symbol}","currency":"{listing.currency}","exchange":"NASDAQ",'
        f'"mic_code":"XNGS","type":"Common Stock",{said},"day_volume":{day_volume:.0f}}}'
    )


def subscribed(accepted: Sequence[str], refused: Sequence[str]) -> bytes:
    """What became of a request; a status of error says that nothing was accepted."""
    success = [_named(symbol) for symbol in accepted]
    fails = [{"symbol": symbol} for symbol in refused]
    status = "ok" if accepted else "error"
    answer = {
        "event": "subscribe-status",
        "status": status,
        "success": success or None,
        "fails": fails or None,
    }
    return msgspec.json.encode(answer)


def processed(action: str, status: str, words: str = "") -> bytes:
    """What became of another request."""
    answer: dict[str, str | list[str]] = {"event": f"{action}-status", "status": status}
    if words:
        answer["messages"] = [words]
    return msgspec.json.encode(answer)


def _named(symbol: str) -> dict[str, str]:
    if "/" in symbol:
        return {"symbol": symbol, "exchange": "PHYSICAL CURRENCY", "type": "PHYSICAL_CURRENCY"}
    return {"symbol": symbol, "exchange": "NASDAQ", "country": "United States", "type": "Common Stock"}
