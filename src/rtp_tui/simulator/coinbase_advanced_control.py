"""What a client may say on Advanced Trade's socket, and what it changes."""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from rtp_tui.simulator.coinbase import stream
from rtp_tui.simulator.coinbase_advanced import CHANNELS
from rtp_tui.simulator.control import Desk

HEARTBEATS = "heartbeats"


class _Order(Struct):
    type: str
    channel: str = ""
    product_ids: list[str] = []


class Changed(Struct):
    """The streams that are new, or why nothing was changed."""

    added: list[str] = []
    error: str = ""


def obey(desk: Desk, message: str | bytes, products: Collection[str]) -> Changed:
    """Do what one message asks for; products that do not exist are passed over."""
    try:
        order = msgspec.json.decode(message, type=_Order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Changed(error="failed to parse message")
    if order.type not in ("subscribe", "unsubscribe"):
        return Changed(error="unknown message type")
    if order.channel not in CHANNELS:
        return Changed(error="authentication failure")
    if order.channel == HEARTBEATS:
        names = [stream(HEARTBEATS, HEARTBEATS)]
    else:
        names = [stream(order.channel, product) for product in order.product_ids if product in products]
    before = frozenset(desk.subscriptions())
    (desk.subscribe if order.type == "subscribe" else desk.unsubscribe)(names)
    is_new = order.type == "subscribe"
    return Changed([name for name in names if name not in before] if is_new else [])


def subscribed(desk: Desk) -> dict[str, list[str]]:
    """The whole set of a connection, by channel."""
    channels: dict[str, list[str]] = {}
    for name in desk.subscriptions():
        channel, _, product = name.partition("/")
        channels.setdefault(channel, []).append(product)
    return channels
