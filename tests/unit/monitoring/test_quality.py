"""How good data is, of counts that add up."""

from math import ceil

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.quality import QualityPart
from rtp_tui.monitoring.quality import (
    HOUR_MS,
    WEIGHTS,
    QualityCounts,
    latency_ms,
    latency_step,
    overall,
    quality_parts,
    score,
    total,
)
from rtp_tui.monitoring.quality_ledger import HOURS_KEPT, QualityLedger

numbers = st.integers(0, 10_000)
counts = st.builds(
    QualityCounts,
    bars_due=numbers,
    bars_there=numbers,
    looks=numbers,
    fresh=numbers,
    observed=numbers,
    rejected=st.dictionaries(st.sampled_from(["crossed", "duplicate", "empty"]), numbers),
    verified=numbers,
    latency=st.dictionaries(st.integers(0, 120), st.integers(1, 50)),
    anomalies=st.dictionaries(st.sampled_from(["outlier", "price_spike"]), numbers),
)


def parts_of(**measured: object) -> dict[str, QualityPart]:
    return {part.name: part for part in quality_parts(msgspec.convert(measured, QualityCounts))}


@given(st.lists(counts, max_size=8), st.integers(0, 8))
def test_counts_of_any_spans_add_up_to_those_of_the_whole(spans: list[QualityCounts], cut: int) -> None:
    whole = total(spans)
    assert total([total(spans[:cut]), total(spans[cut:])]) == whole
    assert total(reversed(spans)) == whole


@given(counts)
def test_counts_survive_being_written_down(one: QualityCounts) -> None:
    assert msgspec.json.decode(msgspec.json.encode(one), type=QualityCounts) == one


def test_nothing_measured_is_no_score() -> None:
    nothing = score("crypto:BTC", "instrument", {0: QualityCounts()})
    assert nothing.score is None
    assert all(part.points is None for part in nothing.parts)


def test_what_was_not_measured_does_not_weigh() -> None:
    parts = quality_parts(QualityCounts(bars_due=60, bars_there=30, looks=10, fresh=10))
    expected = (50 * WEIGHTS["coverage"] + 100 * WEIGHTS["freshness"]) / (
        WEIGHTS["coverage"] + WEIGHTS["freshness"]
    )
    assert overall(parts) == pytest.approx(expected, abs=0.05)


def test_a_duplicate_is_no_fault_and_what_is_rejected_most_is_named() -> None:
    validity = parts_of(observed=100, rejected={"duplicate": 40, "crossed": 9, "empty": 1})["validity"]
    assert validity.points == 90
    assert validity.reason == "10 of 100 rejected, most crossed"


def test_bars_that_differ_and_prices_that_deviate_are_both_inconsistent() -> None:
    assert parts_of(verified=10, differing=1, compared=10, deviating=3)["consistency"].points == 80


def test_minutes_in_known_gaps_are_told_of() -> None:
    coverage = parts_of(bars_due=60, bars_there=57, in_gaps=2)["coverage"]
    assert (coverage.points, coverage.reason) == (95, "57 of 60 minutes, 2 of 3 missing in known gaps")


@pytest.mark.parametrize(("ms", "points"), [(40, 100), (900, 100), (9_900_000, 0)])
def test_latency_up_to_a_second_is_full_and_ten_times_that_is_nothing(ms: int, points: float) -> None:
    assert parts_of(latency={latency_step(ms): 9})["latency"].points == points


@given(st.lists(st.floats(0, 100_000), min_size=1, max_size=300), st.sampled_from([0.5, 0.95]))
def test_percentiles_of_latencies_are_within_a_step(values: list[float], rank: float) -> None:
    histogram: dict[int, int] = {}
    for value in values:
        histogram[latency_step(value)] = histogram.get(latency_step(value), 0) + 1
    exact = sorted(values)[ceil(rank * len(values)) - 1]
    told = latency_ms(histogram, rank)
    assert told is not None
    assert exact - 0.06 <= told <= (1 + exact) * 2 ** (1 / 8) - 1 + 0.06


def test_a_clock_ahead_is_no_negative_latency() -> None:
    assert latency_step(-500) == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), counts), max_size=20))
def test_hours_go_on_after_a_restart_as_if_there_had_been_none(
    noted: list[tuple[str, int, QualityCounts]],
) -> None:
    whole, first = QualityLedger(), QualityLedger()
    for subject, hour, one in noted:
        whole.at(subject, hour * HOUR_MS + 5).add(one)
    half = len(noted) // 2
    for subject, hour, one in noted[:half]:
        first.at(subject, hour * HOUR_MS + 5).add(one)
    second = QualityLedger()
    second.restore(first.take_changed())
    for subject, hour, one in noted[half:]:
        second.at(subject, hour * HOUR_MS).add(one)
    assert {one: second.hours(one, 0) for one in "ab"} == {one: whole.hours(one, 0) for one in "ab"}


def test_hours_older_than_a_day_are_given_up() -> None:
    ledger = QualityLedger()
    for hour in range(60):
        ledger.at("a", hour * HOUR_MS).looks += 1
        ledger.forget(hour * HOUR_MS)
    assert len(ledger.hours("a", 0)) == HOURS_KEPT + 1  # and the hour that is not over
    ledger.forget(200 * HOUR_MS)
    assert not ledger.hours("a", 0)
