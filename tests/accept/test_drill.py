"""The demo under a random fire drill of 45 seconds; `python -m benchmarks.drill` runs the long one."""

import asyncio
from pathlib import Path
from random import SystemRandom

import pytest

from tests.accept.drilled import drilled

pytestmark = pytest.mark.accept

SECONDS = 45.0
MEMORY_MARGIN_MB = 40.0


def test_the_demo_survives_a_random_drill_and_is_well_again_by_itself(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1_000_000)
    told: list[str] = []
    after = asyncio.run(drilled(tmp_path, SECONDS, seed, told.append))
    story = "\n".join([*told, repr(after)])
    assert len(after.steps) >= 3, story
    assert after.parts == (), story
    assert after.recovered_s is not None, story
    assert after.pending == (), story
    assert after.after_mb - after.before_mb < MEMORY_MARGIN_MB, story
