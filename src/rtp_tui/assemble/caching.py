"""The cache with what reads through it, what keeps it warm and what makes it forget."""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.cache.cache import Cache
from rtp_tui.cache.history_pages import HistoryPages, ReadBars
from rtp_tui.cache.orders import CacheOrders
from rtp_tui.cache.provider_history import CachedHistory
from rtp_tui.cache.upkeep import CacheUpkeep
from rtp_tui.cache.warming import Warmer, asked_again
from rtp_tui.clock import Clock
from rtp_tui.feeds.gap_repair import Archive
from rtp_tui.model.commands import ClearCache, OptimizeCache
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor

NOTE_EVERY_S = 0.1
"""How long events gather before the cache is told of them."""


class Caching(Struct, frozen=True):
    """What the engine needs of the cache; without one bars are read from the store each time."""

    read_bars: ReadBars
    cache: Cache | None = None
    upkeep: CacheUpkeep | None = None
    warmer: Warmer | None = None


def caching(ground: Ground) -> Caching:
    """A cache in front of the history, unless it is switched off."""
    settings, pipeline, history, clock = ground.settings, ground.pipeline, ground.history, ground.clock
    if not settings.cache.enabled:
        return Caching(history.bars)
    cache = Cache(settings.cache, clock, pipeline.announce)
    upkeep = CacheUpkeep(cache, clock)
    pages = HistoryPages(history.bars, cache, upkeep, lambda: pipeline.committed_seq, clock)
    return Caching(pages.bars, cache, upkeep, Warmer(cache, clock, [asked_again(cache)]))


def keep_past(feeds: Feeds, cached: Caching, clock: Clock) -> Feeds:
    """The same feeds, whose providers are asked for the same minutes of the past only once."""
    if cached.cache is None:
        return feeds
    kept = {
        provider: Archive(CachedHistory(provider, archive.history, cached.cache, clock), archive.guard)
        for provider, archive in feeds.archives.items()
    }
    return replace(feeds, archives=kept)


def add_caching(supervisor: Supervisor, cached: Caching, ground: Ground) -> None:
    """Add the parts that fetch for the cache and make it forget."""
    if cached.cache is not None and cached.upkeep is not None:
        supervisor.add("cache", cached.cache.run)
        supervisor.add("cache upkeep", partial(_note, cached.upkeep, ground.pipeline, ground.clock))


def carry_out_cache_orders(handlers: Handlers, cached: Caching) -> None:
    """Hand orders about the cache to it."""
    orders = CacheOrders(cached.cache)
    handlers.carry_out(ClearCache, orders.clear)
    handlers.carry_out(OptimizeCache, orders.optimize)


async def _note(upkeep: CacheUpkeep, pipeline: Pipeline, clock: Clock) -> None:
    """Tell the cache what happened; quotes are not its business, and are kept only once an instrument."""
    with pipeline.reading(conflates=True) as reader:
        # What happened before anybody listened, or while this part was restarted, is not known.
        upkeep.forget_all()
        while True:
            await reader.wait()
            if reader.has_overrun:
                reader.start_over()
                upkeep.forget_all()
            upkeep.note(reader.take().events)
            await clock.sleep(NOTE_EVERY_S)
