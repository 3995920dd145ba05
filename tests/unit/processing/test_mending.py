"""What the processor tells of holes, and how it takes bars that fill them."""

from rtp_tui.model.market import BarOrigin
from rtp_tui.processing.processor import Processor
from tests.factories import BTC, NOW_MS, a_bar, a_trade, an_instrument

MINUTE = 60_000
MINUTE_MS = NOW_MS // MINUTE * MINUTE
ACTIVE, STANDBY = "venue:BTCUSDT", "other:BTC-USD"


def a_processor() -> Processor:
    return Processor([an_instrument(BTC, feeds=(ACTIVE, STANDBY))])


def test_a_skipped_number_is_told_once_and_lacks_until_it_comes() -> None:
    processor = a_processor()
    for sequence in (1, 2, 5):
        processor.process(a_trade(feed=ACTIVE, sequence=sequence, event_ms=NOW_MS + sequence))
    (jump,) = processor.take_jumps()
    assert (jump.low, jump.high, jump.before_ms, jump.after_ms) == (3, 4, NOW_MS + 2, NOW_MS + 5)
    assert processor.take_jumps() == []
    processor.process(a_trade(feed=ACTIVE, sequence=3, event_ms=NOW_MS + 3))
    assert processor.lacks(jump)
    processor.process(a_trade(feed=ACTIVE, sequence=4, event_ms=NOW_MS + 4))
    assert not processor.lacks(jump)


def test_what_was_traded_while_the_standby_gave_the_prices_was_not_left_out() -> None:
    processor = a_processor()
    processor.process(a_trade(feed=ACTIVE, sequence=1))
    processor.activate(BTC, STANDBY)
    processor.process(a_trade(feed=STANDBY, sequence=70, event_ms=NOW_MS + 10))
    processor.activate(BTC, ACTIVE)
    processor.process(a_trade(feed=ACTIVE, sequence=99, event_ms=NOW_MS + 20))
    assert processor.take_jumps() == []


def test_a_standbys_history_fills_what_is_absent_and_replaces_nothing() -> None:
    processor = a_processor()
    processor.restore((), [[a_bar(open_ms=MINUTE_MS - MINUTE, source=ACTIVE)]])
    offered = [a_bar(open_ms=MINUTE_MS - n * MINUTE, source=STANDBY, trades=99) for n in (2, 1)]
    assert processor.merge_backfill(offered) is None
    told = processor.merge_backfill(offered, from_standby=True)
    assert told is not None
    assert told.bars == 1
    assert [(bar.source, bar.trades) for bar in processor.bars(BTC)] == [(STANDBY, 99), (ACTIVE, 7)]


def test_a_history_that_counts_no_trades_replaces_a_thinner_bar_of_its_own_feed() -> None:
    processor = a_processor()
    bars = [a_bar(open_ms=MINUTE_MS - n * MINUTE, source=ACTIVE, volume=10.0) for n in (3, 2)]
    other = a_bar(open_ms=MINUTE_MS - MINUTE, source=STANDBY, volume=10.0)
    processor.restore((), [[*bars, other]])
    candle = a_bar(
        open_ms=MINUTE_MS - 3 * MINUTE, source=ACTIVE, volume=11.0, trades=0, origin=BarOrigin.BACKFILL
    )
    same = a_bar(open_ms=MINUTE_MS - 2 * MINUTE, source=ACTIVE, volume=10.0, trades=0)
    foreign = a_bar(open_ms=MINUTE_MS - MINUTE, source=ACTIVE, volume=99.0, trades=0)
    processor.merge_backfill([candle, same, foreign])
    assert [(bar.volume, bar.trades) for bar in processor.bars(BTC)] == [(11.0, 7), (10.0, 7), (10.0, 7)]


def test_a_revised_bar_keeps_its_minute_and_counts_its_revision() -> None:
    processor = a_processor()
    processor.restore((), [[a_bar(source=ACTIVE)]])
    revised = processor.revise(a_bar(source=ACTIVE, close=100.5))
    assert revised is not None
    assert (revised.close, revised.revision) == (100.5, 1)
    assert processor.revise(a_bar(open_ms=MINUTE_MS - 9 * MINUTE)) is None
