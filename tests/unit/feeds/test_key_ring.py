import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.key_ring import (
    EXHAUSTED_S,
    FIRST_QUARANTINE_S,
    LONGEST_QUARANTINE_S,
    KeyRing,
    OnQuota,
)
from rtp_tui.model.feeds import KeyState
from rtp_tui.sources.contract import AccessDenied, RateLimited
from tests.fakes import FakeClock

REFERENCES = ("env:ONE", "env:TWO", "env:THREE")


class Scene:
    """A ring and what its references reveal."""

    def __init__(self, on_quota: OnQuota = "wait") -> None:
        self.clock = FakeClock()
        self.secrets = {reference: f"secret of {reference}" for reference in REFERENCES}
        self.ring = KeyRing(REFERENCES, self.reveal, self.clock, on_quota)

    def reveal(self, reference: str) -> str:
        if reference not in self.secrets:
            raise AccessDenied(f"{reference} holds no secret")
        return self.secrets[reference]

    @property
    def taken(self) -> str:
        return self.ring.take().reference

    @property
    def states(self) -> list[KeyState]:
        return [status.state for status in self.ring.status()]


def test_the_first_key_is_shown_as_long_as_it_is_usable() -> None:
    scene = Scene()
    assert [scene.taken, scene.taken] == ["env:ONE", "env:ONE"]


async def test_a_refused_key_is_set_aside_and_tried_again_later() -> None:
    scene = Scene()
    scene.ring.reject(scene.ring.take())
    assert scene.taken == "env:TWO"
    assert scene.states[0] is KeyState.REJECTED
    assert scene.ring.status()[0].until_ms == scene.clock.now_ms() + FIRST_QUARANTINE_S * 1000
    await scene.clock.advance(FIRST_QUARANTINE_S)
    assert scene.taken == "env:ONE"
    assert scene.states == [KeyState.USABLE] * 3


async def test_a_key_that_is_refused_again_and_again_is_left_alone_for_longer_each_time() -> None:
    scene = Scene()
    pauses = []
    for _ in range(9):
        scene.ring.reject(scene.ring.take())
        pauses.append(scene.ring.status()[0].until_ms or 0)
        pauses[-1] -= scene.clock.now_ms()
        await scene.clock.advance(LONGEST_QUARANTINE_S)
    assert pauses[:3] == [600_000, 1_200_000, 2_400_000]
    assert pauses[-1] == LONGEST_QUARANTINE_S * 1000


def test_a_new_secret_behind_a_refused_reference_is_used_at_once() -> None:
    scene = Scene()
    scene.ring.reject(scene.ring.take())
    scene.secrets["env:ONE"] = "a fresh token"
    assert scene.ring.take().secret == "a fresh token"


def test_at_the_end_of_a_quota_we_wait_unless_we_may_go_on_with_the_next_key() -> None:
    waiting, going_on = Scene("wait"), Scene("next")
    for scene in (waiting, going_on):
        scene.ring.exhaust(scene.ring.take(), 30)
    with pytest.raises(RateLimited) as refusal:
        waiting.ring.take()
    assert refusal.value.retry_after_s == 30
    assert going_on.taken == "env:TWO"


async def test_when_every_key_is_used_up_the_first_to_recover_says_how_long() -> None:
    scene = Scene("next")
    for pause_s in (50, None, 70):
        scene.ring.exhaust(scene.ring.take(), pause_s)
    with pytest.raises(RateLimited) as refusal:
        scene.ring.take()
    assert refusal.value.retry_after_s == 50
    await scene.clock.advance(EXHAUSTED_S)
    assert scene.taken == "env:ONE"


def test_a_reference_without_a_secret_is_passed_over_and_named() -> None:
    scene = Scene()
    del scene.secrets["env:ONE"]
    assert scene.taken == "env:TWO"
    assert scene.states[0] is KeyState.MISSING


def test_when_none_is_usable_each_is_named_with_its_state_and_no_secret() -> None:
    scene = Scene()
    del scene.secrets["env:TWO"]
    scene.ring.reject(scene.ring.take())
    scene.ring.reject(scene.ring.take())
    with pytest.raises(AccessDenied) as refusal:
        scene.ring.take()
    words = str(refusal.value)
    assert "env:ONE rejected, env:TWO missing, env:THREE rejected" in words
    assert "secret of" not in words + repr(scene.ring.status())


def test_without_any_reference_it_says_that_a_key_is_needed() -> None:
    ring = KeyRing((), lambda reference: "", FakeClock())
    with pytest.raises(AccessDenied, match="none is configured"):
        ring.take()


@given(st.lists(st.tuples(st.sampled_from(["reject", "exhaust", "wait"]), st.floats(0, 10_000)), max_size=30))
async def test_whatever_happens_no_key_is_shown_in_its_quarantine(steps: list[tuple[str, float]]) -> None:
    scene = Scene("next")
    until_s: dict[str, float] = {}
    for step, seconds in steps:
        if step == "wait":
            await scene.clock.advance(seconds)
            continue
        try:
            key = scene.ring.take()
        except (AccessDenied, RateLimited):
            assert len(until_s) == len(REFERENCES)
            continue
        now_s = scene.clock.monotonic()
        assert until_s.get(key.reference, 0.0) <= now_s
        if step == "reject":
            scene.ring.reject(key)
            until_s[key.reference] = now_s + FIRST_QUARANTINE_S
        else:
            scene.ring.exhaust(key, seconds)
            until_s[key.reference] = now_s + seconds
