"""What goes wrong on simulated exchanges, one thing after another, and what people are told of each."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import NotificationKind
from rtp_tui.model.queries import GetBars
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.simulator.faults import Fault
from tests.accept.simulated_alerts import OF_THE_MACHINE, AlertedWorld, alerted_world
from tests.accept.simulated_worlds import BTC, ETH, MSFT, SOL, renew_key

READY_WITHIN_S = 120.0
CALM_WITHIN_S = 400.0
CEASELESS_S = 10_000.0
MINUTES_OF_VOLUME = 13
GB = 10**9
_FIRED, _RESOLVED = NotificationKind.FIRED, NotificationKind.RESOLVED


class Told(Struct):
    """What people were told of one thing that went wrong."""

    subject: str
    fired: list[str] = []
    resolved: list[str] = []
    fired_s: float | None = None
    """Since it began."""
    beside: tuple[str, ...] = ()
    """Other rules of which they were told, but for what tells how busy this machine is: by a clock that is faster than
    its own, it is as many times slower."""


Act = Callable[[], object]


class Life:
    """One engine, and what was told of each rule; a rule is provoked once."""

    def __init__(self, world: AlertedWorld) -> None:
        self.world = world
        self.told: dict[str, Told] = {}

    async def provoke(
        self,
        rules: dict[str, str],
        begin: Act,
        end: Act,
        *,
        within_s: float = 120.0,
        keep_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Let something go wrong until the rules have told of their subjects, then let it pass until all is calm."""
        world, clock = self.world, self.world.clock
        assert await world.until(world.is_well, CALM_WITHIN_S), [*map(str, world.monitor.book.alerts)]
        before, began_s = len(world.told), clock.monotonic()
        for rule, subject in rules.items():
            self.told[rule] = Told(subject)
        begin()
        until_s = began_s + within_s
        while not all(self._has_fired(rule, began_s) for rule in rules) and clock.monotonic() < until_s:
            await (clock.sleep(0.5) if keep_up is None else keep_up())
        end()
        until_s = clock.monotonic() + CALM_WITHIN_S
        while not world.is_well() and clock.monotonic() < until_s:
            await (clock.sleep(0.5) if keep_up is None else keep_up())
        await clock.sleep(11)
        for rule, told in self.told.items():
            if rule in rules:
                told.fired, told.resolved = world.of(rule, _FIRED), world.of(rule, _RESOLVED)
                told.beside = tuple(
                    {one.alert.rule for one in world.told[before:]} - {*rules} - OF_THE_MACHINE
                )

    def _has_fired(self, rule: str, began_s: float) -> bool:
        told = self.told[rule]
        if told.fired_s is None and told.subject in self.world.of(rule, _FIRED):
            told.fired_s = self.world.clock.monotonic() - began_s
        return told.fired_s is not None


async def venues(folder: Path, clock: Clock) -> dict[str, Told]:
    """What venues can do to an engine."""
    async with alerted_world(folder, clock) as world:
        life, exchange = Life(world), world.exchange

        def inject(fault: Fault, venue: str | None = None) -> Act:
            return lambda: exchange.inject(fault, CEASELESS_S, venue, retry_after="2")

        def renew() -> None:
            exchange.end_faults()
            renew_key(folder)

        await life.provoke({"stream-down": "coinbase"}, inject(Fault.REFUSE, "coinbase"), exchange.end_faults)
        await life.provoke({"secret-expired": "twelvedata"}, inject(Fault.KEY_REJECTED, "twelvedata"), renew)
        await life.provoke(
            {"service-down": "coingecko"}, inject(Fault.SERVER_ERROR, "coingecko"), exchange.end_faults
        )
        await life.provoke({"error-rate": ""}, inject(Fault.GARBAGE), exchange.end_faults)
        await life.provoke({"pipeline-down": "", "health-low": ""}, inject(Fault.REFUSE), exchange.end_faults)
        return life.told


async def flapping_stream(folder: Path, clock: Clock) -> list[str]:
    """What was told of a venue that comes and goes for some minutes."""
    async with alerted_world(folder, clock) as world:
        assert await world.until(world.is_well, READY_WITHIN_S)
        for _ in range(7):
            world.exchange.inject(Fault.REFUSE, 25.0, "binance", retry_after="2")
            await clock.sleep(60)
        return [one.kind.value for one in world.told if one.alert.rule == "stream-down"]


async def silences(folder: Path, clock: Clock) -> dict[str, Told]:
    """What comes of prices that do not come, and of history that is not there."""
    async with alerted_world(folder, clock) as world:
        life, exchange, book = Life(world), world.exchange, world.book("SOL")
        listing = book.listing

        def be_silent() -> None:
            book.listing = replace(listing, liquidity=0.0)

        def speak() -> None:
            book.listing = listing

        def cut() -> None:
            exchange.inject(Fault.REFUSE, 190.0, "binance", retry_after="2")
            exchange.inject(Fault.SLOW_BODY, CEASELESS_S, "binance")

        await life.provoke({"data-old": SOL, "update-rate": SOL}, be_silent, speak, within_s=500)
        await life.provoke({"gap": BTC}, cut, exchange.end_faults, within_s=400)
        return life.told


class Asking:
    """Somebody who asks for bars: always for others, or for the same."""

    def __init__(self, world: AlertedWorld) -> None:
        self._world = world
        self._step_ms = 0
        self._start_ms = world.clock.now_ms() - 20 * 86_400_000

    def go_far(self) -> None:
        self._step_ms = 60_000

    def stay(self) -> None:
        self._step_ms = 0

    async def ask(self) -> None:
        """Ask some times."""
        for _ in range(40):
            self._start_ms += self._step_ms
            end_ms = self._start_ms + 60_000
            await self._world.engine.api.query(
                GetBars(instrument=BTC, start_ms=self._start_ms, end_ms=end_ms)
            )
        await self._world.clock.sleep(0.5)


async def prices(folder: Path, clock: Clock) -> dict[str, Told]:
    """What the market and the machine can do."""
    async with alerted_world(folder, clock) as world:
        life, began_s = Life(world), clock.monotonic()
        assert await world.until(world.is_well, READY_WITHIN_S)

        def jump(code: str, by: float) -> Act:
            def move() -> None:
                world.book(code)._log_price += by

            return move

        def fill_disk(disk: Disk) -> Act:
            return lambda: setattr(world, "disk", disk)

        asking = Asking(world)
        roomy = fill_disk(Disk(50 * GB, 100 * GB))
        await life.provoke({"disk-full": ""}, fill_disk(Disk(8 * GB, 100 * GB)), roomy)
        await life.provoke({"disk-out": ""}, fill_disk(Disk(GB // 2, 4 * GB)), roomy)
        await life.provoke(
            {"price-move-crypto": BTC, "deviation": BTC}, jump("BTC", 0.04), lambda: None, within_s=130
        )
        await life.provoke({"price-move": MSFT}, jump("MSFT", 0.008), lambda: None)
        await life.provoke({"cache-misses": ""}, asking.go_far, asking.stay, keep_up=asking.ask)
        await clock.sleep(began_s + MINUTES_OF_VOLUME * 60 - clock.monotonic())
        notional = world.book("ETH").listing
        await life.provoke(
            {"volume-surge": ETH},
            lambda: setattr(world.book("ETH"), "listing", replace(notional, notional=50 * notional.notional)),
            lambda: setattr(world.book("ETH"), "listing", notional),
            within_s=200,
        )
        return life.told
