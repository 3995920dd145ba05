"""The bodies of requests: bounded, JSON, and what is wrong with them by the name of the field."""

import re
from typing import TypeVar

import msgspec
from starlette.requests import Request

from rtp_tui.api.wire import UNDECODABLE
from rtp_tui.model.errors import BadRequest
from rtp_tui.server.problems import Unacceptable

MAX_BODY_BYTES = 65_536

BodyT = TypeVar("BodyT")

_AT_FIELD = re.compile(r"(?P<what>.*) - at `\$\.(?P<field>[^`]+)`", re.DOTALL)


async def json_body(request: Request) -> bytes:
    """The body, which a page elsewhere cannot send: JSON is none of the types that forms have."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise Unacceptable("too_large", f"a body has at most {MAX_BODY_BYTES} bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise Unacceptable("unsupported_media_type", "the body must be application/json, or empty")
    return bytes(body)


def decoded_body(body: bytes, decoder: "msgspec.json.Decoder[BodyT]") -> BodyT:
    """What a body says. Raises BadRequest that names the field at fault."""
    try:
        return decoder.decode(body)
    except UNDECODABLE as error:
        raise BadRequest(_named(str(error))) from None


def _named(message: str) -> str:
    at_field = _AT_FIELD.fullmatch(message)
    return f"{at_field['field']}: {at_field['what']}" if at_field else message
