"""What a client may say on Binance's socket, and what the venue answers."""

from typing import Protocol

import msgspec
from msgspec import Struct

MAX_STREAMS = 1024
"""A connection; more end it."""


class Desk(Protocol):
    """The streams of one connection."""

    combined: bool
    """Events are wrapped with the name of their stream."""

    def subscribe(self, streams: list[str]) -> None: ...

    def unsubscribe(self, streams: list[str]) -> None: ...

    def subscriptions(self) -> list[str]: ...


class TooManyStreams(Exception):
    """The connection is to be closed."""


class _Order(Struct):
    method: str
    params: list[str | bool] = []
    id: int | str | None = None


class _Error(Struct):
    code: int
    msg: str


class _Refusal(Struct):
    error: _Error
    id: int | str | None


class _Answer(Struct):
    result: list[str] | bool | None
    id: int | str | None


_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")


def answer(desk: Desk, message: str | bytes) -> bytes:
    """Obey one message and acknowledge or refuse it. Raises TooManyStreams.

    A stream that does not exist, or is not in lower case, is acknowledged and stays silent.
    """
    try:
        msgspec.json.decode(message, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _refused(3, "Invalid JSON: expected value at line 1 column 1", None)
    try:
        order = msgspec.json.decode(message, type=_Order)
    except msgspec.ValidationError as error:
        return _refused(2, f"Invalid request: {error}", None)
    if order.method not in _METHODS:
        return _refused(2, f"Invalid request: unknown variant `{order.method}`", order.id)
    return _obeyed(desk, order)


def _obeyed(desk: Desk, order: _Order) -> bytes:
    match order.method:
        case "SUBSCRIBE" | "UNSUBSCRIBE":
            return _changed(desk, order)
        case "LIST_SUBSCRIPTIONS":
            return _acknowledged(desk.subscriptions(), order)
        case "GET_PROPERTY" if order.params == ["combined"]:
            return _acknowledged(desk.combined, order)
        case "SET_PROPERTY" if order.params[:1] == ["combined"] and len(order.params) == 2:
            if not isinstance(order.params[1], bool):
                return _refused(1, "Invalid value type: expected Boolean", order.id)
            desk.combined = order.params[1]
            return _acknowledged(None, order)
    return _refused(0, "Unknown property", order.id)


def _changed(desk: Desk, order: _Order) -> bytes:
    streams = [name for name in order.params if isinstance(name, str)]
    if not streams or len(streams) != len(order.params):
        return _refused(2, "Invalid request: params must be an array of stream names", order.id)
    if order.method == "SUBSCRIBE":
        if len({*desk.subscriptions(), *streams}) > MAX_STREAMS:
            raise TooManyStreams
        desk.subscribe(streams)
    else:
        desk.unsubscribe(streams)
    return _acknowledged(None, order)


def _acknowledged(result: list[str] | bool | None, order: _Order) -> bytes:
    return msgspec.json.encode(_Answer(result, order.id))


def _refused(code: int, message: str, id: int | str | None) -> bytes:  # noqa: A002
    return msgspec.json.encode(_Refusal(_Error(code, message), id))
