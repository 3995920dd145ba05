"""Breakers over HTTP, in front of a scripted engine."""

import pytest

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.commands import BreakerAction, ControlBreaker, Done
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.server.breaker_bodies import breaker_body
from tests.factories import NOW_MS, a_breaker
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.unit.server.asking import asking, read

PATH = "/breakers/coingecko/prices"


def an_engine(*breakers: BreakerStatus) -> ScriptedPipeline:
    return ScriptedPipeline(a_snapshot(breakers=breakers or (a_breaker(),)))


async def test_a_breaker_has_the_fields_of_the_contract_under_their_names() -> None:
    breaker = a_breaker(
        state=BreakerState.OPEN,
        failure_rate=62.5,
        slow_rate=12.5,
        calls=8,
        not_permitted=3,
        next_probe_ms=NOW_MS,
        last_error="HTTP 503",
    )
    async with asking(an_engine(breaker)) as client:
        one, everything = read(await client.get(PATH)), read(await client.get("/breakers"))
    assert everything["breakers"][0]["name"] == "coingecko/prices"
    assert everything["next_cursor"] is None
    assert (
        one.items()
        >= {
            "name": "coingecko/prices",
            "state": "open",
            "failure_rate": 62.5,
            "slow_rate": 12.5,
            "calls": 8,
            "not_permitted": 3,
            "next_probe_ms": NOW_MS,
            "last_error": "HTTP 503",
        }.items()
    )


def test_a_probe_is_counted_down_to_and_never_below_zero() -> None:
    breaker = a_breaker(next_probe_ms=NOW_MS + 5_000)

    assert breaker_body(breaker, NOW_MS).time_to_probe_ms == 5_000
    assert breaker_body(breaker, NOW_MS + 9_000).time_to_probe_ms == 0
    assert breaker_body(a_breaker(), NOW_MS).time_to_probe_ms is None


@pytest.mark.parametrize("path", [PATH, "/breakers/coingecko%2Fprices"])
@pytest.mark.parametrize("action", list(BreakerAction))
async def test_an_order_reaches_the_breaker_whose_name_has_a_slash(path: str, action: BreakerAction) -> None:
    engine = an_engine()
    engine.answers[ControlBreaker] = Done(message="so be it")
    async with asking(engine) as client:
        reply = await client.post(f"{path}/{action}")
    assert (reply.status, read(reply)["name"], read(reply)["message"]) == (
        202,
        "coingecko/prices",
        "so be it",
    )
    assert engine.asked == [ControlBreaker(breaker="coingecko/prices", action=action)]


async def test_a_breaker_that_is_not_there_is_unknown() -> None:
    engine = an_engine()
    engine.answers[ControlBreaker] = UnknownBreaker("no breaker x/y")
    async with asking(engine) as client:
        replies = [await client.get("/breakers/x/y"), await client.post("/breakers/x/y/open")]
    assert [(reply.status, read(reply)["code"]) for reply in replies] == [(404, "unknown_breaker")] * 2


async def test_a_read_only_server_takes_no_orders() -> None:
    engine = an_engine()
    async with asking(engine, read_only=True) as client:
        reply = await client.post(f"{PATH}/reset")
    assert (reply.status, read(reply)["code"], engine.asked) == (403, "read_only", [])
