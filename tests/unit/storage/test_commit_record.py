"""How long commits take."""

from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import Percentiles
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.commit_record import CommitRecord, Contents
from tests.factories import a_trade


def a_batch(seq: int, since: float | None) -> Batch:
    batch = Batch(seq)
    batch.ticks.append(a_trade())
    batch.since = since
    return batch


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles(range(100)) == Percentiles(50, 95, 99)
    assert percentiles([7]) == Percentiles(7, 7, 7)
    assert percentiles([]) == Percentiles()


def test_latency_is_from_the_oldest_row_to_the_commit() -> None:
    record = CommitRecord()
    record.succeeded(a_batch(1, since=10.0), Contents(), monotonic=10.2)
    record.succeeded(a_batch(2, since=None), Contents(), monotonic=99.0)
    assert record.latency() == Percentiles(200, 200, 200)
    assert (record.seq, record.rows, record.commits) == (2, 2, 2)


def test_only_the_newest_latencies_count() -> None:
    record = CommitRecord()
    record.succeeded(a_batch(1, since=0.0), Contents(), monotonic=100.0)
    for seq in range(1000):
        record.succeeded(a_batch(seq, since=0.0), Contents(), monotonic=0.1)
    assert record.latency().p99 == 100


def test_a_success_ends_a_problem() -> None:
    record = CommitRecord()
    record.failed("the disk is full")
    record.failed("the disk is full")
    assert (record.failures, record.problem) == (2, "the disk is full")
    record.succeeded(a_batch(1, None), Contents(), 0.0)
    assert (record.failures, record.problem) == (0, "")
