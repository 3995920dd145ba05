"""Carrying out commands: what the operator asks of the feeds, the pipeline and the process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from rtp_tui.model.commands import (
    ControlFeed,
    ControlPipeline,
    Done,
    EndProcess,
    FeedAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
)
from rtp_tui.model.errors import Failed, UnknownFeed, UnknownInstrument
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.parts import EngineState
from rtp_tui.pipeline import Pipeline


class ControllableFeed(Protocol):
    """What can be asked of a running feed."""

    def status(self) -> FeedStatus: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def restart(self) -> None: ...
    async def refresh(self, instruments: Sequence[InstrumentId]) -> int: ...


class Orders:
    """Carries commands left: from the door to the feeds."""

    def __init__(
        self,
        pipeline: Pipeline,
        feeds: Mapping[str, ControllableFeed],
        end_process: Callable[[], None],
        reload: Callable[[], Awaitable[Done]],
    ) -> None:
        self._pipeline = pipeline
        self._feeds = feeds
        self._end_process = end_process
        self._reload = reload

    async def control_pipeline(self, command: ControlPipeline) -> Done:
        """Start, stop or restart every feed; the doors, the store and the monitoring stay."""
        match command.action:
            case PipelineAction.START:
                self._set_state(EngineState.RUNNING)
                self._each(lambda feed: feed.resume())
            case PipelineAction.STOP:
                self._each(lambda feed: feed.pause())
                self._set_state(EngineState.STOPPED)
            case PipelineAction.RESTART:
                self._set_state(EngineState.RUNNING)
                self._each(lambda feed: feed.resume())
                self._each(lambda feed: feed.restart())
        return Done(message=f"pipeline: {command.action.value} carried out", affected=tuple(self._feeds))

    async def control_feed(self, command: ControlFeed) -> Done:
        """Restart, pause or resume the feed of that name, or the one that carries `name:SYMBOL`."""
        name = command.feed.partition(":")[0]
        feed = self._feeds.get(name)
        if feed is None:
            raise UnknownFeed(f"no feed {command.feed}")
        match command.action:
            case FeedAction.RESTART:
                feed.restart()
            case FeedAction.PAUSE:
                feed.pause()
            case FeedAction.RESUME:
                feed.resume()
        return Done(message=f"{name}: {command.action.value} carried out", affected=(name,))

    async def refresh(self, command: Refresh) -> Done:
        """Fetch the named instruments now, or all of them."""
        known = self._pipeline.state.market.instruments
        for instrument in command.instruments:
            if instrument not in known:
                raise UnknownInstrument(f"no instrument {instrument}")
        asked = set(command.instruments or known)
        fetched = 0
        for name, feed in self._feeds.items():
            priced = [i for i in feed.status().instruments if i in asked and self._prices(known[i], name)]
            fetched += await feed.refresh(priced) if priced else 0
        if not fetched:
            raise Failed("nothing could be fetched: " + self._errors())
        return Done(message=f"fetched {fetched} of {len(asked)}", affected=tuple(command.instruments))

    async def end_process(self, command: EndProcess) -> Done:
        """Drain and end, as SIGTERM does."""
        self._end_process()
        return Done(message="draining; the process ends within 10 s")

    async def reload_configuration(self, command: ReloadConfiguration) -> Done:
        """Read the configuration again and go on with it; one that cannot be used changes nothing. Raises Failed."""
        return await self._reload()

    def _each(self, act: Callable[[ControllableFeed], None]) -> None:
        for feed in self._feeds.values():
            act(feed)

    def _set_state(self, state: EngineState) -> None:
        engine = self._pipeline.state.part.engine
        if engine is not None:
            self._pipeline.announce(replace(engine, state=state))

    def _errors(self) -> str:
        errors = [feed.status().error for feed in self._feeds.values()]
        return "; ".join(error for error in errors if error) or "no feed answers for them"

    def _prices(self, instrument: Instrument, feed: str) -> bool:
        """Whether a feed is the one that prices an instrument now."""
        active = self._pipeline.state.feed.active.get(instrument.id)
        return (instrument.feeds[0] if active is None else active.feed).partition(":")[0] == feed
