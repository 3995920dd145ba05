"""CoinGecko over HTTP: prices, markets, the list of coins, treasuries.

Numbers are JSON numbers or null, times ISO 8601 with milliseconds or Unix seconds; ids that do not exist are left out
of answers (https://docs.coingecko.com/v3.0.1/reference).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
from msgspec import Struct

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.treasuries import TREASURIES, public_treasury
from rtp_tui.simulator.venue_names import Coin

CALLS_A_MINUTE = 30
MAX_PER_PAGE = 250
_HOUR_MS = 60 * MINUTE_MS
_TOO_MANY = (
    "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing "
    "to subscribe to our API plans for higher rate limits."
)


class Quoted(Struct, frozen=True):
    """A coin and the book that prices it."""

    coin: Coin
    book: Book

    @property
    def market_cap(self) -> float:
        """In US dollars."""
        return self.book.last_price * self.coin.supply


class CoinMarket(Struct, frozen=True, kw_only=True):
    """One object of `/coins/markets`; field names are the wire's."""

    id: str
    symbol: str
    name: str
    image: str
    current_price: float
    market_cap: int
    market_cap_rank: int | None
    fully_diluted_valuation: int | None
    total_volume: int
    high_24h: float
    low_24h: float
    price_change_24h: float
    price_change_percentage_24h: float
    market_cap_change_24h: float
    market_cap_change_percentage_24h: float
    circulating_supply: float
    total_supply: float | None
    max_supply: float | None
    ath: float
    ath_change_percentage: float
    ath_date: str
    atl: float
    atl_change_percentage: float
    atl_date: str
    roi: None = None
    last_updated: str
    price_change_percentage_1h_in_currency: float | msgspec.UnsetType | None = msgspec.UNSET
    price_change_percentage_24h_in_currency: float | msgspec.UnsetType = msgspec.UNSET


class CoinGecko(HttpDialect):
    """Answers from the books of the coins; every call counts."""

    anonymous: ClassVar[Reply | None] = Reply(403, b"<html><body><h1>403 Forbidden</h1></body></html>")
    key_headers: ClassVar[tuple[str, ...]] = ("x-cg-demo-api-key", "x-cg-pro-api-key")
    key_refused: ClassVar[Reply] = Reply(
        401, b'{"status":{"error_code":10002,"error_message":"API Key Missing or not known."}}'
    )

    def __init__(self, coins: Mapping[str, Quoted], *, calls_a_minute: int = CALLS_A_MINUTE) -> None:
        super().__init__(Quota(calls_a_minute, MINUTE_MS))
        self._coins = coins

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        body = {"status": {"error_code": 429, "error_message": _TOO_MANY}}
        return Reply(429, msgspec.json.encode(body), retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.removeprefix("/api/v3").strip("/").split("/"):
            case ["ping"]:
                return b'{"gecko_says":"(V3) To the Moon!"}'
            case ["simple", "price"]:
                return msgspec.json.encode(self._prices(query, now_ms))
            case ["coins", "markets"]:
                return msgspec.json.encode(self._markets(query, now_ms))
            case ["coins", "list"]:
                return msgspec.json.encode([_listed(quoted) for quoted in self._coins.values()])
            case ["companies", "public_treasury", name] if name in self._coins and name in TREASURIES:
                held = self._coins[name]
                return msgspec.json.encode(public_treasury(name, held.book.last_price, held.coin.supply))
            case ["companies", "public_treasury", _]:
                raise Denied(_refusal("coin not found", 404))
        raise Denied(_refusal("Incorrect path. Please check https://docs.coingecko.com/", 404))

    def _prices(self, query: dict[str, str], now_ms: int) -> dict[str, dict[str, float]]:
        if "ids" not in query:
            raise Denied(_refusal("Missing parameter ids", 422))
        currencies = _required(query, "vs_currencies").split(",")
        if "usd" not in currencies:
            return {quoted.coin.id: {} for quoted in self._asked(query)}
        return {quoted.coin.id: _price(quoted, query, now_ms) for quoted in self._asked(query)}

    def _markets(self, query: dict[str, str], now_ms: int) -> list[CoinMarket]:
        if _required(query, "vs_currency") != "usd":
            raise Denied(_refusal("invalid vs_currency"))
        per_page = _whole_number(query, "per_page", 100, MAX_PER_PAGE)
        first = (_whole_number(query, "page", 1, 10_000) - 1) * per_page
        by_size = sorted(self._coins.values(), key=lambda quoted: -quoted.market_cap)
        ranks = {quoted.coin.id: rank for rank, quoted in enumerate(by_size, 1)}
        chosen = sorted(self._asked(query), key=lambda quoted: ranks[quoted.coin.id])
        periods = query.get("price_change_percentage", "").split(",")
        return [
            _market(quoted, ranks[quoted.coin.id], periods, now_ms)
            for quoted in chosen[first : first + per_page]
        ]

    def _asked(self, query: dict[str, str]) -> Iterable[Quoted]:
        if "ids" not in query:
            return self._coins.values()
        ids = dict.fromkeys(query["ids"].split(","))
        return [self._coins[coin_id] for coin_id in ids if coin_id in self._coins]


def _price(quoted: Quoted, query: dict[str, str], now_ms: int) -> dict[str, float]:
    day = quoted.book.day(now_ms)
    price: dict[str, float] = {"usd": day.last}
    if _is_wanted(query, "include_market_cap"):
        price["usd_market_cap"] = quoted.market_cap
    if _is_wanted(query, "include_24hr_vol"):
        price["usd_24h_vol"] = day.quote_volume
    if _is_wanted(query, "include_24hr_change"):
        price["usd_24h_change"] = 100 * (day.last - day.open) / day.open
    if _is_wanted(query, "include_last_updated_at"):
        price["last_updated_at"] = quoted.book.last_trade.event_ms // 1000
    return price


def _market(quoted: Quoted, rank: int, periods: Sequence[str], now_ms: int) -> CoinMarket:
    coin, book, day = quoted.coin, quoted.book, quoted.book.day(now_ms)
    change, change_pct = day.last - day.open, 100 * (day.last - day.open) / day.open
    highest, lowest = 1.85 * book.listing.price, book.listing.price / 40
    return CoinMarket(
        id=coin.id,
        symbol=book.listing.code.lower(),
        name=book.listing.name,
        image=f"https://assets.coingecko.com/coins/images/{rank}/large/{coin.id}.png",
        current_price=day.last,
        market_cap=round(quoted.market_cap),
        market_cap_rank=rank,
        fully_diluted_valuation=round(day.last * coin.max_supply) if coin.max_supply else None,
        total_volume=round(day.quote_volume),
        high_24h=day.high,
        low_24h=day.low,
        price_change_24h=change,
        price_change_percentage_24h=round(change_pct, 5),
        market_cap_change_24h=change * coin.supply,
        market_cap_change_percentage_24h=round(change_pct, 5),
        circulating_supply=coin.supply,
        total_supply=coin.max_supply,
        max_supply=coin.max_supply,
        ath=highest,
        ath_change_percentage=round(100 * (day.last / highest - 1), 5),
        ath_date="2025-10-06T18:57:42.558Z",
        atl=lowest,
        atl_change_percentage=round(100 * (day.last / lowest - 1), 5),
        atl_date="2020-03-13T02:22:55.391Z",
        last_updated=_iso(book.last_trade.event_ms),
        price_change_percentage_1h_in_currency=(
            _change_pct_since(book, now_ms - _HOUR_MS) if "1h" in periods else msgspec.UNSET
        ),
        price_change_percentage_24h_in_currency=change_pct if "24h" in periods else msgspec.UNSET,
    )


def _change_pct_since(book: Book, at_ms: int) -> float | None:
    minutes = book.minutes(at_ms, at_ms + MINUTE_MS)
    return 100 * (book.last_price / minutes[0].open - 1) if minutes else None


def _listed(quoted: Quoted) -> dict[str, str]:
    listing = quoted.book.listing
    return {"id": quoted.coin.id, "symbol": listing.code.lower(), "name": listing.name}


def _refusal(message: str, status: int = 400) -> Reply:
    return Reply(status, msgspec.json.encode({"error": message}))


def _required(query: dict[str, str], name: str) -> str:
    if name not in query:
        raise Denied(_refusal(f"Missing parameter {name}", 422))
    return query[name]


def _whole_number(query: dict[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    return min(most, max(1, int(text))) if is_number else default


def _is_wanted(query: dict[str, str], name: str) -> bool:
    return query.get(name) == "true"


def _iso(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
