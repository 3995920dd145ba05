"""What a client may say on Twelve Data's socket, and what the provider answers."""

from collections.abc import Collection, Sequence

import msgspec
from msgspec import Struct

from rtp_tui.simulator.control import Desk
from rtp_tui.simulator.twelvedata import HEARTBEAT, processed, subscribed


class _Named(Struct):
    symbol: str


class _Params(Struct, frozen=True):
    symbols: str | list[_Named] = ""


class _Order(Struct):
    action: str
    params: _Params = _Params()


def obey(desk: Desk, message: str | bytes, symbols: Collection[str], most: int) -> bytes:
    """Do what one message asks for; a plan has `most` symbols."""
    try:
        order = msgspec.json.decode(message, type=_Order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return processed("message-processing", "error", "The message is not valid JSON of a known form")
    asked = _asked(order.params)
    match order.action:
        case "heartbeat":
            return HEARTBEAT
        case "subscribe":
            return _subscribed(desk, asked, symbols, most)
        case "unsubscribe":
            desk.unsubscribe(asked)
            return processed("unsubscribe", "ok")
        case "reset":
            desk.unsubscribe(desk.subscriptions())
            return processed("reset", "ok")
    return processed("message-processing", "error", "Unknown action")


def _subscribed(desk: Desk, asked: Sequence[str], symbols: Collection[str], most: int) -> bytes:
    accepted: list[str] = []
    for symbol in asked:
        if symbol in symbols and len({*desk.subscriptions(), symbol}) <= most:
            desk.subscribe([symbol])
            accepted.append(symbol)
    return subscribed(accepted, [symbol for symbol in asked if symbol not in accepted])


def _asked(params: _Params) -> list[str]:
    named = params.symbols
    symbols = named.split(",") if isinstance(named, str) else [one.symbol for one in named]
    return [symbol.strip() for symbol in symbols if symbol.strip()]
