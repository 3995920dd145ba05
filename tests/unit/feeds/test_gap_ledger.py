from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.gap_ledger import LAG_MS, LONGEST_WAIT_S, GapLedger
from rtp_tui.model.gaps import Gap, GapCause, GapState
from tests.factories import BTC, ETH, NOW_MS

MINUTE = 60_000
MINUTE_MS = NOW_MS // MINUTE * MINUTE
FEED = "binance:BTCUSDT"


def found(ledger: GapLedger, from_ms: int, to_ms: int, now_ms: int = NOW_MS) -> list[Gap]:
    return ledger.find(BTC, (from_ms, to_ms), GapCause.DISCONNECT, FEED, now_ms, 0.0)


def test_a_gap_is_of_whole_minutes_and_open() -> None:
    (gap,) = found(GapLedger(), MINUTE_MS - 130_000, MINUTE_MS - 10)
    assert (gap.from_ms, gap.to_ms) == (MINUTE_MS - 3 * MINUTE, MINUTE_MS)
    assert (gap.state, gap.cause, gap.found_ms, gap.feed) == (
        GapState.OPEN,
        GapCause.DISCONNECT,
        NOW_MS,
        FEED,
    )


def test_the_minute_that_is_not_over_is_a_gap_of_its_own_and_due_when_it_is() -> None:
    ledger = GapLedger()
    past, present = found(ledger, MINUTE_MS - 2 * MINUTE, MINUTE_MS + 5)
    assert (past.to_ms, present.from_ms, present.to_ms) == (MINUTE_MS, MINUTE_MS, MINUTE_MS + MINUTE)
    assert ledger.due(NOW_MS, 0.0) == [past]
    assert present not in ledger.due(MINUTE_MS + MINUTE + LAG_MS - 1, 0.0)
    assert present in ledger.due(MINUTE_MS + MINUTE + LAG_MS, 0.0)


def test_minutes_that_are_known_to_be_missing_are_not_told_again() -> None:
    ledger = GapLedger()
    found(ledger, MINUTE_MS - 3 * MINUTE, MINUTE_MS - MINUTE)
    assert found(ledger, MINUTE_MS - 2 * MINUTE, MINUTE_MS - MINUTE) == []
    (earlier,) = found(ledger, MINUTE_MS - 5 * MINUTE, MINUTE_MS - MINUTE)
    assert (earlier.from_ms, earlier.to_ms) == (MINUTE_MS - 5 * MINUTE, MINUTE_MS - 3 * MINUTE)
    assert (len(ledger), ledger.found) == (2, 2)


def test_a_gap_that_goes_on_grows() -> None:
    ledger = GapLedger()
    found(ledger, MINUTE_MS - 3 * MINUTE, MINUTE_MS - 2 * MINUTE)
    (longer,) = found(ledger, MINUTE_MS - 2 * MINUTE, MINUTE_MS)
    assert (longer.from_ms, longer.to_ms) == (MINUTE_MS - 3 * MINUTE, MINUTE_MS)
    assert (len(ledger), ledger.found) == (1, 1)


def test_a_gap_that_is_being_tried_does_not_grow() -> None:
    ledger = GapLedger()
    (gap,) = found(ledger, MINUTE_MS - 3 * MINUTE, MINUTE_MS - 2 * MINUTE)
    ledger.begin(gap, NOW_MS)
    (other,) = found(ledger, MINUTE_MS - 2 * MINUTE, MINUTE_MS)
    assert other.from_ms == MINUTE_MS - 2 * MINUTE
    assert ledger.due(NOW_MS, 0.0) == [other]


def test_failures_are_tried_again_ever_later_and_given_up_after_a_day() -> None:
    ledger = GapLedger()
    (gap,) = found(ledger, MINUTE_MS - MINUTE, MINUTE_MS)
    now_s, waits = 0.0, []
    for _ in range(200):
        gap = ledger.begin(gap, NOW_MS + round(now_s * 1000))
        gap = ledger.put_off(gap, "HTTP 503", NOW_MS + round(now_s * 1000), now_s)
        if not gap.is_pending:
            break
        before_s = now_s
        while not ledger.due(NOW_MS + round(now_s * 1000), now_s):
            now_s += 5
        waits.append(now_s - before_s)
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == LONGEST_WAIT_S
    assert gap.state is GapState.UNFILLABLE
    assert "HTTP 503" in gap.detail
    assert 86_400 <= now_s < 86_400 + LONGEST_WAIT_S
    assert (len(ledger), ledger.unfillable) == (0, 1)


def test_no_more_gaps_are_kept_than_fit_and_those_left_out_are_counted() -> None:
    ledger = GapLedger(limit=2)
    for number in range(4):
        found(ledger, MINUTE_MS - (20 - 2 * number) * MINUTE, MINUTE_MS - (19 - 2 * number) * MINUTE)
    assert (len(ledger), ledger.found, ledger.dropped) == (2, 2, 2)


def test_what_was_being_tried_when_an_earlier_run_ended_is_open_again() -> None:
    earlier, ledger = GapLedger(), GapLedger()
    (gap,) = found(earlier, MINUTE_MS - MINUTE, MINUTE_MS)
    ledger.restore([earlier.begin(gap, NOW_MS)], 0.0)
    (again,) = ledger.due(NOW_MS, 0.0)
    assert (again.state, again.attempts) == (GapState.OPEN, 1)


def test_minutes_that_nobody_has_are_remembered_for_a_day() -> None:
    ledger = GapLedger()
    (gap,) = found(ledger, MINUTE_MS - 2 * MINUTE, MINUTE_MS)
    ledger.end(ledger.begin(gap, NOW_MS), GapState.UNFILLABLE, NOW_MS, detail="no trades")
    assert ledger.explained(BTC, NOW_MS) == {MINUTE_MS - 2 * MINUTE, MINUTE_MS - MINUTE}
    assert ledger.explained(ETH, NOW_MS) == frozenset()
    assert ledger.explained(BTC, NOW_MS + 26 * 60 * MINUTE) == frozenset()


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 10), st.booleans(), st.integers(0, 30)), max_size=30
    )
)
def test_every_minute_found_belongs_to_exactly_one_pending_gap(
    steps: list[tuple[int, int, bool, int]],
) -> None:
    ledger, wanted, ended = GapLedger(), set[int](), set[int]()
    for start, length, is_tried, now in steps:
        now_ms = MINUTE_MS + now * MINUTE
        from_ms = MINUTE_MS + (start - 20) * MINUTE
        found(ledger, from_ms, from_ms + length * MINUTE, now_ms)
        wanted |= set(range(from_ms, from_ms + length * MINUTE, MINUTE))
        due = ledger.due(now_ms, 0.0)
        if is_tried and due:
            gap = ledger.end(ledger.begin(due[0], now_ms), GapState.FILLED, now_ms)
            ended |= set(range(gap.from_ms, gap.to_ms, MINUTE))
        pending = [minute for gap in ledger.pending for minute in range(gap.from_ms, gap.to_ms, MINUTE)]
        assert len(pending) == len(set(pending))
        assert set(pending) | ended == wanted
