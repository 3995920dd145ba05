"""A small market and what the venues call the things in it."""

import json
from typing import Any

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coingecko import Quoted
from rtp_tui.simulator.demo import DemoMarket, demo_markets
from rtp_tui.simulator.http_dialect import HttpDialect, Reply
from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.venue_names import (
    alphavantage_symbol,
    coin,
    coinbase_product,
    kraken_symbol,
    yahoo_symbol,
)
from tests.factories import NOW_MS

CODES = ("BTC", "ETH", "GALA", "AAPL", "JPM", "USDCOP")
FEW = tuple(listing for listing in LISTINGS if listing.code in CODES)
MARKETS: tuple[DemoMarket, ...] = demo_markets(NOW_MS)


def a_market(seconds: float = 10.0) -> SimulatedMarket:
    """As it is so many seconds after `NOW_MS`."""
    market = SimulatedMarket(1, FEW, NOW_MS, markets=MARKETS)
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000) + 1, 30_000):
        market.advance(at_ms)
    market.advance(NOW_MS + int(seconds * 1000))
    return market


def products_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((coinbase_product(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def pairs_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((kraken_symbol(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def symbols_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((yahoo_symbol(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def codes_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((alphavantage_symbol(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def coins_of(market: SimulatedMarket) -> dict[str, Quoted]:
    known = ((coin(book.listing), book) for book in market.books.values())
    return {found.id: Quoted(found, book) for found, book in known if found}


def replied(rest: HttpDialect, target: str, now_ms: int = NOW_MS + 10_000) -> Reply:
    return rest.answer(target, now_ms)


def asked(rest: HttpDialect, target: str, now_ms: int = NOW_MS + 10_000) -> Any:
    reply = replied(rest, target, now_ms)
    assert reply.status == 200, reply
    return json.loads(reply.body)


def refused(rest: HttpDialect, target: str, status: int) -> Any:
    reply = replied(rest, target)
    assert reply.status == status, reply
    return json.loads(reply.body)
