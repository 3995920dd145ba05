"""Fire drills: the simulated exchange of a demo told to misbehave, and everybody told of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rtp_tui.api.handlers import Handlers
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Done, EndDrills, StartDrill
from rtp_tui.model.drills import Drill, DrillStatus
from rtp_tui.model.errors import BadRequest, Unavailable

if TYPE_CHECKING:
    # Heavy: only a demo loads the simulator.
    from rtp_tui.simulator.exchange import Venue

LONGEST_DRILL_S = 3600.0
LOOK_EVERY_S = 0.25
_ONLY_DEMOS = "only a demo has an exchange that can be made to misbehave (rtp-tui --demo)"


class Drills:
    """The exchange's faults as orders; `run` tells when one is over."""

    def __init__(self, exchange: "Venue", announce: Callable[[DrillStatus], None], clock: Clock) -> None:
        from rtp_tui.simulator.faults import drill_name, drill_names, fault_named  # heavy: see above

        self._fault_named = fault_named
        self._name_of = drill_name
        self._exchange = exchange
        self._announce = announce
        self._clock = clock
        self._begun: dict[tuple[str, str], Drill] = {}
        self._status = DrillStatus(venues=tuple(exchange.listener.gateways), faults=drill_names())

    async def start(self, order: StartDrill) -> Done:
        """See `StartDrill`. Raises BadRequest."""
        if not 0 < order.seconds <= LONGEST_DRILL_S:
            raise BadRequest(f"seconds: more than 0, and at most {LONGEST_DRILL_S:g}")
        try:
            self._exchange.inject(
                self._fault_named(order.fault), order.seconds, order.venue, retry_after=_wait(order.seconds)
            )
        except ValueError as error:
            raise BadRequest(str(error)) from None
        self._tell()
        words = f"{order.venue or 'all venues'}: {order.fault} for {order.seconds:g} s"
        return Done(message=words, affected=(order.venue,) if order.venue else self._status.venues)

    async def end(self, order: EndDrills) -> Done:
        """See `EndDrills`. Raises BadRequest."""
        ended = [drill for drill in self._status.running if order.venue in (None, drill.venue)]
        try:
            self._exchange.end_faults(order.venue)
        except ValueError as error:
            raise BadRequest(str(error)) from None
        words = f"{len(ended)} drill{'s' * (len(ended) != 1)} ended"
        return Done(message=words, affected=tuple(f"{drill.venue} {drill.fault}" for drill in ended))

    async def run(self) -> None:
        """Part "drills": tell what can be drilled, and what begins and ends, until cancelled."""
        self._announce(self._status)
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self._tell()

    def _tell(self) -> None:
        running = self._running()
        if running != self._status.running:
            self._status = DrillStatus(
                venues=self._status.venues, faults=self._status.faults, running=running
            )
            self._announce(self._status)

    def _running(self) -> tuple[Drill, ...]:
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        running: dict[tuple[str, str], Drill] = {}
        for lasting in self._exchange.lasting():
            left_ms = round((lasting.until_s - now_s) * 1000)
            if left_ms <= 0:
                continue
            key = (lasting.venue, self._name_of(lasting.fault))
            known = self._begun.get(key)
            until_ms = now_ms + left_ms
            if known is None or abs(known.until_ms - until_ms) > round(LOOK_EVERY_S * 1000):
                known = Drill(venue=key[0], fault=key[1], since_ms=now_ms, until_ms=until_ms)
            running[key] = known
        self._begun = running
        return tuple(sorted(running.values(), key=lambda drill: drill.until_ms))


def carry_out_drills(handlers: Handlers, drills: Drills | None) -> None:
    """Hand orders for drills to the demo's exchange, or refuse them where there is none."""
    handlers.carry_out(StartDrill, _no_drill if drills is None else drills.start)
    handlers.carry_out(EndDrills, _no_drill if drills is None else drills.end)


def _wait(seconds: float) -> str:
    """What refusals by rate ask for: to come back when it is over."""
    return str(max(1, round(seconds)))


async def _no_drill(_order: StartDrill | EndDrills) -> Done:
    raise Unavailable(_ONLY_DEMOS)
