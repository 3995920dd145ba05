from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.feeds import Quota
from rtp_tui.sources.twelvedata_credits import DAY_MS, MINUTE_MS, Credits

MIDNIGHT_MS = 20_718 * DAY_MS
AT_MS = MIDNIGHT_MS + 10 * MINUTE_MS + 15_000
KEY, OTHER = "env:A", "env:B"


def test_a_minute_ends_on_the_clock_and_not_a_minute_later() -> None:
    purse = Credits(8, 800)
    purse.spend(KEY, 8, AT_MS)
    assert purse.left(KEY, 3, AT_MS) == 0
    assert purse.wait_s(KEY, AT_MS) == 45.0
    assert purse.left(KEY, 3, AT_MS + 45_000) == 3


def test_a_day_ends_at_midnight_in_utc() -> None:
    purse = Credits(0, 800)
    purse.spend(KEY, 798, AT_MS)
    assert purse.left(KEY, 3, AT_MS) == 2
    purse.spend(KEY, 2, AT_MS)
    assert purse.wait_s(KEY, AT_MS) == (MIDNIGHT_MS + DAY_MS - AT_MS) / 1000
    assert purse.left(KEY, 3, MIDNIGHT_MS + DAY_MS) == 3


def test_the_providers_word_counts_more_than_our_count() -> None:
    purse = Credits(8, 800)
    assert purse.end_minute(KEY, AT_MS) == 45.0
    assert purse.left(KEY, 1, AT_MS) == 0
    assert purse.left(KEY, 1, AT_MS + 45_000) == 1
    assert purse.end_day(KEY, AT_MS) == (MIDNIGHT_MS + DAY_MS - AT_MS) / 1000
    assert purse.left(KEY, 1, AT_MS + 45_000) == 0


def test_each_key_has_its_own() -> None:
    purse = Credits(8, 800)
    purse.spend(KEY, 8, AT_MS)
    assert purse.left(OTHER, 8, AT_MS) == 8


def test_a_limit_of_zero_is_none() -> None:
    purse = Credits(0, 0)
    purse.spend(KEY, 1_000_000, AT_MS)
    assert purse.left(KEY, 120, AT_MS) == 120
    assert purse.quota(KEY, AT_MS) is None


def test_the_quota_is_that_of_the_day_or_of_the_minute() -> None:
    purse = Credits(8, 800)
    purse.spend(KEY, 3, AT_MS)
    assert purse.quota(KEY, AT_MS) == Quota(used=3, limit=800, left=797, reset_ms=MIDNIGHT_MS + DAY_MS)
    by_minute = Credits(8, 0)
    by_minute.spend(KEY, 3, AT_MS)
    assert by_minute.quota(KEY, AT_MS) == Quota(used=3, limit=8, left=5, reset_ms=AT_MS + 45_000)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 90_000)), max_size=200))
def test_nobody_who_asks_first_spends_more_than_the_limits(steps: list[tuple[int, int]]) -> None:
    purse, now_ms = Credits(8, 30), MIDNIGHT_MS
    spent: dict[int, int] = {}
    days: dict[int, int] = {}
    for wanted, pause_ms in steps:
        now_ms += pause_ms
        given_now = purse.left(KEY, wanted, now_ms)
        purse.spend(KEY, given_now, now_ms)
        spent[now_ms // MINUTE_MS] = spent.get(now_ms // MINUTE_MS, 0) + given_now
        days[now_ms // DAY_MS] = days.get(now_ms // DAY_MS, 0) + given_now
    assert all(count <= 8 for count in spent.values())
    assert all(count <= 30 for count in days.values())
