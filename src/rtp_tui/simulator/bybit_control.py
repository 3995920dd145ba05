"""What a client may say on Bybit's spot socket, and what the venue answers."""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from rtp_tui.simulator.bybit import CONNECTION_ID, TOPICS, stream
from rtp_tui.simulator.control import Desk

MAX_ARGUMENTS = 10
"""Of one request."""


class _Order(Struct):
    op: str
    args: list[str] = []
    req_id: str = ""


class _Answer(Struct):
    success: bool
    ret_msg: str
    op: str
    conn_id: str = CONNECTION_ID


def answer(desk: Desk, message: str | bytes, symbols: Collection[str]) -> bytes:
    """Obey one message; one topic that does not exist spoils the whole of it."""
    try:
        order = msgspec.json.decode(message, type=_Order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _said(False, "error:request format invalid", "")
    match order.op:
        case "ping":
            return _said(True, "pong", "ping")
        case "subscribe" | "unsubscribe":
            return _changed(desk, order, symbols)
    return _said(False, f"error:op not found:{order.op}", order.op)


def _changed(desk: Desk, order: _Order, symbols: Collection[str]) -> bytes:
    if not order.args or len(order.args) > MAX_ARGUMENTS:
        return _said(False, f"args size >{MAX_ARGUMENTS}" if order.args else "args is empty", order.op)
    streams = []
    for name in order.args:
        topic, _, symbol = name.rpartition(".")
        if topic not in TOPICS:
            return _said(False, f"error:handler not found,topic:{name}", order.op)
        if symbol not in symbols:
            return _said(False, f"Invalid symbol :[{name}]", order.op)
        streams.append(stream(topic, symbol))
    (desk.subscribe if order.op == "subscribe" else desk.unsubscribe)(streams)
    return _said(True, order.op, order.op)


def _said(success: bool, words: str, operation: str) -> bytes:
    return msgspec.json.encode(_Answer(success, words, operation))
