"""What Yahoo says about a symbol beside its bars; field names are the wire's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.demo import DemoMarket
from rtp_tui.simulator.minutes import Minute
from rtp_tui.simulator.yahoo_sessions import Session, session_of_today

VALID_RANGES = ("1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max")
_BEFORE_MS, _AFTER_MS = int(5.5 * 3_600_000), 4 * 3_600_000


class Period(Struct, frozen=True):
    """Part of a trading day, in Unix seconds."""

    timezone: str
    start: int
    end: int
    gmtoffset: int


class TradingPeriod(Struct, frozen=True):
    """A trading day."""

    pre: Period
    regular: Period
    post: Period


class Meta(Struct, frozen=True, kw_only=True):
    """`chart.result[].meta`."""

    currency: str
    symbol: str
    exchangeName: str  # noqa: N815
    fullExchangeName: str  # noqa: N815
    instrumentType: str  # noqa: N815
    firstTradeDate: int  # noqa: N815
    regularMarketTime: int  # noqa: N815
    hasPrePostMarketData: bool  # noqa: N815
    gmtoffset: int
    timezone: str
    exchangeTimezoneName: str  # noqa: N815
    regularMarketPrice: float  # noqa: N815
    fiftyTwoWeekHigh: float  # noqa: N815
    fiftyTwoWeekLow: float  # noqa: N815
    regularMarketDayHigh: float  # noqa: N815
    regularMarketDayLow: float  # noqa: N815
    regularMarketVolume: int  # noqa: N815
    longName: str  # noqa: N815
    shortName: str  # noqa: N815
    chartPreviousClose: float  # noqa: N815
    previousClose: float | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    scale: int | msgspec.UnsetType = msgspec.UNSET
    priceHint: int  # noqa: N815
    currentTradingPeriod: TradingPeriod  # noqa: N815
    dataGranularity: str  # noqa: N815
    range: str
    validRanges: tuple[str, ...] = VALID_RANGES  # noqa: N815


def meta_of(
    symbol: str, book: Book, market: DemoMarket, session: Session, now_ms: int, *, interval: str, span: str
) -> Meta:
    """What is said of a symbol now, `session` being the newest of its market."""
    listing, is_stock = book.listing, book.listing.asset_class == "stocks"
    local = datetime.fromtimestamp(now_ms / 1000, tz=ZoneInfo(market.timezone))
    minutes = book.minutes(session.start_ms, session.end_ms)
    name = listing.name if is_stock else f"{listing.code[:3]}/{listing.code[3:]}"
    close = _close_before(book, session, minutes)
    is_intraday = interval != "1d"
    return Meta(
        currency=listing.currency,
        symbol=symbol,
        exchangeName="NMS" if is_stock else "CCY",
        fullExchangeName="NasdaqGS" if is_stock else "CCY",
        instrumentType="EQUITY" if is_stock else "CURRENCY",
        firstTradeDate=345_479_400,
        regularMarketTime=book.last_trade.event_ms // 1000,
        hasPrePostMarketData=is_stock,
        gmtoffset=_offset_s(local),
        timezone=local.tzname() or "",
        exchangeTimezoneName=market.timezone,
        regularMarketPrice=book.last_price,
        fiftyTwoWeekHigh=round(1.28 * listing.price, listing.decimals),
        fiftyTwoWeekLow=round(0.71 * listing.price, listing.decimals),
        regularMarketDayHigh=max((minute.high for minute in minutes), default=book.last_price),
        regularMarketDayLow=min((minute.low for minute in minutes), default=book.last_price),
        regularMarketVolume=int(sum(minute.volume for minute in minutes)) if is_stock else 0,
        longName=name,
        shortName=name,
        chartPreviousClose=close,
        previousClose=close if is_intraday else msgspec.UNSET,
        scale=3 if is_intraday else msgspec.UNSET,
        priceHint=listing.decimals,
        currentTradingPeriod=_trading_period(
            session_of_today(market, now_ms), local, has_more_hours=is_stock
        ),
        dataGranularity=interval,
        range=span,
    )


def _close_before(book: Book, session: Session, minutes: list[Minute]) -> float:
    """Of the session before; what is older than a day is forgotten, so the first price has to do then."""
    before = book.minutes(0, session.start_ms)
    if before:
        return before[-1].close
    return minutes[0].open if minutes else book.last_price


def _trading_period(day: Session, local: datetime, *, has_more_hours: bool) -> TradingPeriod:
    before_ms, after_ms = (_BEFORE_MS, _AFTER_MS) if has_more_hours else (0, 0)
    zone, offset_s = local.tzname() or "", _offset_s(local)

    def period(start_ms: int, end_ms: int) -> Period:
        return Period(zone, start_ms // 1000, end_ms // 1000, offset_s)

    return TradingPeriod(
        period(day.start_ms - before_ms, day.start_ms),
        period(day.start_ms, day.end_ms),
        period(day.end_ms, day.end_ms + after_ms),
    )


def _offset_s(local: datetime) -> int:
    offset = local.utcoffset()
    return int(offset.total_seconds()) if offset else 0
