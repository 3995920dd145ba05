"""Binance's refusals over HTTP, and the weights that requests are counted by."""

import msgspec

from rtp_tui.simulator.http_dialect import Reply, retry_header, seconds_until
from rtp_tui.simulator.minutes import MINUTE_MS

WEIGHT_A_MINUTE = 6000
PATIENCE = 10
"""Refused requests within a minute before the address is banned."""


class Refused(Exception):
    """The venue's error: a status and a body of `code` and `msg`."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class WeightMeter:
    """How much was asked for in this minute."""

    def __init__(self) -> None:
        self.used = 0
        self._refused = 0
        self._minute_ms = 0

    def charge(self, weight: int, now_ms: int) -> None:
        """Count a request. Raises Refused with 429, then 418, past the limit."""
        minute_ms = now_ms - now_ms % MINUTE_MS
        if minute_ms != self._minute_ms:
            self.used, self._refused, self._minute_ms = 0, 0, minute_ms
        self.used += weight
        if self.used > WEIGHT_A_MINUTE:
            self._refused += 1
            if self._refused > PATIENCE:
                raise Refused(-1003, _banned(self.minute_end_ms), 418)
            raise Refused(-1003, _too_much(), 429)

    @property
    def minute_end_ms(self) -> int:
        """When the count begins again."""
        return self._minute_ms + MINUTE_MS


def rate_limited(retry_after: str | None) -> Reply:
    """What a client gets that asks too much."""
    body = msgspec.json.encode({"code": -1003, "msg": _too_much()})
    return Reply(429, body, retry_header(retry_after))


def banned(until_ms: int, now_ms: int) -> Reply:
    """What a client gets that went on asking too much."""
    body = msgspec.json.encode({"code": -1003, "msg": _banned(until_ms)})
    return Reply(418, body, retry_header(str(seconds_until(until_ms, now_ms))))


def weight_of(path: str, query: dict[str, str]) -> int:
    """What a request costs."""
    if path == "/api/v3/klines":
        return 2
    if path == "/api/v3/exchangeInfo":
        return 20
    if not path.startswith("/api/v3/ticker/"):
        return 1
    symbols = 1 if "symbol" in query else query["symbols"].count(",") + 1 if "symbols" in query else 101
    if path == "/api/v3/ticker/24hr":
        return 2 if symbols <= 20 else 40 if symbols <= 100 else 80
    return 2 if symbols == 1 else 4


def _too_much() -> str:
    return "Too much request weight used; please use WebSocket Streams for live updates to avoid polling."


def _banned(until_ms: int) -> str:
    return (
        f"Way too much request weight used; IP banned until {until_ms}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
