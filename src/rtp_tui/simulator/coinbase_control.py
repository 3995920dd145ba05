"""What a client may say on Coinbase's socket, and what the venue answers."""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from rtp_tui.simulator.coinbase import CHANNELS, stream
from rtp_tui.simulator.control import Desk

_GUARDED = ("level2", "level3", "full", "user")
_UNKNOWN_TYPE = "Type has to be either subscribe or unsubscribe"


class _Named(Struct):
    name: str
    product_ids: list[str] = []


class _Order(Struct):
    type: str
    product_ids: list[str] = []
    channels: list[str | _Named] = []


class _Subscriptions(Struct, tag_field="type", tag="subscriptions"):
    channels: list[_Named]


class _Error(Struct, tag_field="type", tag="error", omit_defaults=True):
    message: str
    reason: str = ""


def answer(desk: Desk, message: str | bytes, products: Collection[str]) -> bytes:
    """Obey one message; the answer lists everything that is subscribed to, or says what is wrong."""
    try:
        msgspec.json.decode(message, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _refused("Malformed JSON")
    try:
        order = msgspec.json.decode(message, type=_Order)
    except msgspec.ValidationError as error:
        return _refused("Failed to subscribe", str(error))
    if order.type not in ("subscribe", "unsubscribe"):
        return _refused(_UNKNOWN_TYPE, f"{order.type} is not a valid type")
    asked = [_named(channel, order) for channel in order.channels] or _everywhere(desk, order)
    if order.type == "subscribe" and (reason := _objection(asked, products)):
        return _refused("Failed to subscribe", reason)
    streams = [stream(channel.name, product) for channel in asked for product in channel.product_ids]
    (desk.subscribe if order.type == "subscribe" else desk.unsubscribe)(streams)
    return msgspec.json.encode(_Subscriptions(_subscribed(desk)))


def _named(channel: str | _Named, order: _Order) -> _Named:
    if isinstance(channel, str):
        return _Named(channel, order.product_ids)
    return channel if channel.product_ids else _Named(channel.name, order.product_ids)


def _everywhere(desk: Desk, order: _Order) -> list[_Named]:
    """Products without channels are unsubscribed from all of them."""
    if order.type == "subscribe":
        return []
    return [_Named(channel.name, order.product_ids) for channel in _subscribed(desk)]


def _objection(asked: list[_Named], products: Collection[str]) -> str:
    """Why a subscription is refused; empty where it is not."""
    if not asked or not all(channel.product_ids for channel in asked):
        return "product_ids and channels must be provided"
    for channel in asked:
        if channel.name in _GUARDED:
            return "level2, level3, and full channels now require authentication"
        if channel.name not in CHANNELS:
            return f"{channel.name} is not a valid channel"
        for product in channel.product_ids:
            if product not in products:
                return f"{product} is not a valid product"
    return ""


def _subscribed(desk: Desk) -> list[_Named]:
    channels: dict[str, _Named] = {}
    for name in desk.subscriptions():
        channel, _, product = name.partition("/")
        channels.setdefault(channel, _Named(channel, [])).product_ids.append(product)
    return list(channels.values())


def _refused(message: str, reason: str = "") -> bytes:
    return msgspec.json.encode(_Error(message, reason))
