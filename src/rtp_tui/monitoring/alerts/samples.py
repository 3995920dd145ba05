"""What was noted of the last minutes: prices, updates, volumes, outages, lookups. Told everything, the time too."""

from collections import deque

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Quote
from rtp_tui.model.quality import Anomaly, AnomalyKind
from rtp_tui.model.statistics import CacheStatus
from rtp_tui.monitoring.error_rate import ErrorRate, count
from rtp_tui.monitoring.freshness import CONNECTED
from rtp_tui.state.pipeline_state import PipelineState

MINUTE_MS = 60_000
RECENT_MS = 120_000
"""An older price is not one of the minute before: a market opens where another day closed."""
DEVIATING_MS = 300_000
"""A deviation is told once, when it begins: it counts for so long."""
OUTAGE_MS = 10_000
"""A shorter outage of a feed is not told, and explains nothing."""
LOOKUPS = 100
"""Answers of the cache that a rate is taken over."""
_UPDATES = 300
_PRICES = 130
_VOLUMES = 20
_FEWEST_VOLUMES = 10


class _Price(Struct, frozen=True, gc=False):
    at_ms: int
    price: float


class _Noted:
    """Of one instrument."""

    __slots__ = ("prices", "received_ms", "updates", "volume", "volume_ms", "volumes")

    def __init__(self) -> None:
        self.prices: deque[_Price] = deque(maxlen=_PRICES)
        self.updates: deque[int] = deque(maxlen=_UPDATES)
        self.received_ms = 0
        """Of the newest observation: a quote may also change because of what is known of the day."""
        self.volumes: deque[float] = deque(maxlen=_VOLUMES)
        self.volume = 0.0
        self.volume_ms = 0
        """The newest closed minute's, which is none of the ones before it."""

    def change_pct(self, now_ms: int) -> float | None:
        """The newest price against the last one of a minute ago, or the first one since."""
        recent = [one for one in self.prices if now_ms - one.at_ms <= RECENT_MS]
        if len(recent) < 2:
            return None
        before = [one for one in recent if now_ms - one.at_ms >= MINUTE_MS]
        base = before[-1] if before else recent[0]
        return 100 * (recent[-1].price / base.price - 1) if base.price else None


class Samples:
    """Everything noted; bounded by the instruments, feeds, breakers and parts there are."""

    def __init__(self, began_ms: int) -> None:
        self.began_ms = began_ms
        self.error_pct: float | None = None
        """Of what came in within the last minute."""
        self.hit_rate: float | None = None
        """Percent, over the last hundred lookups or more."""
        self._noted: dict[InstrumentId, _Noted] = {}
        self._down_since_ms: dict[str, int] = {}
        self._back_ms: dict[str, int] = {}
        self._deviations: dict[InstrumentId, tuple[float, int]] = {}
        self._errors = ErrorRate()
        self._lookups = (0, 0)

    def begin_anew(self, now_ms: int) -> None:
        """Forget what was noted by a clock that was set since; what counts lookups goes on."""
        self.began_ms = now_ms
        self._noted.clear()
        self._down_since_ms.clear()
        self._back_ms.clear()
        self._deviations.clear()
        self._errors = ErrorRate()

    def note_quote(self, quote: Quote, now_ms: int) -> None:
        """Take the newest quote of an instrument: at most one price a second is remembered."""
        if quote.stored or quote.price is None:
            return
        noted = self._noted.get(quote.instrument)
        if noted is None:
            noted = self._noted[quote.instrument] = _Noted()
        if quote.received_ms <= noted.received_ms:
            return
        noted.received_ms = quote.received_ms
        if noted.updates and 0 <= now_ms - noted.updates[-1] < 1000:
            noted.prices[-1] = _Price(noted.prices[-1].at_ms, quote.price)
            return
        noted.updates.append(now_ms)
        noted.prices.append(_Price(now_ms, quote.price))

    def note_bar(self, bar: Bar) -> None:
        """Take a minute that closed; revisions of it do not count again."""
        if bar.timeframe != "1m" or not bar.closed or not bar.trades:
            return
        noted = self._noted.setdefault(bar.instrument, _Noted())
        if bar.open_ms > noted.volume_ms:
            if noted.volume_ms:
                noted.volumes.append(noted.volume)
            noted.volume, noted.volume_ms = bar.volume, bar.open_ms

    def note_anomaly(self, anomaly: Anomaly, now_ms: int) -> None:
        """Take what stood out; here only how far a price is from what it should be matters."""
        if anomaly.kind is AnomalyKind.DEVIATION and anomaly.expected:
            off_pct = 100 * abs(anomaly.value / anomaly.expected - 1)
            self._deviations[anomaly.instrument] = off_pct, now_ms

    def note_counts(self, state: PipelineState, now_ms: int) -> None:
        """Take the counters as of now."""
        self.error_pct = self._errors.note(count(state, now_ms))
        self._note_feeds(state, now_ms)
        if state.measurements.cache is not None:
            self._note_lookups(state.measurements.cache)

    def forget(self, instrument: InstrumentId) -> None:
        """Drop what is known of an instrument that is not priced any more."""
        self._noted.pop(instrument, None)
        self._deviations.pop(instrument, None)

    def change_pct(self, instrument: InstrumentId, now_ms: int) -> float | None:
        """Change of the price within the last minute; None while that cannot be told."""
        noted = self._noted.get(instrument)
        return None if noted is None else noted.change_pct(now_ms)

    def deviation_pct(self, instrument: InstrumentId, now_ms: int) -> float:
        """How far its price was lately from what it should be; 0 where nothing was said."""
        off_pct, at_ms = self._deviations.get(instrument, (0.0, now_ms))
        return off_pct if now_ms - at_ms < DEVIATING_MS else 0.0

    def updates(self, instrument: InstrumentId, since_ms: int) -> int:
        """Seconds that brought an observation."""
        noted = self._noted.get(instrument)
        return 0 if noted is None else sum(at_ms >= since_ms for at_ms in noted.updates)

    def volume_ratio(self, instrument: InstrumentId, now_ms: int) -> float | None:
        """Volume of the minute that closed last over the mean before; None while that cannot be told."""
        noted = self._noted.get(instrument)
        if noted is None or len(noted.volumes) < _FEWEST_VOLUMES or now_ms - noted.volume_ms > 3 * MINUTE_MS:
            return None
        mean = sum(noted.volumes) / len(noted.volumes)
        return noted.volume / mean if mean > 0 else None

    def down_s(self, name: str, now_ms: int, *, is_down: bool) -> float:
        """How long something has been down, as far as was looked."""
        if not is_down:
            self._down_since_ms.pop(name, None)
            return 0.0
        return max(0, now_ms - self._down_since_ms.setdefault(name, now_ms)) / 1000

    def back_ms(self, feed: str) -> int:
        """When a feed came back from its last outage; 0 where it had none that was worth telling."""
        return self._back_ms.get(feed, 0)

    def _note_feeds(self, state: PipelineState, now_ms: int) -> None:
        for feed in state.feed.feeds.values():
            name, is_down = f"feed {feed.name}", feed.state not in CONNECTED
            since_ms = self._down_since_ms.get(name, now_ms)
            if not is_down and now_ms - since_ms >= OUTAGE_MS:
                self._back_ms[feed.name] = now_ms
            self.down_s(name, now_ms, is_down=is_down)

    def _note_lookups(self, cache: CacheStatus) -> None:
        hits, misses = self._lookups
        new_hits, new_misses = cache.hits - hits, cache.misses - misses
        if new_hits < 0 or new_misses < 0:
            self._lookups = (cache.hits, cache.misses)
        elif new_hits + new_misses >= LOOKUPS:
            self.hit_rate = 100 * new_hits / (new_hits + new_misses)
            self._lookups = (cache.hits, cache.misses)
