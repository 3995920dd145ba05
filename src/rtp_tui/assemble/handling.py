"""Who answers queries and carries out commands."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from rtp_tui.api.answers import Answers
from rtp_tui.api.filings import FilingAnswers
from rtp_tui.api.gaps import GapAnswers
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.market_view import MarketViewAnswers
from rtp_tui.api.orders import Orders
from rtp_tui.api.summary import SummaryAnswers
from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.trading_days import trading_day_of
from rtp_tui.cache.history_pages import ReadBars
from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.commands import (
    ControlBreaker,
    ControlFeed,
    ControlPipeline,
    Done,
    EndProcess,
    Refresh,
    ReloadConfiguration,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import (
    Explain,
    GetBars,
    GetEvents,
    GetFilings,
    GetGaps,
    GetMarketView,
    GetSummary,
    StateAt,
)
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.guards import Guards


def answer_queries(handlers: Handlers, ground: Ground, read_bars: ReadBars, feeds: Feeds) -> Answers:
    """Hand queries to what is in memory and what is stored."""
    pipeline, history, clock = ground.pipeline, ground.history, ground.clock
    raw_frame, sessions = partial(_raw_frame, feeds.all()), ground.calendar.sessions
    answers = Answers(pipeline, history, raw_frame, clock, read_bars, sessions)
    handlers.answer(GetBars, answers.bars)
    day_of = trading_day_of(ground.calendar)
    summaries = SummaryAnswers(answers.bars, pipeline.state.market.instruments.get, day_of, clock)
    handlers.answer(GetSummary, summaries.summary)
    handlers.answer(Explain, answers.explain)
    handlers.answer(StateAt, answers.state_at)
    handlers.answer(GetEvents, answers.events)
    handlers.answer(GetGaps, GapAnswers(history, pipeline.state).gaps)
    handlers.answer(GetMarketView, MarketViewAnswers(pipeline.state, clock).market_view)
    handlers.answer(GetFilings, FilingAnswers(history, pipeline.state).filings)
    return answers


def carry_out_orders(
    handlers: Handlers,
    pipeline: Pipeline,
    feeds: Feeds,
    guards: Guards,
    end_process: Callable[[], None],
    reload: Callable[[], Awaitable[Done]],
) -> None:
    """Hand orders to the feeds, the guards and the process."""
    orders = Orders(pipeline, feeds.all(), end_process, reload)
    handlers.carry_out(ControlPipeline, orders.control_pipeline)
    handlers.carry_out(ControlFeed, orders.control_feed)
    handlers.carry_out(Refresh, orders.refresh)
    handlers.carry_out(EndProcess, orders.end_process)
    handlers.carry_out(ReloadConfiguration, orders.reload_configuration)
    handlers.carry_out(ControlBreaker, guards.control)


def _raw_frame(
    feeds: Mapping[str, StreamingFeed | PollingFeed], instrument: InstrumentId, feed_name: str
) -> tuple[str, int] | None:
    feed = feeds.get(feed_name.partition(":")[0])
    frame = feed.raw(instrument) if feed is not None else None
    return (frame.text, frame.received_ms) if frame is not None else None
