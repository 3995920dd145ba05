"""Trades as the file has them."""

from contextlib import closing
from pathlib import Path

from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.reading_ticks import trades
from tests.factories import NOW_MS, a_trade


def test_trades_share_the_names_they_have_since_a_minute_may_have_thousands(tmp_path: Path) -> None:
    batch = Batch(3)
    batch.ticks.extend(a_trade(sequence=number, event_ms=NOW_MS) for number in range(3))
    with closing(open_writer(tmp_path / "history.db", NOW_MS).connection) as connection:
        BatchWriter(connection, "epoch").write(batch, NOW_MS)
        first, *others = trades(NOW_MS, NOW_MS + 1, 10, connection)
    assert len(others) == 2
    assert all(one.instrument is first.instrument and one.feed is first.feed for one in others)
