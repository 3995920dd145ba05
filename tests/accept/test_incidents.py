"""Scripted incidents: health names what is wrong, not what comes of it, and the timeline tells it in order."""

import asyncio
from pathlib import Path

import pytest

from rtp_tui.clock import Clock, SystemClock
from tests.accept.fast_clock import FastClock, run_fast
from tests.accept.incidents import HELD_LOOP, INCIDENTS, Incident, Line, Suffered, suffer

pytestmark = pytest.mark.accept

FACTOR = 8.0
EACH = pytest.mark.parametrize("name", INCIDENTS)


async def suffer_all(folder: Path) -> dict[str, Suffered]:
    """All of them at once, each in an engine of its own."""
    clock = FastClock(FACTOR)
    async with asyncio.TaskGroup() as group:
        passing = group.create_task(clock.run())
        tasks = [suffer(one, folder / name.replace(" ", "-"), clock) for name, one in INCIDENTS.items()]
        found = await asyncio.gather(*tasks)
        passing.cancel()
    return dict(zip(INCIDENTS, found, strict=True))


@pytest.fixture(scope="module")
def suffered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Suffered]:
    return run_fast(suffer_all(tmp_path_factory.mktemp("incidents")))


def assert_is_told(incident: Incident, found: Suffered) -> None:
    """The last verdict while it lasted names it, and the story has its lines in their order.

    That this machine is too busy for all these engines is said too, and is no part of the incident.
    """
    last = found.verdicts[-1]
    in_peace = next((one for one in reversed(found.verdicts) if "the loop lags" not in one), last)
    assert any(all(words in one for words in incident.named) for one in (last, in_peace)), found.verdicts
    rest, missing = iter(found.story), list[tuple[str, str]]()
    for kind, words in incident.story:
        if not any(line.kind == kind and words in line.words for line in rest):
            missing.append((kind, words))
    assert missing == [], [f"{line.kind} {line.words}" for line in found.story]


@EACH
def test_health_names_the_cause_and_the_timeline_tells_the_story(
    name: str, suffered: dict[str, Suffered]
) -> None:
    assert_is_told(INCIDENTS[name], suffered[name])


def test_a_clock_that_is_set_makes_nothing_old(suffered: dict[str, Suffered]) -> None:
    fired = [one for one in suffered["clock set"].story if one.kind == "alert" and "firing" in one.words]
    assert [one for one in fired if "data-old" in one.words or "update-rate" in one.words] == []


async def test_a_loop_that_is_held_is_named_with_what_holds_it(tmp_path: Path) -> None:
    clock: Clock = SystemClock()
    found = await suffer(HELD_LOOP, tmp_path / "loop", clock)
    assert_is_told(HELD_LOOP, found)
    stood = next(line for line in found.story if line.kind == "log" and "stood still" in line.words)
    assert isinstance(stood, Line)
    assert "hold (incidents.py" in stood.words
