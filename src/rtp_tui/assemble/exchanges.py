"""The sessions of exchanges: which have to be known, how far they are, and who keeps them so."""

from collections.abc import Callable, Iterable
from pathlib import Path

from rtp_tui.assemble.ground import Ground
from rtp_tui.monitoring.calendar_horizon import KnownSessions
from rtp_tui.scheduling.calendars import Calendars, subprocess_build


def calendars(ground: Ground, closes: Callable[[], Iterable[str]], shared: Path | None) -> Calendars:
    """The part that keeps them known, for the markets of what is priced and those whose `closes` start jobs."""

    def names() -> frozenset[str]:
        return ground.calendar.exchanges(_markets(ground, closes()))

    return Calendars(
        Path(ground.settings.data_dir) / "calendars.json",
        names,
        subprocess_build(ground.clock),
        ground.calendar.use,
        ground.clock,
        shared,
        shares=not ground.settings.demo,
    )


def known_sessions(ground: Ground, closes: Iterable[str], failure: str | None) -> KnownSessions:
    """How far those are known, and why they could not be read last."""
    return KnownSessions(ground.calendar.horizons(_markets(ground, closes)), failure)


def _markets(ground: Ground, closes: Iterable[str]) -> frozenset[str]:
    priced = ground.pipeline.state.market.instruments.values()
    return frozenset({*(instrument.market for instrument in priced), *closes})
