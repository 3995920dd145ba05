"""Events reach whoever asked, in one write a beat."""

from websockets.protocol import State

from rtp_tui.simulator.fanout import MAX_UNSENT_BYTES, Fanout, text_frame
from tests.unit.simulator.fake_wire import FakeWire


def test_each_connection_gets_its_streams_in_its_form_in_one_write() -> None:
    fanout, raw, wrapped = Fanout(), FakeWire(), FakeWire()
    fanout.enter(raw, combined=False).subscribe(["a@trade"])
    fanout.enter(wrapped, combined=True).subscribe(["a@trade", "b@trade"])
    fanout.publish("a@trade", "{1}")
    fanout.publish("b@trade", "{2}")
    fanout.flush()
    assert raw.sink.written == [text_frame("{1}")]
    assert wrapped.sink.written == [
        text_frame('{"stream":"a@trade","data":{1}}') + text_frame('{"stream":"b@trade","data":{2}}')
    ]
    assert fanout.sent == 3


def test_a_bare_event_is_not_wrapped() -> None:
    fanout, wire = Fanout(), FakeWire()
    fanout.enter(wire, combined=True).subscribe(["a@trade"])
    fanout.publish("a@trade", "not json", is_bare=True)
    fanout.flush()
    assert wire.sink.written == [text_frame("not json")]


def test_who_left_or_unsubscribed_gets_nothing() -> None:
    fanout, wire = Fanout(), FakeWire()
    subscriber = fanout.enter(wire, combined=False)
    subscriber.subscribe(["a@trade", "b@trade"])
    subscriber.unsubscribe(["a@trade", "never@trade"])
    assert (fanout.wants("a@trade"), fanout.wants("b@trade")) == (False, True)
    fanout.leave(subscriber)
    fanout.publish("b@trade", "{}")
    fanout.flush()
    assert not fanout.wants("b@trade")
    assert wire.sink.written == []


def test_subscribing_twice_does_not_deliver_twice() -> None:
    fanout, wire = Fanout(), FakeWire()
    subscriber = fanout.enter(wire, combined=False)
    subscriber.subscribe(["a@trade"])
    subscriber.subscribe(["a@trade"])
    fanout.publish("a@trade", "{}")
    assert len(subscriber.outbox) == 1


def test_nothing_is_written_after_the_close_has_begun() -> None:
    fanout, wire = Fanout(), FakeWire()
    fanout.enter(wire, combined=False).subscribe(["a@trade"])
    wire.state = State.CLOSING
    fanout.publish("a@trade", "{}")
    fanout.flush()
    assert wire.sink.written == []


def test_a_client_that_does_not_read_is_cut_off() -> None:
    fanout, wire = Fanout(), FakeWire()
    fanout.enter(wire, combined=False).subscribe(["a@trade"])
    wire.sink.unsent = MAX_UNSENT_BYTES + 1
    fanout.publish("a@trade", "{}")
    fanout.flush()
    assert wire.sink.aborted
    assert fanout.cut_off == 1
