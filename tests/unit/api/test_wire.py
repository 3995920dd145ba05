"""Everything that crosses the wire comes out as it went in, and nothing else gets in."""

from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.api import wire
from rtp_tui.api.frames import EventsSince, WholeState
from rtp_tui.api.reading import Reader
from rtp_tui.model.commands import AnyCommand, ControlFeed, Done, FeedAction, Refresh
from rtp_tui.model.errors import REFUSALS, Failed
from rtp_tui.model.events import Event, InstrumentView, Payload, Snapshot
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.queries import AnyQuery, BarPage, EventPage, Explanation, GetBars, StateAt

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=20))

few = settings(max_examples=20)


def any_of(kind: object) -> st.SearchStrategy[Any]:
    """Values of a struct, or of a union of structs, from its annotations."""
    return st.one_of([_built(member) for member in get_args(kind) or (kind,)])


def _built(kind: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{field.name: _values(field.type) for field in msgspec.structs.fields(kind)})


def _values(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _built(kind)
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return st.lists(_values(arguments[0]), max_size=2).map(tuple)
    if arguments and type(None) in arguments:
        return st.one_of(st.none(), *(_values(one) for one in arguments if one is not type(None)))
    return st.from_type(kind)


@few
@given(any_of(AnyQuery))
def test_a_query_comes_back(query: object) -> None:
    assert msgspec.json.decode(wire.encode(query), type=AnyQuery) == query


@few
@given(any_of(AnyCommand))
def test_a_command_comes_back(command: object) -> None:
    assert msgspec.json.decode(wire.encode(command), type=AnyCommand) == command


@few
@given(st.lists(st.builds(Event, seq=st.integers(0, 2**53), payload=any_of(Payload)), max_size=4))
def test_events_come_back(events: list[Event]) -> None:
    message = EventsSince(seq=9, data=tuple(events))
    assert Reader().read(wire.encode(message)) == message


@few
@given(any_of(Snapshot))
def test_a_snapshot_comes_back(snapshot: Snapshot) -> None:
    message = WholeState(seq=snapshot.seq, ts_ms=1, data=snapshot)
    assert Reader().read(wire.encode(message)) == message


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (GetBars(instrument="crypto:BTC"), BarPage(bars=(), next_cursor="x")),  # type: ignore[arg-type]
        (Refresh(), Done(message="fetched", affected=("crypto:BTC",))),
        (StateAt(at_ms=5), Snapshot(epoch="e", seq=3, at_ms=4)),
    ],
)
def test_an_answer_is_told_by_its_question(request_: GetBars | Refresh | StateAt, answer: object) -> None:
    assert wire.decode_answer(request_, wire.encode(answer)) == answer


@pytest.mark.parametrize("kind", REFUSALS.values())
def test_a_refusal_comes_out_as_the_exception_it_was(kind: type[Exception]) -> None:
    code = next(code for code, known in REFUSALS.items() if known is kind)
    problem = wire.Problem(title="Refused", status=400, code=code, detail="because")
    refusal = wire.decode_refusal(wire.encode(problem))
    assert type(refusal) is kind
    assert refusal.message == "because"


def test_a_refusal_of_an_unknown_code_and_an_answer_that_is_none_are_failures() -> None:
    problem = wire.Problem(title="Teapot", status=418, code="teapot")
    assert wire.decode_refusal(wire.encode(problem)).message == "Teapot"
    assert isinstance(wire.decode_refusal(b"<html>"), Failed)
    with pytest.raises(Failed):
        wire.decode_answer(Refresh(), b"[]")


def test_a_number_that_is_not_finite_goes_out_as_null() -> None:
    view = InstrumentView(Instrument(id="crypto:BTC", name="x", feeds=()), None, None, (float("nan"),))  # type: ignore[arg-type]
    assert b'"sparkline":[null]' in wire.encode(view)


def test_tags_are_what_scripts_rely_on() -> None:
    command = ControlFeed(feed="binance", action=FeedAction.PAUSE)
    assert wire.encode(command) == b'{"type":"control_feed","feed":"binance","action":"pause"}'


def test_every_answer_type_can_be_decoded() -> None:
    for answer in (BarPage(bars=()), EventPage(events=()), Done(message="")):
        assert msgspec.json.decode(wire.encode(answer), type=type(answer)) == answer
    assert "quote" in Explanation.__struct_fields__
