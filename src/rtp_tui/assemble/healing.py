"""The parts that mend what fails: a standby where a feed is silent."""

from collections.abc import Callable
from functools import partial

from rtp_tui.assemble.feeds import Feeds, is_in_session
from rtp_tui.assemble.ground import Ground
from rtp_tui.clock import Clock
from rtp_tui.feeds.missed import Miss
from rtp_tui.feeds.sessions import Sessions
from rtp_tui.feeds.standby import Standby
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.adaptive_rate import SteadyPaces
from rtp_tui.scheduling.session_gate import rest_of


def add_healing(supervisor: Supervisor, feeds: Feeds, ground: Ground, missed: Callable[[Miss], None]) -> None:
    """Give the supervisor what mends; it comes after the feeds."""
    pipeline, calendar, clock = ground.pipeline, ground.calendar, ground.clock
    standby = Standby(
        feeds.all(),
        lambda: tuple(pipeline.state.market.instruments.values()),
        pipeline.processor.activate,
        pipeline.announce,
        partial(is_in_session, pipeline, calendar, clock),
        partial(_note_miss, missed, clock),
        clock,
    )
    adapts = ground.settings.features.market_hours_adaptation
    paces = calendar if adapts else SteadyPaces(calendar)
    sessions = Sessions(
        feeds.all(),
        lambda: tuple(pipeline.state.market.instruments.values()),
        lambda market, now_ms: rest_of(market, paces, now_ms),
        clock,
    )
    supervisor.add("sessions", sessions.run)
    supervisor.add("failover", standby.run, after=tuple(f"feed {name}" for name in feeds.all()))


def _note_miss(missed: Callable[[Miss], None], clock: Clock, instrument: InstrumentId, since_ms: int) -> None:
    """Whichever feed prices it by then: what was missed between two feeds is nobody's own."""
    missed(Miss(instrument, "", since_ms, clock.now_ms()))
