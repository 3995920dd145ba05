"""A portfolio with its worth and risk, two watchlists, and the market as a whole."""

from typing import Any

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market_view import ChangeStatistics, MarketView, Mood, Mover, SentimentTerm
from rtp_tui.model.portfolios import (
    Correlation,
    Portfolio,
    PortfolioValue,
    Position,
    PositionValue,
    RiskLevel,
    RiskPart,
    RiskReport,
    RiskTrend,
)
from rtp_tui.model.watchlists import Watchlist
from tests.factories import NOW_MS

BTC, ETH, APPLE = InstrumentId("crypto:BTC"), InstrumentId("crypto:ETH"), InstrumentId("stocks:AAPL")
DAY_MS = 86_400_000


def a_risk(**changes: Any) -> RiskReport:
    """A measured risk."""
    values: dict[str, Any] = {
        "name": "desk",
        "timeframe": "1d",
        "from_ms": NOW_MS - 364 * DAY_MS,
        "to_ms": NOW_MS,
        "periods": 364,
        "periods_a_year": 365.0,
        "volatility": 0.42,
        "beta": 0.91,
        "benchmark": BTC,
        "var_95": 0.031,
        "var_99": 0.058,
        "parametric_var_95": 0.033,
        "parametric_var_99": 0.047,
        "shortfall_95": 0.044,
        "shortfall_99": 0.066,
        "max_drawdown": 0.27,
        "sharpe": 1.13,
        "risk_free": 0.0,
        "concentration": 0.5,
        "correlation": 0.61,
        "pairs": (Correlation(BTC, ETH, 0.84),),
        "riskiest": BTC,
        "score": 48.0,
        "level": RiskLevel.MODERATE,
        "trend": RiskTrend.DETERIORATING,
        "parts": (
            RiskPart(name="volatility", value=0.42, points=10.7, most=30, words="42% a year"),
            RiskPart(name="correlation", value=None, points=None, most=10, words="not known"),
        ),
        "unknown": ("stocks:AAPL has too little history",),
    }
    return RiskReport(**{**values, **changes})


def frozen_portfolios() -> tuple[Portfolio, ...]:
    """Two, the second one empty."""
    desk = Portfolio(
        name="desk",
        positions=(Position(BTC, 0.5, 60_000.0), Position(ETH, -2.0), Position(APPLE, 10.0, 150.0)),
        benchmark=BTC,
    )
    return desk, Portfolio(name="spare", base_currency="EUR")


def frozen_value() -> PortfolioValue:
    """Of the desk; nobody knows what its Apple shares cost now."""
    btc = PositionValue(BTC, 0.5, 67_830.12, 1.0, 33_915.06, 0.83, 625.0, 1.88, 3_915.06, 13.05, False)
    eth = PositionValue(ETH, -2.0, 3_512.44, 1.0, -7_024.88, -0.17, 43.9, 0.62, None, None, True)
    apple = PositionValue(APPLE, 10.0, None, None, None, None, None, None, None, None, False)
    return PortfolioValue(
        name="desk",
        base_currency="USD",
        at_ms=NOW_MS,
        value=26_890.18,
        gross=40_939.94,
        day_change=668.9,
        day_change_pct=1.66,
        unrealised=3_915.06,
        unrealised_pct=13.05,
        positions=(btc, eth, apple),
        best=BTC,
        worst=ETH,
        unknown=("stocks:AAPL has no price",),
    )


def frozen_watchlists() -> tuple[Watchlist, ...]:
    """Two lists that share an instrument."""
    return Watchlist("majors", (BTC, ETH)), Watchlist("watchlist", (BTC,))


def a_market_view(**changes: Any) -> MarketView:
    """Three risen, one fallen."""
    btc, eth = Mover(BTC, 67_830.12, 1.88, 28.5e9), Mover(ETH, 3_512.44, -0.62, 14.2e9)
    values: dict[str, Any] = {
        "asset_class": None,
        "at_ms": NOW_MS,
        "counted": 4,
        "left_out": 1,
        "gainers": (btc,),
        "losers": (eth,),
        "busiest": (btc, eth),
        "advancing": 3,
        "declining": 1,
        "unchanged": 0,
        "at_high": 1,
        "at_low": 0,
        "changes": ChangeStatistics(1.1, 1.2, 0.9, -0.62, 1.88, 0),
        "sentiment": 68.2,
        "mood": Mood.HOPEFUL,
        "terms": (
            SentimentTerm("breadth", 0.5, 0.5, "(3 up - 1 down) / 4"),
            SentimentTerm("change", 0.3, 0.38, "tanh(+0.40): the median of change / typical"),
            SentimentTerm("position", 0.2, 0.0, "mean place in the day's range of 3"),
        ),
    }
    return MarketView(**{**values, **changes})
