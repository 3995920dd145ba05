"""What a client may say on OKX's public socket, and what the venue answers."""

from collections.abc import Collection, Iterable

import msgspec
from msgspec import Struct

from rtp_tui.simulator.control import Desk
from rtp_tui.simulator.okx import CHANNELS, CONNECTION_ID, stream

BUSINESS = ("candle", "mark-price-candle", "index-candle", "trades-all")
"""Channels of another socket begin like this."""


class _Argument(Struct):
    channel: str
    instId: str = ""  # noqa: N815


class _Order(Struct):
    op: str
    args: list[_Argument]


class _Acknowledged(Struct):
    event: str
    arg: _Argument
    connId: str = CONNECTION_ID  # noqa: N815


class _Refused(Struct):
    msg: str
    code: str
    event: str = "error"
    connId: str = CONNECTION_ID  # noqa: N815


def answer(desk: Desk, message: str | bytes, names: Collection[str]) -> Iterable[bytes]:
    """Obey one message; an acknowledgement or an error of each argument, whatever becomes of the others."""
    text = message if isinstance(message, str) else message.decode(errors="replace")
    try:
        order = msgspec.json.decode(message, type=_Order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [refused("60012", f"Invalid request: {text[:200]}")]
    if order.op not in ("subscribe", "unsubscribe"):
        return [refused("60012", f"Invalid request: {text[:200]}")]
    return [_obeyed(desk, order.op, argument, names) for argument in order.args]


def refused(code: str, words: str) -> bytes:
    """An error."""
    return msgspec.json.encode(_Refused(words, code))


def _obeyed(desk: Desk, operation: str, argument: _Argument, names: Collection[str]) -> bytes:
    channel, name = argument.channel, argument.instId
    if operation == "subscribe" and (channel not in CHANNELS or name not in names):
        where = "wrong URL or channel" if _is_elsewhere(channel) else "channel"
        return refused(
            "60018",
            f"Subscribe failed, {where}:{channel},instId:{name} doesn't exist. Please use the correct URL, "
            "channel and parameters referring to API document.",
        )
    streams = [stream(channel, name)]
    (desk.subscribe if operation == "subscribe" else desk.unsubscribe)(streams)
    return msgspec.json.encode(_Acknowledged(operation, argument))


def _is_elsewhere(channel: str) -> bool:
    return channel.startswith(BUSINESS) or channel not in CHANNELS
