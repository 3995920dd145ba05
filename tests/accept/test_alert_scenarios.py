"""Each built-in rule: it fires once, whoever is told is told once, it is resolved, and it is quiet while it flaps."""

import pytest

from rtp_tui.monitoring.alerts.rules import BUILT_IN_RULES
from tests.accept.alert_plants import PLANTS, PlantedWorld

pytestmark = pytest.mark.accept

FLAPS_FOR_S = 600
COOL_DOWN_S = 300
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
