from collections.abc import Iterable, Sequence

import pytest

from rtp_tui.feeds.comeback import EARLY_EVERY_S, FOLLOW_EVERY_S, Comeback, Witness
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.contract import SourceError, SourceUnavailable, Subscription
from tests.factories import BTC, a_bar, a_quote_tick
from tests.fakes import FakeClock

BITCOIN = Subscription(BTC, "BTCUSDT")
LOST_S = 100.0


def an_answer_after_a_failure(at_s: float) -> Comeback:
    comeback = Comeback()
    comeback.note_failure()
    comeback.note_answer(at_s)
    return comeback


def test_a_venue_that_answers_again_after_it_did_not_is_worth_an_early_try() -> None:
    assert an_answer_after_a_failure(150).is_due(LOST_S, 151)


def test_a_venue_that_answered_all_the_time_says_nothing_of_its_sockets() -> None:
    comeback = Comeback()
    for now_s in range(90, 200, 5):
        comeback.note_answer(now_s)
    assert not comeback.is_due(LOST_S, 200)


def test_an_answer_from_before_the_last_failure_of_a_connection_is_no_news() -> None:
    assert not an_answer_after_a_failure(99).is_due(LOST_S, 151)


def test_nobody_tries_early_soon_after_a_try_of_its_own() -> None:
    comeback = an_answer_after_a_failure(101)
    assert not comeback.is_due(LOST_S, LOST_S + EARLY_EVERY_S - 0.1)
    assert comeback.is_due(LOST_S, LOST_S + EARLY_EVERY_S)


def test_for_an_answer_one_connection_tries_at_a_time_and_the_others_wait_for_how_it_went() -> None:
    comeback = an_answer_after_a_failure(150)
    comeback.note_try(151)
    assert not comeback.is_due(LOST_S, 151 + EARLY_EVERY_S - 0.1)
    assert comeback.is_due(LOST_S, 151 + EARLY_EVERY_S)


def test_once_a_socket_is_open_the_others_follow_at_a_pace() -> None:
    comeback = an_answer_after_a_failure(150)
    comeback.note_try(151)
    assert not comeback.is_due(LOST_S, 152, opened_s=151.5)
    assert comeback.is_due(LOST_S, 151 + FOLLOW_EVERY_S, opened_s=151.5)
    assert comeback.early_tries == 1


def test_a_socket_that_was_open_before_a_connection_failed_is_no_news_to_it() -> None:
    assert not Comeback().is_due(LOST_S, 151, opened_s=99)


class FakeHistory:
    def __init__(self) -> None:
        self.failure: Exception | None = None

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        if self.failure is not None:
            raise self.failure
        return [a_quote_tick(instrument=wanted.instrument) for wanted in subscriptions]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        if self.failure is not None:
            raise self.failure
        return [a_bar(instrument=subscription.instrument)]


@pytest.mark.parametrize("question", ["latest", "bars"])
async def test_what_a_venue_answers_passes_through_and_is_taken_as_a_sign(question: str) -> None:
    history, comeback, clock = FakeHistory(), Comeback(), FakeClock()
    witness = Witness(history, comeback, clock)

    async def ask() -> int:
        if question == "latest":
            return len(list(await witness.latest([BITCOIN])))
        return len(await witness.bars(BITCOIN, "1m", 0, 60_000))

    lost_s = clock.monotonic()
    history.failure = SourceUnavailable("no route to host")
    with pytest.raises(SourceError):
        await ask()
    await clock.advance(30)
    assert not comeback.is_due(lost_s, clock.monotonic())
    history.failure = None
    assert await ask() == 1
    assert comeback.is_due(lost_s, clock.monotonic())
