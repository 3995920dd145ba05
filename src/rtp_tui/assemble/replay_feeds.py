"""The feeds of a replay: sources whose sockets are never opened and whose questions are answered out of a file."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from rtp_tui.capture import CaptureFile
from rtp_tui.clock import ReplayClock
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.intake import Decode
from rtp_tui.feeds.player import Window
from rtp_tui.feeds.replay_feed import Controls, ReplayFeed
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import BadFrame
from rtp_tui.pipeline import Pipeline
from rtp_tui.sources.captured import CapturedSymbols
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.registry import AnyPollingSource, AnySource, build_polling_sources, build_sources
from rtp_tui.sources.replay import RecordedHttp, observed, replaying_equipment


class Replay(Struct, frozen=True, kw_only=True):
    """One replay to run: which part of which capture, for which instruments, how fast."""

    capture: CaptureFile
    instruments: tuple[Instrument, ...]
    symbols: CapturedSymbols
    controls: Controls
    window: Window = Window()
    ends: bool = False
    """The engine ends with the capture, when all is stored; otherwise it stays to be looked at."""


def replay_feeds(
    replay: Replay, settings: Settings, pipeline: Pipeline, clock: ReplayClock
) -> dict[str, ReplayFeed]:
    """A feed for each provider that one of the instruments names."""
    http = RecordedHttp()
    equipment = replaying_equipment(clock, http)
    readable = replay.symbols.readable(settings.sources)
    sources: Mapping[str, AnySource | AnyPollingSource] = {
        **build_sources(readable, equipment),
        **build_polling_sources(readable, equipment),
    }
    feeds = {}
    for name, source in sources.items():
        subscriptions = tuple(_subscriptions(replay.instruments, name))
        if subscriptions:
            feeds[name] = _feed(name, source, http, subscriptions, replay.controls, pipeline, clock)
    return feeds


def _feed(
    name: str,
    source: AnySource | AnyPollingSource,
    http: RecordedHttp,
    subscriptions: Sequence[Subscription],
    controls: Controls,
    pipeline: Pipeline,
    clock: ReplayClock,
) -> ReplayFeed:
    if isinstance(source, AnyPollingSource):
        expected_ms: int = source.cadence_ms
        decode: Decode = _decode_nothing
    else:
        # No connection is made: this tells the source whom its frames will be about.
        source.endpoints(subscriptions)
        expected_ms, decode = source.expected_ms, source.decode
    return ReplayFeed(
        name,
        expected_ms,
        subscriptions,
        decode=decode,
        ask=partial(observed, source, http, subscriptions),
        controls=controls,
        clock=clock,
        accept=pipeline.accept,
        announce=pipeline.announce,
        keep_backfill=pipeline.keep_backfill,
    )


def _subscriptions(instruments: Sequence[Instrument], provider: str) -> Iterator[Subscription]:
    for instrument in instruments:
        for feed in instrument.feeds:
            name, _, symbol = feed.partition(":")
            if name == provider:
                yield Subscription(instrument.id, symbol)


def _decode_nothing(frame: bytes, received_ms: int) -> Notice:
    """A provider that is only asked sends no frames."""
    return Notice(bad=BadFrame.WRONG_SHAPE)
