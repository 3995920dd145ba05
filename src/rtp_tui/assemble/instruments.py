"""Instruments that are added and removed while the engine runs, and what is remembered of that."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.instrument_orders import InstrumentOrders
from rtp_tui.api.subscribing import Subscribe, Subscribing
from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.remembering import ChangesFile
from rtp_tui.config.instruments import check_instrument
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.carriers import Carriers
from rtp_tui.feeds.listings import Listings
from rtp_tui.jobs.poll import PollJob
from rtp_tui.model.commands import AddInstrument, RemoveInstrument
from rtp_tui.model.instrument import Instrument
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.sources.contract import Subscription
from rtp_tui.storage.instrument_changes import InstrumentChanges


class RememberedInstruments:
    """What differs from the configuration, kept in the data directory."""

    def __init__(self, settings: Settings) -> None:
        self._configured = frozenset(settings.instruments)
        path = Path(settings.data_dir) / "instruments.json"
        self._file = ChangesFile(path, InstrumentChanges, InstrumentChanges())
        self._changes = InstrumentChanges()

    def read(self) -> None:
        """Take over what earlier runs left."""
        self._changes = self._file.read()

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with what earlier runs added and removed."""
        return replace(settings, instruments=self._changes.applied_to(settings.instruments))

    def add(self, instrument: Instrument) -> None:
        """Price it after a restart too."""
        self._changes = self._changes.with_added(instrument)
        self._file.write(self._changes)

    def remove(self, instrument: Instrument) -> None:
        """Leave it out after a restart too."""
        is_configured = instrument in self._configured
        self._changes = self._changes.with_removed(instrument, is_configured=is_configured)
        self._file.write(self._changes)


def carry_out_instruments(
    handlers: Handlers,
    ground: Ground,
    feeds: Feeds,
    scheduler: Scheduler,
    supervisor: Supervisor,
    remembered: RememberedInstruments,
) -> Subscribe:
    """Hand orders about instruments to the feeds, the jobs and whatever remembers them; who subscribes to what is listed."""

    settings, pipeline = ground.settings, ground.pipeline

    def begin(provider: str, subscriptions: Sequence[Subscription]) -> None:
        feed = feeds.begin(provider, subscriptions)
        if feeds.polling:
            state = pipeline.state
            poll = PollJob(feeds.polling, state.market.instruments.values, state.job.jobs.values)
            scheduler.offer("poll", poll.run)
        supervisor.add(f"feed {provider}", feed.run, after=("store", "bars"))

    def added(instrument: Instrument) -> None:
        remembered.add(instrument)
        scheduler.replan()

    def removed(instrument: Instrument) -> None:
        remembered.remove(instrument)
        scheduler.replan()

    check = partial(check_instrument, providers=frozenset(feeds.makers), markets=frozenset(settings.markets))
    orders = InstrumentOrders(pipeline, Carriers(feeds.all(), begin), check, added, removed)
    handlers.carry_out(AddInstrument, orders.add)
    handlers.carry_out(RemoveInstrument, orders.remove)
    asked = {provider: archive for provider, archive in feeds.archives.items() if provider in feeds.makers}
    return Subscribing(Listings(asked).find, orders.add).subscribe
