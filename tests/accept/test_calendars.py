"""Sessions as the program tells them equal those of exchange_calendars, asked directly in another process."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.health import SessionState
from rtp_tui.scheduling.adaptive_rate import Pace
from rtp_tui.scheduling.calendar_snapshot import read_snapshot
from rtp_tui.scheduling.calendars import BuildFailed, Calendars, subprocess_build
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar

pytestmark = pytest.mark.accept

ASK = Path(__file__).with_name("ask_exchange_calendars.py")
EXCHANGES = ("XNYS", "XBOM", "XBOG", "CMES", "XTKS")
MARKETS = {"usdcop": MarketSettings(calendar="XBOG", timezone="America/Bogota", open="08:00", close="12:55")}
FIRST, LAST = "2026-01-01", "2026-12-31"
WITHIN_S = 120


def at(text: str) -> int:
    """UTC, as `2026-03-06 14:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> TradingCalendar:
    """What the builder wrote down in the middle of 2026."""
    path = tmp_path_factory.mktemp("calendars") / "deep" / "calendars.json"
    module = "rtp_tui.scheduling.calendar_builder"
    command = [sys.executable, "-m", module, str(path), *EXCHANGES, f"--now-ms={at('2026-06-01 00:00')}"]
    subprocess.run(command, check=True, timeout=WITHIN_S)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    return TradingCalendar(MARKETS, read_snapshot(path.read_bytes()))


@pytest.fixture(scope="module")
def answers() -> dict[str, list[tuple[int, bool, bool, int | None, int]]]:
    names = [*EXCHANGES, "usdcop=XBOG@America/Bogota@08:00@12:55", "24x7=24/7"]
    command = [sys.executable, str(ASK), FIRST, LAST, *names]
    run = subprocess.run(command, check=True, timeout=WITHIN_S, capture_output=True)
    return {market: [tuple(line) for line in lines] for market, lines in json.loads(run.stdout).items()}


@pytest.mark.parametrize("market", [*EXCHANGES, "usdcop", "24x7"])
def test_every_session_of_a_year_is_as_the_library_says(
    market: str,
    calendar: TradingCalendar,
    answers: dict[str, list[tuple[int, bool, bool, int | None, int]]],
) -> None:
    assert len(answers[market]) > 365
    for moment_ms, is_open, is_lunch, next_open_ms, next_close_ms in answers[market]:
        told = calendar.session(market, moment_ms)
        where = f"{market} at {datetime.fromtimestamp(moment_ms / 1000, UTC)}: {told}"
        assert (told.session is SessionState.OPEN) == is_open, where
        assert (told.session is SessionState.LUNCH) == is_lunch, where
        if market == "24x7":
            continue  # its days touch: it never opens or closes
        assert told.next_close_ms == next_close_ms, where
        if not is_lunch and next_open_ms is not None:
            assert told.next_open_ms == next_open_ms, where


GOLDEN = [
    # market, moment, state, pace, next open, next close, half day
    # New York before and after its clocks go forward on 2026-03-08 and back on 2026-11-01.
    ("XNYS", "2026-03-06 14:30", "open", "in session", "2026-03-09 13:30", "2026-03-06 21:00", False),
    ("XNYS", "2026-03-09 13:29", "closed", "closed", "2026-03-09 13:30", "2026-03-09 20:00", False),
    ("XNYS", "2026-10-30 20:00", "closed", "closed", "2026-11-02 14:30", "2026-11-02 21:00", False),
    # Thanksgiving, the half day after it, a weekend.
    ("XNYS", "2026-11-26 15:00", "holiday", "at rest", "2026-11-27 14:30", "2026-11-27 18:00", False),
    ("XNYS", "2026-11-27 17:59", "open", "in session", "2026-11-30 14:30", "2026-11-27 18:00", True),
    ("XNYS", "2026-11-27 18:00", "closed", "closed", "2026-11-30 14:30", "2026-11-30 21:00", True),
    ("XNYS", "2026-11-28 15:00", "closed", "at rest", "2026-11-30 14:30", "2026-11-30 21:00", False),
    # No change of clocks in India; Republic Day.
    ("XBOM", "2026-03-09 03:45", "open", "in session", "2026-03-10 03:45", "2026-03-09 10:00", False),
    ("XBOM", "2026-01-26 05:00", "holiday", "at rest", "2026-01-27 03:45", "2026-01-27 10:00", False),
    # Colombia has no change of clocks, its exchange follows New York's, its currency market does not.
    ("XBOG", "2026-03-06 14:30", "open", "in session", "2026-03-09 13:30", "2026-03-06 21:00", False),
    ("usdcop", "2026-03-06 13:00", "open", "in session", "2026-03-09 13:00", "2026-03-06 17:55", False),
    ("usdcop", "2026-03-09 13:00", "open", "in session", "2026-03-10 13:00", "2026-03-09 17:55", False),
    ("usdcop", "2026-03-09 17:55", "closed", "closed", "2026-03-10 13:00", "2026-03-10 17:55", False),
    ("usdcop", "2026-03-23 14:00", "holiday", "at rest", "2026-03-24 13:00", "2026-03-24 17:55", False),
    ("usdcop", "2026-03-21 14:00", "closed", "at rest", "2026-03-24 13:00", "2026-03-24 17:55", False),
    # Chicago's week is one session.
    ("CMES", "2026-03-04 12:00", "open", "in session", "2026-03-08 22:00", "2026-03-06 23:00", False),
    ("CMES", "2026-03-07 12:00", "closed", "at rest", "2026-03-08 22:00", "2026-03-13 22:00", False),
    # Tokyo's lunch.
    ("XTKS", "2026-03-06 02:29", "open", "in session", "2026-03-09 00:00", "2026-03-06 06:30", False),
    ("XTKS", "2026-03-06 02:30", "lunch", "closed", "2026-03-06 03:30", "2026-03-06 06:30", False),
    ("XTKS", "2026-03-06 03:30", "open", "in session", "2026-03-09 00:00", "2026-03-06 06:30", False),
]


@pytest.mark.parametrize(("market", "moment", "state", "pace", "next_open", "next_close", "half"), GOLDEN)
def test_the_golden_table_of_sessions(
    calendar: TradingCalendar,
    market: str,
    moment: str,
    state: str,
    pace: str,
    next_open: str,
    next_close: str,
    half: bool,
) -> None:
    told = calendar.session(market, at(moment))

    assert (told.session, calendar.pace(market, at(moment))) == (SessionState(state), Pace(pace))
    assert (told.next_open_ms, told.next_close_ms) == (at(next_open), at(next_close))
    assert told.half_day is half


def test_beyond_its_horizon_a_market_is_unknown_and_the_horizon_is_told(calendar: TradingCalendar) -> None:
    [horizon] = calendar.horizons(["NSE"])

    assert horizon.calendar == "XBOM"
    assert horizon.until_ms is not None
    assert calendar.session("NSE", horizon.until_ms - 1).session is SessionState.OPEN
    beyond = calendar.session("NSE", at("2027-01-04 05:00"))
    assert (beyond.session, beyond.is_open) == (SessionState.UNKNOWN, True)
    assert calendar.pace("NSE", at("2027-01-04 05:00")) is Pace.IN_SESSION


async def test_the_part_has_the_snapshot_built_and_answers_from_it(tmp_path: Path) -> None:
    clock, calendar = SystemClock(), TradingCalendar({})
    path = tmp_path / "calendars.json"
    part = Calendars(path, lambda: {"XNYS", "NOPE"}, subprocess_build(clock), calendar.use, clock)
    assert calendar.session("XNYS", clock.now_ms()).session is SessionState.UNKNOWN

    await part.refresh()

    assert part.failure is None
    assert calendar.session("XNYS", clock.now_ms()).session is not SessionState.UNKNOWN
    assert calendar.session("NOPE", clock.now_ms()).session is SessionState.UNKNOWN


async def test_a_directory_that_cannot_be_written_fails_the_build_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BuildFailed, match=r"calendar builder failed: .*file"):
        await subprocess_build(SystemClock())(tmp_path / "file" / "calendars.json", ["24/7"])
