"""Who ordered what, and what came of it."""

import asyncio
from typing import Any

import pytest

from rtp_tui.api.audit import CONSOLE, DENIALS, DENIALS_WITHIN_S, Audit, AuditedPipeline, subject_of
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.commands import (
    AnyCommand,
    BreakerAction,
    ClearCache,
    Command,
    ControlBreaker,
    ControlFeed,
    ControlPipeline,
    DisconnectClient,
    Done,
    FeedAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
    SaveAlertRule,
    SaveJob,
    SavePortfolio,
    SaveSilence,
    SaveWatchlist,
    StartDrill,
    TestChannel,
    TriggerJob,
)
from rtp_tui.model.errors import NotAllowed, UnknownFeed
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.queries import GetEvents
from rtp_tui.model.watchlists import Watchlist
from tests.factories import BTC, ETH, NOW_MS
from tests.fakes import FakeClock
from tests.scripted_pipeline import ScriptedPipeline

PAUSE = ControlFeed(feed="binance", action=FeedAction.PAUSE)


class Written:
    """An audit, and what it wrote down."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.clock = FakeClock(NOW_MS)
        self.audit = Audit(self.entries.append, self.clock)

    @property
    def only(self) -> AuditEntry:
        (entry,) = self.entries
        return entry


async def test_the_consoles_commands_are_written_down_as_its_own_and_its_questions_are_not() -> None:
    written, engine = Written(), ScriptedPipeline()
    console = AuditedPipeline(engine, written.audit)

    await console.query(GetEvents())
    assert (await console.execute(PAUSE)).message == "done"
    assert written.only == AuditEntry(
        at_ms=NOW_MS,
        name=CONSOLE,
        address="",
        command="control_feed",
        subject="binance",
        outcome="done",
        message="pause",
    )
    assert engine.asked == [GetEvents(), PAUSE]


async def test_a_refused_command_is_written_down_with_its_reason() -> None:
    written, engine = Written(), ScriptedPipeline()
    engine.answers[ControlFeed] = UnknownFeed("no feed binance")

    with pytest.raises(UnknownFeed):
        await AuditedPipeline(engine, written.audit).execute(PAUSE)
    assert (written.only.outcome, written.only.message) == ("unknown_feed", "pause: no feed binance")


async def test_a_command_that_met_a_bug_or_was_left_alone_is_unfinished() -> None:
    written, engine = Written(), ScriptedPipeline()
    engine.answers[ControlFeed] = RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await AuditedPipeline(engine, written.audit).execute(PAUSE)
    with pytest.raises(asyncio.CancelledError), written.audit.noting(PAUSE, name="ops", address="192.0.2.1"):
        raise asyncio.CancelledError
    assert [entry.outcome for entry in written.entries] == ["unfinished", "unfinished"]


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        (TriggerJob(job="backup"), "backup"),
        (SaveJob(id="mine", adds=True, kind="poll"), "mine"),
        (ControlBreaker(breaker="coingecko/prices", action=BreakerAction.RESET), "coingecko/prices"),
        (Refresh(instruments=(BTC, ETH)), "crypto:BTC, crypto:ETH"),
        (Refresh(), ""),
        (SaveJob(id="mine", instruments=(BTC,)), "mine"),
        (SavePortfolio(portfolio=Portfolio("desk")), "desk"),
        (SaveWatchlist(watchlist=Watchlist("mine")), "mine"),
        (SaveSilence(rule="price-*", until_ms=1), "price-*"),
        (SaveAlertRule(rule=AlertRule(id="high", condition="price > 1")), "high"),
        (TestChannel(channel="slack"), "slack"),
        (StartDrill(fault="outage"), "outage"),
        (ClearCache(pattern="history:*"), "history:*"),
        (ClearCache(), ""),
        (DisconnectClient(client=0), "0"),
        (ControlPipeline(action=PipelineAction.STOP), ""),
        (ReloadConfiguration(), ""),
    ],
)
def test_the_subject_is_what_a_command_names(command: AnyCommand, subject: str) -> None:
    assert subject_of(command) == subject


def entry_of(command: Command[Any], refusal: str = "") -> AuditEntry:
    written = Written()
    with pytest.raises(UnknownFeed), written.audit.noting(command, name="ops", address="192.0.2.1"):
        raise UnknownFeed(refusal)
    return written.only


def test_what_others_wrote_is_bounded_and_safe_to_show() -> None:
    entry = entry_of(
        ControlFeed(feed="\x1b[2J" + "x" * 10_000, action=FeedAction.PAUSE), "\x1b]0;y\x07" + "z" * 9_999
    )

    assert (len(entry.subject), len(entry.message)) == (128, 200)
    assert "\x1b" not in entry.subject + entry.message
    assert "hush" not in entry_of(PAUSE, "asked with token=hush").message


async def test_those_who_may_not_cannot_fill_the_history_by_trying() -> None:
    written = Written()
    for _ in range(DENIALS + 5):
        with pytest.raises(NotAllowed), written.audit.noting(PAUSE, name="board", address="192.0.2.1"):
            raise NotAllowed("commands need a token with scope control")
    assert (len(written.entries), written.audit.unlisted) == (DENIALS, 5)
    with written.audit.noting(PAUSE, name="ops", address="192.0.2.2"):
        Done(message="carried out")
    assert written.entries[-1].name == "ops"
    await written.clock.advance(DENIALS_WITHIN_S + 1)
    written.audit.note_denied("POST", "/stop", "no", name="board", address="192.0.2.1")
    assert (written.entries[-1].command, written.entries[-1].subject) == ("POST", "/stop")
