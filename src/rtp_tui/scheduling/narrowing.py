"""Which instruments a run is for: each market is served at its own pace, also within one job."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.scheduling.adaptive_rate import MarketPaces, markets_due, selected
from rtp_tui.scheduling.job import Job
from rtp_tui.scheduling.schedule import Every, Moment
from rtp_tui.scheduling.session_gate import rest_of
from rtp_tui.scheduling.settings import JobSettings


def markets_of(job: JobSettings, instruments: Iterable[Instrument]) -> frozenset[str]:
    """The markets of a job's instruments; none for a job that is not about instruments."""
    patterns = job.instruments or ()
    return frozenset(found.market for found in selected(patterns, instruments)) if patterns else frozenset()


def narrowed(
    job: Job,
    instruments: Iterable[Instrument],
    calendar: MarketPaces,
    now: Moment,
    lively: Collection[InstrumentId] = (),
) -> JobSettings | None:
    """A job's settings with the instruments of those markets whose own interval has passed; notes that they ran.

    Between these the `lively` ones are served alone. None where all of its markets have stopped, so that there is nothing to do.
    """
    if not job.markets or not isinstance(job.schedule, Every):
        return job.settings
    base_ms = job.schedule.interval_ms
    awake = frozenset(one for one in job.markets if rest_of(one, calendar, now.wall_ms) is None)
    if not awake:
        return None
    due = markets_due(base_ms, job.markets, job.last_s, calendar, now.wall_ms, now.monotonic_s)
    if not due and lively:
        return replace(job.settings, instruments=tuple(lively))
    due = due or awake
    job.last_s |= dict.fromkeys(due, now.monotonic_s)
    if due == job.markets:
        return job.settings
    found = selected(job.settings.instruments or (), instruments)
    return replace(
        job.settings, instruments=tuple(instrument.id for instrument in found if instrument.market in due)
    )
