"""Faults, as pure as they come."""

import json

import pytest

from rtp_tui.simulator.disturbances import CLOCK_OFFSET_MS, GAP_EVERY, LATENCY_MS, OutgoingEvent
from rtp_tui.simulator.faults import Fault, Faults, drill_name, drill_names, fault_named

NOW_MS = 1_790_000_000_000


def an_event(number: int = 1, kind: str = "trade") -> OutgoingEvent:
    text = f'{{"e":"{kind}","E":{NOW_MS},"s":"BTCUSDT","t":{number},"p":"100.50000000","q":"1.00000000"}}'
    return OutgoingEvent(f"btcusdt@{kind}", text)


def passed(faults: Faults, *events: OutgoingEvent, now_ms: int = NOW_MS) -> list[str]:
    return [out.text for event in events for out in faults.pass_on(event, now_ms)]


def under(fault: Fault, *events: OutgoingEvent) -> list[str]:
    faults = Faults()
    faults.begin(fault, 10.0)
    return passed(faults, *events)


@pytest.mark.parametrize(
    "name",
    [
        *("outage", "stall", "latency", "rate_limit", "server_error", "garbage", "gap", "spike", "clock"),
        *("refuse", "hang", "close", "endless", "reset", "black_hole", "slow_body", "html", "ban"),
        *("rate_limit_bare", "quota", "key_rejected", "duplicate", "reorder"),
    ],
)
def test_every_drill_has_its_fault(name: str) -> None:
    assert isinstance(fault_named(name), Fault)


def test_an_unknown_drill_is_refused() -> None:
    with pytest.raises(ValueError, match=r"earthquake.*outage.*reset.*black_hole"):
        fault_named("earthquake")


def test_each_fault_is_drilled_under_one_name() -> None:
    assert [fault_named(name) for name in drill_names()] == list(Fault)
    assert (drill_name(Fault.REFUSE), drill_name(Fault.HANG), drill_name(Fault.GAP)) == (
        "outage", "stall", "gap",
    )  # fmt: skip


def test_all_faults_can_be_ended_at_once_and_give_back_what_they_held() -> None:
    faults = Faults()
    faults.begin(Fault.LATENCY, 100.0)
    faults.begin(Fault.REFUSE, 200.0)
    passed(faults, an_event(1))
    assert faults.lasting == {Fault.LATENCY: 100.0, Fault.REFUSE: 200.0}
    faults.end_all()
    assert faults.end_due(1.0) == (an_event(1),)
    assert not faults.lasting


def test_a_fault_is_over_when_its_time_is() -> None:
    faults = Faults()
    faults.begin(Fault.HANG, 10.0)
    faults.end_due(9.9)
    assert passed(faults, an_event()) == []
    faults.end_due(10.0)
    assert Fault.HANG not in faults
    assert passed(faults, an_event()) == [an_event().text]


def test_a_gap_drops_trades_and_nothing_else() -> None:
    events = [an_event(i) for i in range(20)]
    assert len(under(Fault.GAP, *events)) == 20 - 20 // GAP_EVERY
    quotes = [an_event(i, "bookTicker") for i in range(20)]
    assert len(under(Fault.GAP, *quotes)) == 20


def test_a_spike_multiplies_one_price_by_ten() -> None:
    prices = [json.loads(text)["p"] for text in under(Fault.SPIKE, an_event(1), an_event(2))]
    assert prices == ["1005.00000000", "100.50000000"]


def test_duplicates_come_twice_and_reordered_ones_swapped() -> None:
    one, two, three = an_event(1), an_event(2), an_event(3)
    assert under(Fault.DUPLICATE, one, two) == [one.text, one.text, two.text, two.text]
    faults = Faults()
    faults.begin(Fault.REORDER, 1.0)
    assert passed(faults, one, two, three) == [two.text, one.text]
    assert [event.text for event in faults.end_due(2.0)] == [three.text]


def test_latency_holds_events_back_and_loses_none() -> None:
    faults = Faults()
    faults.begin(Fault.LATENCY, 10.0)
    assert passed(faults, an_event(1)) == []
    assert passed(faults, an_event(2), now_ms=NOW_MS + 500) == []
    assert faults.release(NOW_MS + LATENCY_MS - 1) == ()
    assert faults.release(NOW_MS + LATENCY_MS) == (an_event(1),)
    assert faults.end_due(11.0) == (an_event(2),)


def test_a_fault_that_begins_anew_loses_nothing_it_held() -> None:
    faults = Faults()
    faults.begin(Fault.LATENCY, 10.0)
    passed(faults, an_event(1))
    faults.begin(Fault.LATENCY, 20.0)
    assert faults.end_due(1.0) == (an_event(1),)


def test_garbage_adds_broken_frames_and_keeps_the_good_ones() -> None:
    texts = under(Fault.GARBAGE, *(an_event(i) for i in range(40)))
    assert all(an_event(i).text in texts for i in range(40))
    spoilt = [text for text in texts if text not in {an_event(i).text for i in range(40)}]
    assert {"not json", "[]", "null"} <= set(spoilt)
    assert any(text.startswith("<html>") for text in spoilt)
    assert any("NaN" in text for text in spoilt)
    assert any("1e999" in text for text in spoilt)
    assert any("\x1b" in text for text in spoilt)


def test_garbage_that_is_no_event_is_not_wrapped_as_one() -> None:
    faults = Faults()
    faults.begin(Fault.GARBAGE, 5.0)
    sent = [out for i in range(60) for out in faults.pass_on(an_event(i), NOW_MS)]
    assert {out.text: out.is_bare for out in sent}["not json"]
    assert all(out.is_bare or out.text.startswith("{") for out in sent)


def test_a_wrong_clock_moves_times_alone() -> None:
    moved = json.loads(under(Fault.CLOCK, an_event(7))[0])
    assert moved == {**json.loads(an_event(7).text), "E": NOW_MS + CLOCK_OFFSET_MS}


def test_faults_work_together() -> None:
    faults = Faults()
    faults.begin(Fault.DUPLICATE, 5.0)
    faults.begin(Fault.SPIKE, 5.0)
    assert [json.loads(text)["p"] for text in passed(faults, an_event())] == ["1005.00000000", "100.50000000"]


def a_match(number: int) -> OutgoingEvent:
    text = f'{{"type":"match","trade_id":{number},"product_id":"BTC-USD","price":"100.5","size":"1"}}'
    return OutgoingEvent("matches/BTC-USD", text)


def test_the_other_wire_loses_and_spikes_its_trades_too() -> None:
    matches = [a_match(number) for number in range(GAP_EVERY)]
    assert len(under(Fault.GAP, *matches)) == GAP_EVERY - 1
    prices = [json.loads(text)["price"] for text in under(Fault.SPIKE, *matches[:2])]
    assert prices == ["1005.00000000", "100.5"]


def test_the_other_wire_gets_its_own_garbage() -> None:
    matches = [a_match(number) for number in range(60)]
    garbled = [text for text in under(Fault.GARBAGE, *matches) if text not in {m.text for m in matches}]
    assert any('"price":NaN' in text for text in garbled)
    assert any('"product_id":"\\u001b' in text for text in garbled)
