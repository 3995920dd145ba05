"""Dhan over HTTP: questions are JSON in the body of a POST, and what nobody knows is left out with status 200.

https://dhanhq.co/docs/v2/market-quote/
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from rtp_tui.simulator.dhan_shares import IST_AHEAD_S, SEGMENT, Share
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS

MAX_IDS = 1_000
PRICES_A_SECOND, CHARTS_A_SECOND = 1, 5
LONGEST_DAYS = 90
EXPIRED = "expired"
"""The token that is refused; every other one is taken."""
_INTERVALS = ("1", "5", "15", "25", "60")
_KINDS = ("ltp", "ohlc", "quote")


def refusal(status: int, kind: str, code: str, words: str) -> Reply:
    """An error in the form of orders."""
    body = {"errorType": kind, "errorCode": code, "errorMessage": words}
    return Reply(status, msgspec.json.encode(body))


_BAD_INPUT = refusal(
    400, "Input_Exception", "DH-905", "Missing required fields, bad values for parameters etc."
)
_TOO_MANY_IDS = Reply(
    400, b'{"errorCode":804,"errorMessage":"Requested number of instruments exceeds limit"}'
)
_NO_DATA = refusal(400, "Data_Error", "DH-907", "System is unable to fetch data, no data present")
_TOO_OFTEN = "Too many requests on server from single user breaching rate limits. Try throttling API calls."


class _Chart(Struct, rename="camel"):
    security_id: str
    exchange_segment: str
    instrument: str
    from_date: str
    to_date: str
    interval: str = "1"


class DhanRest(HttpDialect):
    """Answers about shares; `refused` counts questions beyond a quota."""

    key_headers = ("access-token",)
    key_refused = refusal(
        401,
        "Invalid_Authentication",
        "DH-901",
        "Client ID or user generated access token is invalid or expired.",
    )

    def __init__(self, shares: Iterable[Share]) -> None:
        super().__init__(Quota(CHARTS_A_SECOND, 1_000))
        self.refused = 0
        self._prices = Quota(PRICES_A_SECOND, 1_000)
        self._shares = {share.id: share for share in shares}

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        told = refusal(429, "Input_Exception", "DH-904", _TOO_OFTEN)
        return Reply(429, told.body, retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """Nothing is answered that was not posted. Raises Denied."""
        told = {"timestamp": now_ms, "status": 404, "error": "Not Found", "path": f"/v2{path}"}
        raise Denied(Reply(404, msgspec.json.encode(told)))

    def post(self, path: str, headers: Mapping[str, str], body: bytes, now_ms: int) -> Reply:
        """Answer a question of JSON."""
        if headers.get("access-token", EXPIRED) == EXPIRED:
            return self.key_refused
        place = path.strip("/").split("/")
        quota = self._prices if place[0] == "marketfeed" else self.quota
        if not quota.admits(now_ms):
            self.refused += 1
            return self.rate_limited(None)
        try:
            return Reply(200, self._told(place, path, body, now_ms))
        except Denied as denial:
            return denial.reply

    def _told(self, place: list[str], path: str, body: bytes, now_ms: int) -> bytes:
        match place:
            case ["marketfeed", kind] if kind in _KINDS:
                return msgspec.json.encode({"data": self._quotes(kind, body, now_ms), "status": "success"})
            case ["charts", "intraday" | "historical" as length]:
                return self._candles(length, body, now_ms)
        return self.body(path, {}, now_ms)

    def _quotes(self, kind: str, body: bytes, now_ms: int) -> dict[str, dict[str, object]]:
        """What is malformed is about nothing. Raises Denied."""
        try:
            wanted = msgspec.json.decode(body, type=dict[str, list[int] | str])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        named = {segment: ids for segment, ids in wanted.items() if isinstance(ids, list)}
        if sum(map(len, named.values())) > MAX_IDS:
            self.refused += 1
            raise Denied(_TOO_MANY_IDS)
        return {
            segment: {str(one): _quote(kind, self._shares[one], now_ms) for one in ids if one in self._shares}
            if segment == SEGMENT
            else {}
            for segment, ids in named.items()
        }

    def _candles(self, length: str, body: bytes, now_ms: int) -> bytes:
        """In columns, moments with fractions; no more than the newest day. Raises Denied."""
        try:
            chart = msgspec.json.decode(body, type=_Chart)
            start_ms, end_ms = _india_ms(chart.from_date), _india_ms(chart.to_date)
        except (msgspec.DecodeError, ValueError):
            raise Denied(_BAD_INPUT) from None
        if chart.interval not in _INTERVALS or not 0 <= end_ms - start_ms <= LONGEST_DAYS * DAY_MS:
            raise Denied(_BAD_INPUT)
        share = self._shares.get(int(chart.security_id) if chart.security_id.isdigit() else 0)
        if share is None or chart.exchange_segment != SEGMENT:
            raise Denied(_NO_DATA)
        minutes = int(chart.interval) if length == "intraday" else DAY_MS // MINUTE_MS
        step_ms = minutes * MINUTE_MS
        first_ms = max(start_ms, now_ms - DAY_MS)
        offset_ms = IST_AHEAD_S * 1000 % step_ms
        first_ms += -(first_ms + offset_ms) % step_ms
        rows = [
            share.candle(at_ms, minutes, now_ms)
            for at_ms in range(first_ms, min(end_ms, now_ms + 1), step_ms)
        ]
        if not rows:
            raise Denied(_NO_DATA)
        return msgspec.json.encode(
            {
                "open": [row.open for row in rows],
                "high": [row.high for row in rows],
                "low": [row.low for row in rows],
                "close": [row.close for row in rows],
                "volume": [float(row.volume) for row in rows],
                "timestamp": [row.open_ms / 1000 for row in rows],
            }
        )


def _quote(kind: str, share: Share, now_ms: int) -> dict[str, object]:
    traded = share.trade_at(now_ms)
    if kind == "ltp":
        return {"last_price": traded.price}
    day = share.day(now_ms)
    prices = {"open": day.open, "close": day.previous_close, "high": day.high, "low": day.low}
    if kind == "ohlc":
        return {"last_price": traded.price, "ohlc": prices}
    offers = [
        {"quantity": 100, "orders": 2, "price": round(traded.price + 0.05 * step, 2)} for step in range(-5, 6)
    ]
    return {
        "average_price": round(day.mean, 2),
        "buy_quantity": 198_500,
        "depth": {"buy": offers[4::-1], "sell": offers[6:]},
        "last_price": traded.price,
        "last_quantity": share.size,
        "last_trade_time": _india_text(traded.at_ms),
        "lower_circuit_limit": round(share.level * 0.9, 2),
        "net_change": round(traded.price - day.previous_close, 2),
        "ohlc": prices,
        "oi": 0,
        "oi_day_high": 0,
        "oi_day_low": 0,
        "sell_quantity": 211_000,
        "upper_circuit_limit": round(share.level * 1.1, 2),
        "volume": traded.volume,
    }


def _india_ms(text: str) -> int:
    """`2024-09-11`, with or without a time. Raises ValueError."""
    return round((datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - IST_AHEAD_S) * 1000)


def _india_text(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000 + IST_AHEAD_S, tz=UTC).strftime("%d/%m/%Y %H:%M:%S")
