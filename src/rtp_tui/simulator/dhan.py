"""Dhan's wire, version 2: little-endian packets, each behind a header of code, length, segment and number.

https://dhanhq.co/docs/v2/live-market-feed/
"""

from struct import Struct as Layout

from rtp_tui.simulator.dhan_shares import IST_AHEAD_S, SEGMENT_NUMBER, Share

TICKER, QUOTE, PREVIOUS_CLOSE, FULL, DISCONNECT = 2, 4, 6, 8, 50
SUBSCRIBE = {15: TICKER, 17: QUOTE, 21: FULL}
UNSUBSCRIBE = {16: TICKER, 18: QUOTE, 22: FULL}
"""What a request asks for, or asks for no more."""
END = 12
_HEADER = Layout("<BHBI")
_TICKER = Layout("<fI")
_QUOTE = Layout("<fHIfIIIffff")
_FULL = Layout("<fHIfIIIIIIffff")
_LEVEL = Layout("<IIHHff")
_REASON = Layout("<H")
_LEVELS = 5
_STEP = 0.05


def stream(code: int, share: Share) -> str:
    """What one kind of packet of one share is called here."""
    return f"{code}/{share.id}"


def packet(code: int, share: Share, now_ms: int) -> bytes:
    """The newest of a share in the form of a code."""
    traded = share.trade_at(now_ms)
    traded_s = traded.at_ms // 1000 + IST_AHEAD_S
    if code == TICKER:
        return _framed(TICKER, share, _TICKER.pack(traded.price, traded_s))
    day = share.day(now_ms)
    figures = (traded.price, share.size, traded_s, day.mean, traded.volume, 211_000, 198_500)
    prices = (day.open, day.previous_close, day.high, day.low)
    if code == QUOTE:
        return _framed(QUOTE, share, _QUOTE.pack(*figures, *prices))
    return _framed(FULL, share, _FULL.pack(*figures, 0, 0, 0, *prices) + _book(traded.price))


def previous_close(share: Share, now_ms: int) -> bytes:
    """What a subscription begins with."""
    return _framed(PREVIOUS_CLOSE, share, _TICKER.pack(share.day(now_ms).previous_close, 0))


def disconnect(reason: int) -> bytes:
    """The last of a connection; it is about nothing."""
    return _HEADER.pack(DISCONNECT, _HEADER.size + _REASON.size, 0, 0) + _REASON.pack(reason)


def _framed(code: int, share: Share, body: bytes) -> bytes:
    return _HEADER.pack(code, _HEADER.size + len(body), SEGMENT_NUMBER, share.id) + body


def _book(price: float) -> bytes:
    levels = (
        (100 * (step + 1), 80 * (step + 1), step + 1, step + 2, step * _STEP) for step in range(_LEVELS)
    )
    return b"".join(
        _LEVEL.pack(bids, asks, bid_orders, ask_orders, price - away, price + _STEP + away)
        for bids, asks, bid_orders, ask_orders, away in levels
    )
