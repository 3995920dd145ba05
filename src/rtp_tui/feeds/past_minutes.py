"""The one way in which minutes of the past are fetched."""

from rtp_tui.model.market import Bar
from rtp_tui.sources.contract import HistorySource, Subscription

TIMEFRAME = "1m"


async def past_minutes(history: HistorySource, wanted: Subscription, start_ms: int, end_ms: int) -> list[Bar]:
    """What a provider knows of the minutes of `[start_ms, end_ms)` that are over, ascending. Raises SourceError."""
    bars = await history.bars(wanted, TIMEFRAME, start_ms, end_ms)
    return [bar for bar in bars if bar.closed and start_ms <= bar.open_ms < end_ms]
