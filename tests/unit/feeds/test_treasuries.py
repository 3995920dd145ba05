"""A source of treasuries being run: when it is asked, what is kept, and what becomes of failures."""

from collections.abc import Mapping

import pytest

from rtp_tui.feeds.poll import FAILURES
from rtp_tui.feeds.treasuries import GOOD_FOR_MS, NO_SOURCE, GuardedTreasuries, TreasuryFeed
from rtp_tui.jobs.treasury import TreasuryJob
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import Progress
from rtp_tui.model.treasury import Treasuries
from rtp_tui.resilience.outcome import CircuitOpen
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.sources.contract import RateLimited, SourceUnavailable
from tests.factories import NOW_MS, an_instrument
from tests.fakes import FakeClock, OpenGuard
from tests.treasuries import a_holder, treasuries

COINS = (an_instrument("crypto:BTC"), an_instrument("crypto:ETH"))
JOB = JobSettings(id="treasury-metrics", kind="treasury")


class FakeTreasuries:
    """A source that remembers what it was asked."""

    name = "lister"
    treasury_coins: Mapping[str, str] = {"BTC": "bitcoin", "ETH": "ethereum"}

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.holdings = 100.0
        self.failures: dict[str, Exception] = {}

    async def treasuries(self, coin: str) -> Treasuries:
        self.asked.append(coin)
        if coin in self.failures:
            raise self.failures[coin]
        return treasuries(a_holder(holdings=self.holdings), coin=coin)


class Run:
    """A feed and its job, with what they are connected to."""

    def __init__(self, *instruments: Instrument) -> None:
        self.clock = FakeClock(now_ms=NOW_MS)
        self.source = FakeTreasuries()
        self.kept: list[Document] = []
        self.feed = TreasuryFeed(GuardedTreasuries(self.source, OpenGuard()), self.kept.append, self.clock)
        self.is_by_hand = False
        self.job = TreasuryJob(self.feed, lambda: instruments or COINS, lambda _job: self.is_by_hand)

    async def turn(self) -> list[str]:
        """What the source is asked in one run of the job."""
        self.source.asked.clear()
        await self.job.run(JOB, lambda _progress: None)
        return list(self.source.asked)


async def test_what_is_young_is_not_asked_for_again_unless_somebody_wants_it() -> None:
    run = Run()
    assert await run.turn() == ["bitcoin", "ethereum"]
    await run.clock.advance(GOOD_FOR_MS / 1000 - 1)
    assert await run.turn() == []
    run.is_by_hand = True
    assert await run.turn() == ["bitcoin", "ethereum"]
    run.is_by_hand = False
    await run.clock.advance(GOOD_FOR_MS / 1000)
    assert await run.turn() == ["bitcoin", "ethereum"]


async def test_what_was_told_is_known_after_a_restart_without_asking() -> None:
    run = Run()
    await run.turn()
    again = Run()
    assert again.feed.restore(run.kept) == []
    assert again.feed.told == run.feed.told
    assert await again.turn() == []
    assert {(one.kind, one.name) for one in run.kept} == {
        (DocumentKind.HOLDINGS, "BTC"),
        (DocumentKind.HOLDINGS, "ETH"),
    }


async def test_an_amount_is_told_with_since_when_and_what_it_was_before() -> None:
    run = Run(COINS[0])
    await run.turn()
    await run.clock.advance(7200)
    await run.turn()
    (held,) = run.feed.told["BTC"].holdings
    assert (held.since_ms, held.before) == (NOW_MS, None)
    run.source.holdings = 150.0
    await run.clock.advance(7200)
    await run.turn()
    (held,) = run.feed.told["BTC"].holdings
    assert (held.holder.holdings, held.since_ms, held.before) == (150.0, NOW_MS + 14_400_000, 100.0)


async def test_a_failure_keeps_what_was_told_with_its_age_and_says_why() -> None:
    run = Run(COINS[0])
    await run.turn()
    before = run.feed.told["BTC"]
    await run.clock.advance(7200)
    run.source.failures["bitcoin"] = SourceUnavailable("HTTP 503")
    with pytest.raises(SourceUnavailable):
        await run.turn()
    assert run.feed.told["BTC"] is before
    assert before.told_ms == NOW_MS
    assert run.feed.failures == {"BTC": "HTTP 503"}
    run.source.failures["bitcoin"] = CircuitOpen("lister/treasury", NOW_MS)
    with pytest.raises(CircuitOpen):
        await run.turn()
    assert run.feed.failures == {"BTC": "HTTP 503"}
    run.source.failures.clear()
    await run.turn()
    assert run.feed.failures == {}


async def test_one_coin_that_fails_leaves_the_other_be() -> None:
    run = Run()
    run.source.failures["bitcoin"] = SourceUnavailable("HTTP 503")
    with pytest.raises(FAILURES):
        await run.turn()
    assert list(run.feed.told) == ["ETH"]


async def test_whoever_asks_for_patience_is_asked_no_more() -> None:
    run = Run()
    run.source.failures["bitcoin"] = RateLimited("429", 119.0)
    with pytest.raises(RateLimited):
        await run.turn()
    assert run.source.asked == ["bitcoin"]


async def test_what_another_version_kept_is_left_out_and_named() -> None:
    run = Run()
    assert run.feed.restore([Document(DocumentKind.HOLDINGS, "BTC", NOW_MS, "{}")]) == ["BTC"]
    assert run.feed.told == {}


async def test_the_job_says_what_is_missing() -> None:
    assert Run().job.obstacle() == ""
    alone = TreasuryFeed(None, lambda _document: None, FakeClock())
    assert alone.obstacle(COINS) == NO_SOURCE
    assert await alone.collect(COINS, lambda _progress: None, anew=True) == Progress(0, 0)
    nothing = Run(an_instrument("stocks:BTC"), an_instrument("crypto:ETH", currency="EUR"))
    assert nothing.job.obstacle().endswith("whose holders are known: BTC, ETH")
