"""What a body says, and what is none."""

import msgspec
import pytest

from rtp_tui.model.commands import AnyCommand
from rtp_tui.model.errors import BadRequest
from rtp_tui.server.request_body import decoded_body

_command: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"type":"nonsense"}',
        b'{"type":"control_feed","feed":"x"}',
        b'{"type":"control_feed","feed":"x","action":"explode"}',
        b'{"type":"control_feed","feed":1,"action":"pause"}',
        b'{"type":"get_bars","instrument":"crypto:BTC"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_command_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        decoded_body(body, _command)
