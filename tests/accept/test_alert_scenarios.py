"""Each built-in rule: it fires once, whoever is told is told once, it is resolved, and it is quiet while it flaps.

What a venue, a market or a disk can do happens to engines on simulated exchanges, by a clock that is faster than the
machine's; and what each rule looks at is planted in a state, second by second.
"""

import asyncio
from pathlib import Path

import pytest

from rtp_tui.monitoring.alerts.rules import BUILT_IN_RULES
from tests.accept.alert_lives import Told, flapping_stream, prices, silences, venues
from tests.accept.alert_plants import PLANTS, PlantedWorld
from tests.accept.fast_clock import FastClock, run_fast

pytestmark = pytest.mark.accept

FLAPS_FOR_S = 600
COOL_DOWN_S = 300
FACTOR = 20.0
SIMULATED = {
    "stream-down": (),
    "secret-expired": (),
    "service-down": (),
    "error-rate": (),
    "pipeline-down": ("stream-down", "service-down"),
    "health-low": ("stream-down", "service-down"),
    "data-old": (),
    "update-rate": (),
    "gap": ("stream-down",),
    "disk-full": (),
    "disk-out": (),
    "price-move-crypto": (),
    "deviation": (),
    "price-move": (),
    "cache-misses": (),
    "volume-surge": (),
}
"""Rules, and the others that tell of the same."""
SHARED = {"gap": ["crypto:BTC", "crypto:ETH"]}
"""Subjects of a rule where one thing has happened to several."""
EVERY_RULE = pytest.mark.parametrize("rule", PLANTS)


def test_every_built_in_rule_has_a_scenario() -> None:
    assert {rule.id for rule in BUILT_IN_RULES} == set(PLANTS)


@EVERY_RULE
async def test_a_rule_fires_once_tells_once_and_is_resolved(rule: str) -> None:
    case = PLANTS[rule]
    with PlantedWorld() as world:
        await world.run(case.ready_s)
        assert world.told == []
        case.bad(world.is_so)
        await world.run(case.fires_s)
        assert (world.fired(rule), world.resolved(rule)) == ([case.subject], [])
        case.good(world.is_so)
        await world.run(case.ends_s)
        assert (world.fired(rule), world.resolved(rule)) == ([case.subject], [case.subject])
        assert {alert.alert.rule for alert in world.told} <= {rule, *case.beside}
        assert [alert.rule for alert in world.monitor.book.alerts if alert.is_firing] == []


@EVERY_RULE
async def test_a_rule_that_flaps_tells_no_more_than_its_cool_down_lets_through(rule: str) -> None:
    case = PLANTS[rule]
    with PlantedWorld() as world:
        await world.run(case.ready_s)
        flapped_s = 0
        while flapped_s < FLAPS_FOR_S:
            for plant in (case.bad, case.good):
                plant(world.is_so)
                await world.run(case.beats_s)
                flapped_s += case.beats_s
        most = 1 + flapped_s // COOL_DOWN_S
        assert 1 <= len(world.fired(rule)) <= most
        assert len(world.resolved(rule)) <= most


class Simulated:
    """What was told in some engines at once."""

    def __init__(self) -> None:
        self.told: dict[str, Told] = {}
        self.flapping: list[str] = []

    async def run(self, folder: Path) -> None:
        clock = FastClock(FACTOR)
        async with asyncio.TaskGroup() as group:
            passing = group.create_task(clock.run())
            lives = [life(folder / life.__name__, clock) for life in (venues, silences, prices)]
            flapping = group.create_task(flapping_stream(folder / "flapping", clock))
            for told in await asyncio.gather(*lives):
                self.told |= told
            self.flapping = await flapping
            passing.cancel()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    found = Simulated()
    run_fast(found.run(tmp_path_factory.mktemp("engines")))
    return found


@pytest.mark.parametrize("rule", SIMULATED)
def test_on_a_simulated_exchange_a_rule_fires_once_and_is_resolved(rule: str, simulated: Simulated) -> None:
    told = simulated.told[rule]
    subjects = SHARED.get(rule, [told.subject])
    assert (sorted(told.fired), sorted(told.resolved)) == (subjects, subjects), told
    assert set(told.beside) <= set(SIMULATED[rule]), told


def test_a_venue_that_comes_and_goes_is_told_of_when_it_first_does_and_when_it_still_does(
    simulated: Simulated,
) -> None:
    assert simulated.flapping in (["fired", "resolved", "fired"], ["fired", "resolved"])
