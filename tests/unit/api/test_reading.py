"""Servers of other versions: frames written by hand as they would send them."""

import pytest

from rtp_tui.api.frames import EventsSince, FrameError, Welcome, WholeState
from rtp_tui.api.reading import MOST_KINDS, Reader
from rtp_tui.model.statistics import LogLine

LINE = '{"seq":7,"payload":{"type":"log","at_ms":1,"level":"info","source":"s","message":"m"}}'
NEW_EVENT = '{"seq":8,"payload":{"type":"fireworks","colours":["red"],"payload":{"type":"log"}}}'
NEW_VALUE = (
    '{"seq":9,"payload":{"type":"market_session","market":"XNYS","session":"lunch","since_ms":1,"ends_ms":2}}'
)
FEED = '{"type":"feed","name":"a","source":"a","state":"live","instruments":["x:B"],"since_ms":1,"expected_ms":2}'


def events(*each: str) -> bytes:
    return f'{{"type":"events","channel":"pipeline","seq":9,"data":[{",".join(each)}]}}'.encode()


def state(members: str) -> bytes:
    return f'{{"type":"snapshot","channel":"pipeline","seq":9,"ts_ms":1,"data":{{{members}}}}}'.encode()


def test_events_of_unknown_kinds_are_passed_over_and_counted_and_the_others_stay() -> None:
    reader = Reader()
    message = reader.read(events(LINE, NEW_EVENT, NEW_VALUE, NEW_EVENT))
    assert isinstance(message, EventsSince)
    assert message.seq == 9
    assert [(event.seq, type(event.payload)) for event in message.data] == [(7, LogLine)]
    assert reader.passed_over == 3
    assert reader.kinds == {"fireworks", "market_session"}


def test_the_kinds_that_are_remembered_are_bounded_in_number_and_length() -> None:
    reader = Reader()
    for number in range(3 * MOST_KINDS):
        reader.read(events(NEW_EVENT.replace("fireworks", f"{number}{'x' * 1000}")))
    assert reader.passed_over == 3 * MOST_KINDS
    assert len(reader.kinds) == MOST_KINDS
    assert max(map(len, reader.kinds)) <= 40


def test_fields_that_are_unknown_are_ignored_and_optional_ones_may_be_missing() -> None:
    newer = Reader().read(
        b'{"type":"welcome","protocol":1,"server":"rtp-tui/9","name":"","epoch":"e","heartbeat_ms":1,"motto":"x",'
        b'"limits":{"max_message_bytes":1,"max_clients":1,"max_channels":1,"max_wishes":3},"can":["explain"]}'
    )
    older = Reader().read(
        b'{"type":"welcome","server":"rtp-tui/0","name":"","epoch":"e",'
        b'"limits":{"max_message_bytes":1,"max_clients":1,"max_channels":1}}'
    )
    assert isinstance(newer, Welcome)
    assert newer.can == ("explain",)
    assert isinstance(older, Welcome)
    assert older.can == ()


def test_a_snapshot_of_a_newer_server_is_read_as_far_as_it_can_be() -> None:
    reader = Reader()
    message = reader.read(
        state(
            f'"epoch":"e","seq":9,"at_ms":1,"moods":[1,2],"feeds":[{FEED},{FEED.replace("live", "dreaming")}],'
            '"health":{"verdict":"as good as can be"},"sessions":[]'
        )
    )
    assert isinstance(message, WholeState)
    assert [feed.name for feed in message.data.feeds] == ["a"]
    assert message.data.health is None
    assert reader.kinds == {"feeds", "health"}


def test_a_snapshot_of_an_older_server_needs_nothing_but_its_position() -> None:
    message = Reader().read(state('"epoch":"e","seq":9,"at_ms":1'))
    assert isinstance(message, WholeState)
    assert message.data.jobs == ()


@pytest.mark.parametrize(
    "frame",
    [
        state('"seq":9,"at_ms":1,"feeds":[5]'),
        state('"epoch":"e","seq":9,"at_ms":1,"feeds":{}'),
        state('"epoch":"e","seq":9,"at_ms":1,"feeds":7'),
        events("5"),
        events('{"payload":{"type":"fireworks"}}'),
        b'{"type":"events","seq":9,"data":{}}',
        b'{"type":"welcome"}',
        b'{"type":5}',
        b'{"type":"events","seq":9,"data":[' + b"[" * 100_000,
    ],
)
def test_what_lacks_what_it_must_have_is_a_fault_and_not_a_newer_server(frame: bytes) -> None:
    with pytest.raises(FrameError):
        Reader().read(frame)
