"""What the keys of the console order, ask first, tell and refuse."""

from msgspec import structs

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.commands import (
    BreakerAction,
    ControlBreaker,
    ControlFeed,
    ControlJob,
    FeedAction,
    JobAction,
    Refresh,
    TriggerJob,
)
from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobOutcome
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.screens.sheet import Question, Sheet
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_breaker, a_feed_status, a_quote, a_run
from tests.tui.running_console import running_console


async def test_refresh_asks_for_the_selected_instrument() -> None:
    async with running_console() as console:
        await console.press("down", "r")
        assert console.api.orders == [Refresh(instruments=(InstrumentId("crypto:ETH"),))]
        assert console.toasts == ["fetched crypto:ETH"]


async def test_restart_says_what_it_touches_and_asks_first() -> None:
    async with running_console() as console:
        await console.press("3", "R")
        assert isinstance(console.app.screen, Question)
        assert "13 instruments are not heard meanwhile" in console.text
        await console.press("n")
        assert console.api.orders == []
        await console.press("R", "y")
        assert console.api.orders == [ControlFeed(feed="binance", action=FeedAction.RESTART)]
        assert console.toasts == ["binance: restart done"]


async def test_restart_on_a_price_means_the_feed_that_priced_it() -> None:
    async with running_console() as console:
        await console.press("R", "y")
        assert console.api.orders == [ControlFeed(feed="binance", action=FeedAction.RESTART)]


async def test_pause_becomes_resume_for_a_paused_feed() -> None:
    async with running_console() as console:
        await console.press("3", "p")
        console.api.send(a_feed_status(name="binance", state=FeedState.PAUSED))
        await console.after()
        await console.press("p")
        assert [order.action for order in console.api.orders if isinstance(order, ControlFeed)] == [
            "pause",
            "resume",
        ]


async def test_a_refusal_is_told_in_its_own_words() -> None:
    async with running_console() as console:
        console.api.refusal = Failed("the venue says no")
        await console.press("r")
        assert console.toasts == ["refused: the venue says no"]


COMMAND_KEYS = {
    "1": ("r", "R", "A", "w"),
    "2": ("t", "R", "p", "x", "d"),
    "3": ("r", "R", "p"),
    "4": ("o", "O", "C"),
    "0": ("D",),
    "exclamation_mark": ("a", "n", "N"),
    "L": ("N",),
    "U": ("A", "d", "delete"),
    "dollar_sign": ("h", "u", "delete"),
    "H": ("h", "u", "w", "delete"),
    "K": ("h", "u"),
    "J": ("w",),
}
PANE_OF = {key: name for name, key in PANE_KEYS.items()}


async def test_a_read_only_console_refuses_before_anybody_is_asked() -> None:
    async with running_console(settings=ConsoleSettings(read_only=True)) as console:
        for pane, keys in COMMAND_KEYS.items():
            await console.press(pane)
            for key in keys:
                told = len(console.toasts)
                await console.press(key)
                assert not isinstance(console.app.screen, Question), (pane, key)
                assert console.toasts[told:] == ["refused: this console is read-only"], (pane, key)
                assert console.api.orders == [], (pane, key)


def test_every_command_of_the_table_is_tried_in_read_only() -> None:
    tried = {(PANE_OF[pane], key) for pane, keys in COMMAND_KEYS.items() for key in keys}
    commands = [action for action in ACTIONS if action.is_dangerous]
    assert tried == {(pane, key) for action in commands for pane in action.panes for key in action.keys}


async def test_a_read_only_console_says_so_in_its_status_line() -> None:
    async with running_console(settings=ConsoleSettings(name="prod", read_only=True)) as console:
        assert "prod read-only" in console.lines[0]


async def test_explaining_and_copying_is_not_refused_in_read_only() -> None:
    async with running_console(settings=ConsoleSettings(read_only=True)) as console:
        await console.press("2", "enter")
        assert isinstance(console.app.screen, Sheet)


async def test_trigger_runs_the_selected_job_and_tells_how_it_ended() -> None:
    async with running_console() as console:
        console.api.may_end.clear()
        await console.press("2", "t")
        assert console.api.orders == [TriggerJob(job="crypto-prices")]
        assert console.toasts == ["crypto-prices runs; how it ended is said here"]
        console.api.may_end.set()
        await console.after()
        assert console.toasts[-1] == "crypto-prices succeeded in 420ms"


async def test_a_triggered_run_that_failed_is_told_in_its_own_words() -> None:
    async with running_console() as console:
        console.api.run = a_run(outcome=JobOutcome.FAILED, error="HTTP 503", ended_ms=NOW_MS + 3_200)
        await console.press("2", "t")
        assert console.toasts[-1] == "crypto-prices failed after 3.2s: HTTP 503"


async def test_a_run_that_does_not_end_is_not_awaited_beyond_its_jobs_timeout() -> None:
    async with running_console() as console:
        console.api.may_end.clear()
        await console.press("2", "t")
        await console.after(34.0)
        assert not any("no answer" in toast for toast in console.toasts)
        await console.after(2.0)
        assert console.toasts[-1] == "no answer within 35 s; it may still happen"


async def test_the_screen_goes_on_while_a_run_is_awaited() -> None:
    async with running_console() as console:
        console.api.may_end.clear()
        await console.press("2", "t")
        console.api.send(a_quote(price=70_000.0))
        await console.after()
        assert "70,000.00" in console.text
        await console.press("down", "p")
        assert console.api.orders[-1] == ControlJob(job="stock-prices", action=JobAction.PAUSE)


async def test_restarting_a_job_says_what_it_touches_and_asks_first() -> None:
    async with running_console() as console:
        await console.press("2", "down", "R")
        assert isinstance(console.app.screen, Question)
        assert "running 312/500: that run is cancelled" in console.text
        assert "7 instruments" in console.text
        await console.press("n")
        assert console.api.orders == []
        await console.press("R", "y")
        assert console.api.orders == [TriggerJob(job="stock-prices", restart=True)]


async def test_pause_becomes_resume_for_a_paused_job() -> None:
    async with running_console() as console:
        await console.press("2", "p", "down", "down", "down", "p")
        assert console.api.orders == [
            ControlJob(job="crypto-prices", action=JobAction.PAUSE),
            ControlJob(job="daily-report", action=JobAction.RESUME),
        ]
        assert console.toasts == ["crypto-prices: pause done", "daily-report: resume done"]


async def test_only_a_running_job_is_cancelled() -> None:
    async with running_console() as console:
        await console.press("2", "x")
        assert console.toasts == ["crypto-prices does not run"]
        await console.press("down", "x")
        assert console.api.orders == [ControlJob(job="stock-prices", action=JobAction.CANCEL)]


async def test_disabling_asks_and_enabling_does_not() -> None:
    async with running_console() as console:
        await console.press("2", "d")
        assert isinstance(console.app.screen, Question)
        await console.press("y", "end", "d")
        assert console.api.orders == [
            ControlJob(job="crypto-prices", action=JobAction.DISABLE),
            ControlJob(job="warmup", action=JobAction.ENABLE),
        ]


async def test_a_breaker_is_reset_at_once_and_forced_only_when_agreed() -> None:
    async with running_console() as console:
        await console.press("4", "down", "o")
        assert console.toasts == ["coingecko/prices: reset done"]
        await console.press("O")
        assert "Every call is refused until the breaker is reset" in console.text
        await console.press("escape")
        await console.press("C")
        assert "Every call goes through until the breaker is reset" in console.text
        await console.press("y", "O", "y")
        assert [order.action for order in console.api.orders if isinstance(order, ControlBreaker)] == [
            BreakerAction.RESET,
            BreakerAction.CLOSE,
            BreakerAction.OPEN,
        ]


async def test_refreshing_a_feed_fetches_all_its_instruments() -> None:
    async with running_console() as console:
        await console.press("3", "down", "r")
        atom, uni = InstrumentId("crypto:ATOM"), InstrumentId("crypto:UNI")
        (order,) = console.api.orders
        assert isinstance(order, Refresh)
        assert set(order.instruments) == {atom, uni}


async def test_an_engine_that_does_not_know_an_order_is_heard_in_its_own_words() -> None:
    async with running_console() as console:
        console.api.refusal = BadRequest("this engine does not know TriggerJob")
        await console.press("2", "t")
        assert console.toasts[-1] == "refused: this engine does not know TriggerJob"


async def test_the_countdown_of_an_open_breaker_ticks_every_second() -> None:
    async with running_console() as console:
        now_ms = console.clock.now_ms()
        breaker = a_breaker(state=BreakerState.OPEN, next_probe_ms=now_ms + 9_000)
        console.api.send_update(structs.replace(console.api.snapshot, breakers=(breaker,), at_ms=now_ms))
        await console.after(0.1)
        seen = []
        for _ in range(3):
            seen.append(next(line for line in console.lines if "open, probe" in line))
            console.api.send(PipelineStatistics(at_ms=now_ms))
            await console.after(1.0)
        counted = [int(line.partition("probe in ")[2].partition("s")[0]) for line in seen]
        assert counted == [counted[0], counted[0] - 1, counted[0] - 2]


async def test_enter_on_a_job_shows_its_figures_and_its_newest_runs() -> None:
    async with running_console() as console:
        console.api.send(a_run(), a_run(outcome=JobOutcome.FAILED, error="HTTP 503", job="treasuries"))
        await console.after()
        await console.press("2", "enter")
        for words in (
            "420ms, mean 380ms, p95 910ms",
            "every 30 s",
            "2412: 2409 succeeded, 3 failed",
            "succeeded in 420ms",
        ):
            assert words in console.text
        assert "HTTP 503" not in "\n".join(line[30:90] for line in console.lines[5:30])


async def test_enter_on_a_breaker_shows_its_policy_and_on_a_feed_what_it_delivers() -> None:
    async with running_console() as console:
        await console.press("4", "enter")
        for words in ("policy polled", "the last 20 calls, at least 5", "30s first, then twice as long"):
            assert words in console.text
        await console.press("escape", "3", "enter")
        for words in ("771,200, 284.2 a second", "-12 ms from ours", "13: crypto:BTC, "):
            assert words in console.text


async def test_sheets_and_questions_are_ascii_too() -> None:
    async with running_console(settings=ConsoleSettings(ascii_only=True)) as console:
        await console.press("2", "down", "enter")
        assert "60s>180s" in console.text
        assert console.text.isascii(), {character for character in console.text if not character.isascii()}
        await console.press("escape", "R")
        assert console.text.isascii(), {character for character in console.text if not character.isascii()}
