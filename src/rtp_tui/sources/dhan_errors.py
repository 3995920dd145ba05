"""Dhan's error codes, of orders (`DH-901`) and of data (`806`), by the source errors that they are.

Source: https://dhanhq.co/docs/v2/annexure/#trading-api-error
"""

from typing import NoReturn

import msgspec
from msgspec import Struct

from rtp_tui.net.http import HttpReply
from rtp_tui.sources.asking import asked_wait_s, check_status, set_aside, words_of
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Key,
    Keys,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.text import safe

TOO_MANY_CONNECTIONS = 805
TOKEN_CODES = frozenset((901, 807, 808, 809))
"""A token that is wrong or, after a day, expired."""
CODE_WORDS = {
    800: "internal server error",
    804: "too many instruments",
    805: "too many requests or connections",
    806: "no subscription to data",
    807: "the access token has expired",
    808: "authentication failed",
    809: "the access token is invalid",
    810: "the client id is invalid",
    811: "invalid expiry date",
    812: "invalid date",
    813: "invalid security id",
    814: "invalid request",
}
_DENIED = frozenset((902, 903, 806, 810))
_RATE = frozenset((904, 805))
_BROKEN = frozenset((908, 909, 910, 800))
_UNKNOWN_SECURITY = 813
_NO_DATA = 907
_OF_TOKENS = "Invalid Token"
"""Told with the code of an order's error."""
_LONGEST_WORDS = 160


class NoData(UnknownSymbol):
    """There is nothing of that time, or nothing of that security."""


class _Error(Struct):
    """An error in either of its forms: `DH-901` of orders, a number of data."""

    code: str | int = msgspec.field(default="", name="errorCode")
    message: str = msgspec.field(default="", name="errorMessage")
    status: str | int = ""
    title: str = msgspec.field(default="", name="error")


_error = msgspec.json.Decoder(_Error)


def check_reply(reply: HttpReply, keys: Keys, key: Key) -> None:
    """Raise the source error of an answer that is one: some come with status 200."""
    error = words_of(_error, reply.body, _Error())
    code = _number(error.code)
    if code:
        _refuse(code, reply, _words(error, key), keys, key)
    if reply.status == 401:
        set_aside(keys, key, "HTTP 401: the access token is refused")
    check_status(reply, _words(error, key))


def _refuse(code: int, reply: HttpReply, words: str, keys: Keys, key: Key) -> NoReturn:
    if code in TOKEN_CODES or _OF_TOKENS in words:
        set_aside(keys, key, words)
    if code in _DENIED:
        raise AccessDenied(words)
    if code in _RATE:
        raise RateLimited(words, asked_wait_s(reply))
    if code in _BROKEN:
        raise SourceUnavailable(words)
    if code == _NO_DATA:
        raise NoData(words)
    raise UnknownSymbol(words) if code == _UNKNOWN_SECURITY else BadPayload(words)


def _words(error: _Error, key: Key) -> str:
    said = error.message or error.title
    named = f"{error.code}: {said}" if error.code else said
    return safe(named.replace(key.secret, "***"), _LONGEST_WORDS)


def _number(code: str | int) -> int:
    """901 of `DH-901`; 0 where there is none."""
    text = str(code).removeprefix("DH-")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
