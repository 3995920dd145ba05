"""What is remembered of one instrument between ticks."""

from collections.abc import Sequence

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, ChangeBasis, Quote, SignificantChange, Tick, TickKind
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.processing.bar_builder import BarBuilder
from rtp_tui.processing.change_detection import ChangeDetector
from rtp_tui.processing.day_figures import DayFigures, DayOf
from rtp_tui.processing.deduplication import Jump, SequenceWindow
from rtp_tui.processing.outliers import Quarantine
from rtp_tui.processing.told_figures import ToldFigures
from rtp_tui.processing.validation import FutureWatch, SetbackWatch

QUIET_REFRESH_MS = 500
"""An observation that changes no figure still renews the quote's age this often."""
RENUMBERED_AFTER_MS = 10_000
"""A known number on a trade so much newer than the newest is a venue that counts anew, not a duplicate."""

NO_TRADE = (0, -1)
MAX_JUMPS = 64
"""More of them say nothing new of the minutes that they are in."""

AsidePrice = tuple[float, int]
"""A price of a feed that does not price the instrument now, and when we received it."""
Moves = tuple[Sequence[Bar], Bar | None, SignificantChange | None]
"""What a price moved: the bars that it closed, the closed bar that it revised, the change worth saying."""


class InstrumentTrack:
    """The figures, numbers and bars of one instrument; mutable, owned by the processor.

    Of its feeds, in order of preference, the active one alone gives prices and bars; each of market
    capitalisation and 24-hour volume is that of the first feed in the list that has it.
    """

    __slots__ = (
        "_announced_ms", "_cap_rank", "_feeds", "_forgotten", "_heard_ms", "_is_restored", "_last_trade", "_rank", "_setback", "_told",
        "_told_of", "_volume_rank", "_windows", "active_feed", "aside", "ask", "bars", "bid", "changes", "day", "event_ms", "future",
        "instrument", "jumps", "market_cap", "observed", "price", "quarantine", "received_ms", "source", "stored", "volume_24h",
    )  # fmt: skip

    def __init__(
        self, instrument: InstrumentId, feeds: Sequence[str], threshold_pct: float, day_of: DayOf
    ) -> None:
        self.instrument = instrument
        self.active_feed = feeds[0]
        self._feeds = tuple(feeds)
        self._rank = 0
        self._volume_rank = self._cap_rank = len(feeds)
        self.price: float | None = None
        self.event_ms: int | None = None
        self.received_ms = 0
        self.source = ""
        self.bid: float | None = None
        self.ask: float | None = None
        self.volume_24h: float | None = None
        self.market_cap: float | None = None
        self.stored = False
        self.bars = BarBuilder(instrument)
        self.day = DayFigures(day_of)
        self.changes = ChangeDetector(instrument, threshold_pct)
        self.future = FutureWatch()
        self.quarantine = Quarantine(threshold_pct)
        self.aside: dict[str, AsidePrice] = {}
        self.observed = 0
        """Usable observations of the active feed since the start."""
        self._told_of: dict[str, ToldFigures] = {}
        self._told = self._figures_of(self.active_feed)
        self._last_trade = NO_TRADE
        self._windows: dict[str, SequenceWindow] = {}
        self._forgotten = 0
        self._announced_ms = 0
        self._heard_ms = 0
        self._is_restored = False
        self._setback = SetbackWatch()
        self.jumps: list[Jump] = []
        """Numbers that were skipped, since somebody last took them; at most 64."""

    @property
    def is_known(self) -> bool:
        """Whether anything was ever heard or restored."""
        return self.received_ms > 0

    def rank_of(self, feed: str) -> int | None:
        """The place of a feed in the order of preference; None where it is not one of them."""
        return self._feeds.index(feed) if feed in self._feeds else None

    def switch_to(self, feed: str) -> None:
        """Let another of the instrument's feeds give prices and bars from now on.

        Its clock may be behind the other's: what it says first counts as the newest. The feed that was left may
        tell no more of volume and market capitalisation: both are from now on those of the best that does.
        Figures of the day are those that the feed told itself while it stood by.
        """
        self._rank = self._feeds.index(feed)
        self._volume_rank = self._cap_rank = len(self._feeds)
        self.active_feed = feed
        self.bid = self.ask = None
        self._told = self._figures_of(feed)
        self._last_trade = NO_TRADE
        self.future.forget()
        self.quarantine.held.clear()

    def is_new(self, tick: Tick) -> bool:
        """Whether a trade has not been seen yet; trades without a number always are."""
        sequence = tick.sequence
        if sequence is None:
            return True
        window = self._windows.get(tick.feed)
        if window is None:
            window = self._windows[tick.feed] = SequenceWindow(sequence)
        expected = window.expected
        if window.admit(sequence):
            if sequence > expected:
                self._note_jump(tick, expected, sequence - 1)
            return True
        event_ms = tick.event_ms
        if event_ms is None or event_ms <= self._last_trade[0] + RENUMBERED_AFTER_MS:
            return False
        self._forgotten += window.forgotten
        self._windows[tick.feed] = window = SequenceWindow(sequence)
        return window.admit(sequence)

    @property
    def numbers_forgotten(self) -> int:
        """Numbers that count as seen, because too many ranges of them were missing."""
        return self._forgotten + sum(window.forgotten for window in self._windows.values())

    def lacks(self, jump: Jump) -> bool:
        """Whether any of the numbers that were skipped has still not come."""
        window = self._windows.get(jump.feed)
        return window is not None and window.lacks(jump.low, jump.high)

    def doubts(self, tick: Tick) -> bool:
        """Whether a price waits for others to say the same; until its feed has said something, anything is believed."""
        believed_ms = self._last_trade[0]
        is_late_poll = tick.kind is TickKind.POLL and (tick.event_ms or tick.received_ms) < believed_ms
        if self.price is None or self._last_trade == NO_TRADE or is_late_poll:
            self.quarantine.held.clear()
            return False
        return self.quarantine.keeps_out(tick, self.price, believed_ms, self.bars)

    def doubt(self, tick: Tick, state: AnomalyState) -> Anomaly:
        """What to say of a tick that is doubted, or was."""
        value, expected = tick.price or 0.0, self.price or 0.0
        at_ms = tick.received_ms if tick.event_ms is None else tick.event_ms
        detail = f"{(value / expected - 1) * 100:+.1f} % from the price before" if expected else ""
        return Anomaly(self.instrument, AnomalyKind.OUTLIER, state, tick.feed, at_ms, value, expected, detail)

    def take_trade(self, tick: Tick) -> Moves:
        """Take a new trade into price and bars."""
        price, received_ms = tick.price, tick.received_ms
        assert price is not None
        event_ms = received_ms if tick.event_ms is None else tick.event_ms
        key = (event_ms, -1 if tick.sequence is None else tick.sequence)
        is_newest = key >= self._last_trade or self._is_set_back(event_ms)
        size = tick.size or 0.0
        revised = self.bars.add_trade(price, size, event_ms, key[1], tick.feed)
        self.day.take(price, size, event_ms)
        closed = self.bars.close_due(event_ms) if event_ms >= self.bars.next_close_ms else ()
        change = None
        if is_newest:
            self._last_trade, self._heard_ms = key, received_ms
            self.price, self.event_ms, self.source = price, tick.event_ms, tick.feed
            if not self.changes.is_quiet(price):
                change = self.changes.judge(price, event_ms)
        self.received_ms = self._announced_ms = received_ms
        if self.stored:
            self._forget_restored()
            self.stored = False
        return closed, revised.freeze(self.instrument) if revised is not None else None, change

    def take_poll(self, tick: Tick) -> Moves | None:
        """Take a polled price into the bars; None when it is older than what is known."""
        event_ms = tick.received_ms if tick.event_ms is None else tick.event_ms
        if event_ms < self._last_trade[0] and not self._is_set_back(event_ms):
            return None
        self._last_trade, self._heard_ms = (event_ms, -1), tick.received_ms
        if tick.price is None:
            return (), None, None
        revised = self.bars.add_sample(tick.price, event_ms, tick.feed)
        self.day.take(tick.price, 0.0, event_ms)
        change = self.changes.judge(tick.price, event_ms)
        closed = self.bars.close_due(event_ms)
        return closed, revised.freeze(self.instrument) if revised is not None else None, change

    def take_figures(self, tick: Tick) -> bool:
        """Take everything but trades; whether there is something to announce."""
        if self._is_restored:
            self._forget_restored()
        changed = self._take_book(tick) | self._take_day(tick) | self._take_price(tick)
        self.received_ms = tick.received_ms
        if not self.source:
            self.source = tick.feed
        if self.stored and (self.price is None or tick.price is not None):
            self.stored, changed = False, True
        if not changed and tick.received_ms - self._announced_ms < QUIET_REFRESH_MS:
            return False
        self._announced_ms = tick.received_ms
        return True

    def take_aside(self, tick: Tick, rank: int) -> bool:
        """Take what a feed that is not the active one may give; whether there is something to announce."""
        if self._is_restored:
            self._forget_restored()
        if tick.kind is not TickKind.TRADE:
            self._figures_of(tick.feed).take(tick)
        return self._take_extent(tick, rank) and self.is_known

    def close_bars(self, now_ms: int) -> list[Bar]:
        """Close what is due by the feed's clock: its newest event plus our time since it came."""
        if not self.bars.newest_ms:
            return []
        return self.bars.close_due(self.bars.newest_ms + max(0, now_ms - self._heard_ms))

    def restore(self, quote: Quote) -> None:
        """Take the last quote of an earlier run, until something newer is heard."""
        self.price, self.event_ms, self.source = quote.price, quote.event_ms, quote.source
        self.received_ms = self._heard_ms = quote.received_ms
        self.stored = self._is_restored = True
        self.bid, self.ask = quote.bid, quote.ask
        self.volume_24h, self.market_cap = quote.volume_24h, quote.market_cap
        told = self._told = ToldFigures(None, quote.high_24h, quote.low_24h, quote.previous_close)
        self.day.recall(quote)
        is_rolling = quote.change_basis is ChangeBasis.ROLLING_24H
        if is_rolling and quote.price is not None and quote.change_24h is not None:
            told.open_24h = quote.price - quote.change_24h

    def quote(self) -> Quote:
        """What is known now."""
        price, told, day = self.price, self._told, self.day
        opened = highest = lowest = mean = None
        if day.is_whole:
            opened, highest, lowest, mean = day.open, day.high, day.low, day.mean
        change = change_pct = None
        basis, change_basis = told.open_24h, ChangeBasis.ROLLING_24H
        if told.previous_close is not None:
            basis, change_basis = told.previous_close, ChangeBasis.PREVIOUS_CLOSE
        if price is not None and basis is not None:
            change = price - basis
            change_pct = change / basis * 100
        return Quote(
            self.instrument, price, self.event_ms, self.received_ms, self.source, self.bid, self.ask,
            change, change_pct, change_basis, told.previous_close, opened, highest, lowest, mean,
            self.volume_24h, self.market_cap, told.high_24h, told.low_24h, self.stored,
        )  # fmt: skip

    def _forget_restored(self) -> None:
        """Figures of an earlier run say nothing about now; only its price stays until there is another."""
        if self._is_restored:
            self._is_restored = False
            self.bid = self.ask = self.volume_24h = self.market_cap = None
            self._told = self._figures_of(self.active_feed)
            self._volume_rank = self._cap_rank = len(self._feeds)

    def _note_jump(self, tick: Tick, low: int, high: int) -> None:
        """Whatever was traded while another feed gave the prices is nothing that was left out."""
        event_ms = tick.received_ms if tick.event_ms is None else tick.event_ms
        if self._last_trade != NO_TRADE and len(self.jumps) < MAX_JUMPS:
            before_ms, received_ms = self._last_trade[0], tick.received_ms
            self.jumps.append(
                Jump(self.instrument, tick.feed, low, high, before_ms, event_ms, self._heard_ms, received_ms)
            )

    def _is_set_back(self, event_ms: int) -> bool:
        if not self._setback.is_set_back(event_ms, self._last_trade[0]):
            return False
        self.bars.set_back(event_ms)
        self.future.forget()
        return True

    def _take_book(self, tick: Tick) -> bool:
        if tick.bid is None and tick.ask is None:
            return False
        changed = tick.bid != self.bid or tick.ask != self.ask
        self.bid, self.ask = tick.bid, tick.ask
        return changed

    def _take_day(self, tick: Tick) -> bool:
        changed = self._told.take(tick)
        if tick.volume_24h is not None or tick.market_cap is not None:
            changed |= self._take_extent(tick, self._rank)
        return changed

    def _figures_of(self, feed: str) -> ToldFigures:
        return self._told_of.setdefault(feed, ToldFigures())

    def _take_extent(self, tick: Tick, rank: int) -> bool:
        """Volume and market capitalisation, unless a feed before this one has them."""
        volume, market_cap = self.volume_24h, self.market_cap
        if tick.volume_24h is not None and rank <= self._volume_rank:
            self.volume_24h, self._volume_rank = tick.volume_24h, rank
        if tick.market_cap is not None and rank <= self._cap_rank:
            self.market_cap, self._cap_rank = tick.market_cap, rank
        return self.volume_24h != volume or self.market_cap != market_cap

    def _take_price(self, tick: Tick) -> bool:
        """A last price that is no trade counts only until the first trade of this run is known."""
        if tick.price is None or self._has_traded(tick):
            return False
        changed = tick.price != self.price
        self.price, self.event_ms, self.source = tick.price, tick.event_ms, tick.feed
        return changed

    def _has_traded(self, tick: Tick) -> bool:
        return tick.kind is TickKind.QUOTE and self._last_trade != NO_TRADE
