"""Fan-out that no reader can slow."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.bus import READER_LIMIT, Bus, Reader
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from tests.factories import BTC, ETH, a_bar, a_feed_status, a_quote
from tests.fakes import settle


def a_quote_event(seq: int, instrument: InstrumentId = BTC) -> Event:
    return Event(seq, a_quote(instrument=instrument, price=float(seq)))


def an_event(seq: int) -> Event:
    return Event(seq, a_feed_status(frames=seq))


def taken(reader: Reader) -> list[int]:
    return [event.seq for event in reader.take().events]


def test_of_each_instruments_quotes_only_the_newest_is_kept() -> None:
    reader = Reader(conflates=True)
    for event in (a_quote_event(1), a_quote_event(2, ETH), a_quote_event(3), a_quote_event(4)):
        reader.offer(event)

    assert taken(reader) == [2, 4]


def test_without_conflation_every_quote_is_kept() -> None:
    reader = Reader(conflates=False)
    for seq in range(1, 6):
        reader.offer(a_quote_event(seq))

    assert taken(reader) == [1, 2, 3, 4, 5]


@given(st.lists(st.sampled_from(["BTC", "ETH", "other"]), max_size=60), st.lists(st.integers(0, 60)))
def test_batches_are_in_order_with_the_newest_quotes_and_everything_else(
    kinds: list[str], stops: list[int]
) -> None:
    reader = Reader(conflates=True)
    batches: list[list[Event]] = [[]]
    offered: list[list[Event]] = [[]]
    for seq, kind in enumerate(kinds, 1):
        event = an_event(seq) if kind == "other" else a_quote_event(seq, InstrumentId(f"crypto:{kind}"))
        reader.offer(event)
        offered[-1].append(event)
        if seq in stops or seq == len(kinds):
            batches.append(list(reader.take().events))
            offered.append([])

    for between, batch in zip(offered, batches[1:], strict=False):
        newest = {e.payload.instrument: e for e in between if isinstance(e.payload, Quote)}
        others = [e for e in between if not isinstance(e.payload, Quote)]
        assert batch == sorted([*newest.values(), *others], key=lambda event: event.seq)


def test_a_batch_carries_the_number_of_its_last_event() -> None:
    reader = Reader(conflates=True)
    for event in (an_event(7), a_quote_event(8), an_event(9)):
        reader.offer(event)

    assert reader.take().seq == 9


def test_what_was_taken_is_not_given_again() -> None:
    reader = Reader(conflates=True)
    reader.offer(an_event(1))
    reader.take()
    reader.offer(an_event(2))

    assert taken(reader) == [2]


def test_conflated_quotes_never_fill_a_reader() -> None:
    reader = Reader(conflates=True)
    for seq in range(READER_LIMIT + 100):
        reader.offer(a_quote_event(seq))

    assert not reader.has_overrun
    assert taken(reader) == [READER_LIMIT + 99]


def test_a_reader_holds_ten_thousand_events_and_not_one_more() -> None:
    reader = Reader(conflates=True)
    for seq in range(READER_LIMIT):
        reader.offer(an_event(seq))
    assert not reader.has_overrun

    reader.offer(an_event(READER_LIMIT))
    assert reader.has_overrun
    assert len(reader.take().events) == READER_LIMIT


def test_starting_over_forgets_what_was_kept_and_that_it_was_too_much() -> None:
    reader = Reader(conflates=False)
    for seq in range(READER_LIMIT + 1):
        reader.offer(an_event(seq))
    reader.start_over()

    assert not reader.has_overrun
    assert taken(reader) == []


async def test_a_reader_waits_until_there_is_something_to_take() -> None:
    reader = Reader(conflates=True)
    waiting = asyncio.create_task(reader.wait())
    await settle()
    assert not waiting.done()

    reader.offer(a_quote_event(1))
    await waiting
    reader.take()
    again = asyncio.create_task(reader.wait())
    await settle()
    assert not again.done()
    again.cancel()


def test_every_reader_sees_every_event_while_it_reads_and_none_after() -> None:
    bus = Bus()
    with bus.reading(conflates=True) as one, bus.reading(conflates=True) as two:
        bus.publish(Event(1, a_bar()))
        assert taken(one) == taken(two) == [1]
    bus.publish(Event(2, a_bar()))

    assert taken(one) == taken(two) == []


def test_a_reader_that_leaves_with_an_error_is_let_go_of() -> None:
    bus = Bus()
    with pytest.raises(ZeroDivisionError), bus.reading(conflates=True):
        _ = 1 / 0

    assert bus.readers == 0


def test_a_full_reader_takes_nothing_from_the_others() -> None:
    bus = Bus()
    with bus.reading(conflates=True) as slow, bus.reading(conflates=True) as fast:
        for seq in range(READER_LIMIT + 10):
            bus.publish(an_event(seq))
            fast.take()

        assert slow.has_overrun
        assert not fast.has_overrun
