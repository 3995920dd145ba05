"""Consoles and servers of different versions: frames written by hand, which must be understood for ever."""

import msgspec
import pytest

from rtp_tui.api.frames import Welcome
from rtp_tui.api.operations import Ping, Subscribe, decode_operation
from rtp_tui.api.reading import Reader
from rtp_tui.api.wire import KNOWN_REQUESTS, decode_answer, decode_refusal
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import AnyCommand, Refresh
from rtp_tui.model.errors import Failed, Unsupported
from rtp_tui.model.queries import AnyQuery, GetBars, StateAt
from rtp_tui.net.websocket import connect
from rtp_tui.server.request_body import decoded_body
from tests.factories import BTC
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving

_command: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_query: msgspec.json.Decoder[AnyQuery] = msgspec.json.Decoder(AnyQuery)

FIRST_OPERATIONS = {
    '{"op":"subscribe","channels":["pipeline"],"conflate_ms":100}': Subscribe,
    '{"op":"subscribe","id":null,"channels":["pipeline"],"conflate_ms":100,"batch":null,'
    '"since":{"epoch":"k3f","seq":812}}': Subscribe,
    '{"op":"ping"}': Ping,
}
"""What the first consoles say."""
FIRST_COMMANDS = (
    '{"type":"control_pipeline","action":"stop"}',
    '{"type":"control_feed","feed":"binance","action":"restart"}',
    '{"type":"refresh"}',
    '{"type":"end_process"}',
    '{"type":"reload_configuration"}',
    '{"type":"trigger_job","job":"crypto-prices"}',
    '{"type":"control_job","job":"crypto-prices","action":"pause"}',
    '{"type":"save_job","id":"crypto-prices","interval_ms":5000}',
    '{"type":"remove_job","job":"mine"}',
    '{"type":"control_breaker","breaker":"binance","action":"reset"}',
    '{"type":"disconnect_client","client":3}',
)
FIRST_QUERIES = (
    '{"type":"get_bars","instrument":"crypto:BTC"}',
    '{"type":"explain","instrument":"crypto:BTC"}',
    '{"type":"state_at","at_ms":1}',
    '{"type":"get_events"}',
    '{"type":"get_clients"}',
)


@pytest.mark.parametrize("text", FIRST_OPERATIONS)
def test_what_the_first_consoles_say_is_still_understood(text: str) -> None:
    assert type(decode_operation(text)) is FIRST_OPERATIONS[text]


@pytest.mark.parametrize("text", FIRST_COMMANDS)
def test_the_first_commands_are_still_taken_without_anything_more(text: str) -> None:
    tag = decoded_body(text.encode(), _command).__struct_config__.tag
    assert f'"type":"{tag}"' in text


@pytest.mark.parametrize("text", FIRST_QUERIES)
def test_the_first_questions_are_still_answered_without_anything_more(text: str) -> None:
    tag = decoded_body(text.encode(), _query).__struct_config__.tag
    assert f'"type":"{tag}"' in text


def test_fields_of_newer_consoles_are_ignored() -> None:
    assert decoded_body(b'{"type":"refresh","instruments":[],"gently":true}', _command) == Refresh()
    assert decode_operation('{"op":"ping","mood":"good"}') == Ping()


def test_answers_of_other_versions_are_read_by_what_is_known_of_them() -> None:
    page = decode_answer(GetBars(instrument=BTC), b'{"bars":[],"next_cursor":null,"served_from":"cache"}')
    assert page.bars == ()
    old = decode_answer(StateAt(at_ms=1), b'{"epoch":"k","seq":1,"at_ms":1}')
    assert old.clients is None


def test_refusals_that_are_not_known_are_refusals_all_the_same() -> None:
    body = b'{"title":"No","status":418,"code":"teapot","detail":"short and stout","colour":"white"}'
    assert type(decode_refusal(body)) is Failed
    assert decode_refusal(body).message == "short and stout"
    assert type(decode_refusal(body.replace(b"teapot", b"unsupported"))) is Unsupported


async def test_a_server_says_in_its_welcome_what_it_can() -> None:
    async with serving(ScriptedPipeline()) as running, connect(running.ws_url, clock=SystemClock()) as socket:
        welcome = Reader().read(await socket.receive())
    assert isinstance(welcome, Welcome)
    assert welcome.can == KNOWN_REQUESTS
    assert {"get_bars", "explain", "refresh", "trigger_job"} <= set(KNOWN_REQUESTS)
