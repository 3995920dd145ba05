"""A market of its own: seeded, told the time, without a socket or a clock.

What it does from `start_ms` on depends only on the seed, the listings and the markets' hours, never on how the time
was cut into calls of `advance`.
"""

from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random

from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.demo import DemoMarket
from rtp_tui.simulator.listings import Listing
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.past import InventedDay
from rtp_tui.simulator.walk import Factors

FACTOR_STEP_MS = 50.0
MAX_CATCH_UP_MS = 60_000
"""After a longer pause (a suspended machine) the market resumes instead of inventing what it missed."""


class SimulatedMarket:
    """Trades arrive as a Poisson process over the open symbols, each by its liquidity."""

    def __init__(
        self,
        seed: int,
        listings: Sequence[Listing],
        start_ms: int,
        *,
        markets: Iterable[DemoMarket] = (),
        trades_per_second: float = 200.0,
    ) -> None:
        self.now_ms = start_ms
        self.resumed = 0
        """How often a pause was too long to catch up with, or the clock stepped back."""
        self._markets = {market.name: market for market in markets}
        self._trades_per_ms = trades_per_second / 1000
        self._random = Random(seed)
        self._factors = Factors(self._random)
        self._factors_ms = float(start_ms)
        self.books = self._listed(seed, listings, start_ms)
        self._open_books: list[Book] = []
        self._weights: list[float] = []
        self._minute_ms = -1
        self._next_ms = float(start_ms)
        self._begin_minute(start_ms)
        self._next_ms += self._gap_ms()

    def is_open(self, market: str, at_ms: int) -> bool:
        """Whether a market trades; one that has no hours always does."""
        hours = self._markets.get(market)
        return hours is None or hours.is_open(at_ms)

    def advance(self, to_ms: int) -> list[Trade | BookTop]:
        """Everything that happened up to and including this moment, each trade after the quote it was done at."""
        if not -MAX_CATCH_UP_MS <= to_ms - self.now_ms <= MAX_CATCH_UP_MS:
            self._resume(to_ms)
        happened: list[Trade | BookTop] = []
        while self._next_ms < to_ms + 1:
            self._begin_minute(int(self._next_ms))
            if self._open_books:
                trade, top = self._trade_one()
                happened += (top, trade)
                self._next_ms += self._gap_ms()
            else:
                self._next_ms = float(self._minute_ms + MINUTE_MS)
        self._begin_minute(to_ms)
        self.now_ms = to_ms
        return happened

    def _trade_one(self) -> tuple[Trade, BookTop]:
        if (elapsed_ms := self._next_ms - self._factors_ms) >= FACTOR_STEP_MS:
            self._factors.move(elapsed_ms)
            self._factors_ms = self._next_ms
        book = self._open_books[bisect(self._weights, self._random.random() * self._weights[-1])]
        return book.trade(self._next_ms, self._factors), book.top

    def _gap_ms(self) -> float:
        return self._random.expovariate(self._trades_per_ms)

    def _begin_minute(self, at_ms: int) -> None:
        """Sessions begin and end on the minute, and klines of open markets too."""
        open_ms = at_ms - at_ms % MINUTE_MS
        if open_ms <= self._minute_ms:
            return
        self._minute_ms = open_ms
        self._open_books = [
            book for book in self.books.values() if self.is_open(book.listing.market, open_ms)
        ]
        for book in self._open_books:
            book.roll(open_ms)
        self._weights = list(accumulate(book.listing.liquidity for book in self._open_books))

    def _resume(self, at_ms: int) -> None:
        self.resumed += 1
        self._next_ms = self._factors_ms = float(at_ms)
        self._minute_ms = -1

    def _listed(self, seed: int, listings: Sequence[Listing], start_ms: int) -> dict[str, Book]:
        day = InventedDay(seed, sorted({listing.asset_class for listing in listings}), start_ms)
        all_liquidity = sum(listing.liquidity for listing in listings)
        opens_ms = {  # one for all symbols of a market
            market: [at_ms for at_ms in day.opens_ms if self.is_open(market, at_ms)]
            for market in {listing.market for listing in listings}
        }
        books = {}
        for listing in listings:
            trades_a_minute = self._trades_per_ms * MINUTE_MS * listing.liquidity / all_liquidity
            past = day.minutes(listing, trades_a_minute, opens_ms[listing.market])
            first_id = 10_000_000 + self._random.randrange(1_000_000_000)
            books[listing.symbol] = Book(listing, self._random, past, start_ms, first_id)
        return books
