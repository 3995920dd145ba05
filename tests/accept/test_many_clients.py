"""Many clients at once on real sockets: the slow hurt nobody, and who was cut off comes back cheaply."""

import time

import pytest

from benchmarks.fan_out import scene
from tests.accept.running import PATIENCE_S

pytestmark = pytest.mark.accept

STALLED_GONE_WITHIN_S = PATIENCE_S
MANY_MS = 1_000
SHUT_WITHIN_S = 30.0


def test_a_stalled_and_a_crawling_client_hurt_none_of_two_hundred_and_delay_no_end() -> None:
    with scene("hub", clients=200, ticks_per_s=2_000) as running:
        before = running.measured(3).clients
        running.clients.ask("misbehave")
        during = running.measured(4).clients
        deadline_s = time.monotonic() + STALLED_GONE_WITHIN_S
        while running.clients.ask("look")["stalled_ended_s"] is None and time.monotonic() < deadline_s:
            time.sleep(0.5)
        ended_s = running.clients.ask("look")["stalled_ended_s"]
        running.clients.ask("misbehave")
        time.sleep(3)
        afterwards = running.measured(1).clients
        shutdown_s = running.server.ask("stop")
    assert during["p99_ms"] < before["p99_ms"] * 3 + MANY_MS
    assert during["least_updates"] > during["median_updates"] / 4
    assert (during["gone"], afterwards["gone"]) == (0, 0)
    assert ended_s is not None
    assert shutdown_s < SHUT_WITHIN_S


def test_three_hundred_cut_off_at_once_resume_without_a_question_to_the_store() -> None:
    with scene("hub", clients=300, ticks_per_s=1_000) as running:
        returning = running.clients.ask("return")
        asked = running.server.ask("measure")["queries"]
        afterwards = running.measured(2).clients
    assert (returning["recovered"], asked) == (300, 0)
    assert returning["took_s"] < PATIENCE_S
    assert afterwards["gone"] == 0
    assert afterwards["least_updates"] > 0
