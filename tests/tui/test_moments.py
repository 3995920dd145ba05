"""Moments and journeys as people type them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.moments import moment_of
from rtp_tui.tui.time_commands import Journey, fault_of, journey_of

NOW = datetime(2026, 11, 22, 14, 3, 27, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
AAPL, BTC, OTHER_BTC = map(InstrumentId, ("stocks:AAPL", "crypto:BTC", "fx:BTC"))


def ms(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:32", ms(2026, 11, 22, 10, 32)),
        ("1032", ms(2026, 11, 22, 10, 32)),
        ("9:05", ms(2026, 11, 22, 9, 5)),
        ("10:32:30", ms(2026, 11, 22, 10, 32, 30)),
        ("10:32z", ms(2026, 11, 22, 10, 32)),
        ("15:00", ms(2026, 11, 21, 15)),
        ("2026-11-20 10:32", ms(2026, 11, 20, 10, 32)),
        ("2026-11-20T10:32:05Z", ms(2026, 11, 20, 10, 32, 5)),
        ("-15m", NOW_MS - 900_000),
        ("-2h", NOW_MS - 7_200_000),
        ("-999999d", 0),
        ("1901-01-01 10:00", 0),
    ],
)
def test_a_moment_is_read(text: str, expected: int) -> None:
    assert moment_of(text, NOW_MS, UTC) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "25:00",
        "10:61",
        "10",
        "-",
        "-5",
        "2026-13-01 10:00",
        "2027-01-01 10:00",
        "0000-01-01 10:00",
        "1x32",
        "٣:٣٣",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment_of(text, NOW_MS, UTC) is None


def test_a_time_of_day_is_of_the_zone_on_screen_unless_it_says_utc() -> None:
    bogota = timezone(timedelta(hours=-5))
    assert moment_of("8:32", NOW_MS, bogota) == ms(2026, 11, 22, 13, 32)
    assert moment_of("8:32Z", NOW_MS, bogota) == ms(2026, 11, 22, 8, 32)


@pytest.mark.parametrize(
    ("words", "journey"),
    [
        ("at 10:32", Journey(ms(2026, 11, 22, 10, 32))),
        ("10:32", Journey(ms(2026, 11, 22, 10, 32))),
        ("at 10:32 aapl", Journey(ms(2026, 11, 22, 10, 32), AAPL)),
        ("at 2026-11-20 10:32 stocks:AAPL", Journey(ms(2026, 11, 20, 10, 32), AAPL)),
        ("-15m crypto:btc", Journey(NOW_MS - 900_000, BTC)),
        ("at now", Journey(None)),
        ("at 10:32 nothing", None),
        ("at 10:32 btc", None),
        ("atlas", None),
        ("at", None),
        ("now", None),
        ("", None),
    ],
)
def test_words_lead_somewhere_or_nowhere(words: str, journey: Journey | None) -> None:
    assert journey_of(words, NOW_MS, UTC, (AAPL, BTC, OTHER_BTC)) == journey


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("at 10:32 nothing", "no instrument nothing"),
        ("at 10:32 btc", "btc is crypto:BTC or fx:BTC"),
        ("at 10:32 aapl", None),
        ("at 10:32", None),
        ("at 25:99 aapl", None),
        ("at 2026-11-20 10:32", None),
        ("at ", None),
        ("10:32 nothing", None),
    ],
)
def test_a_moment_of_what_nobody_prices_says_so(words: str, fault: str | None) -> None:
    assert fault_of(words, NOW_MS, UTC, (AAPL, BTC, OTHER_BTC)) == fault
