"""What a client may say on Kraken's socket, and what the venue answers: one answer a symbol."""

from collections.abc import Collection, Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rtp_tui.simulator.coinbase import rfc3339
from rtp_tui.simulator.control import Desk
from rtp_tui.simulator.kraken import CHANNELS, stream

TRIGGERS = ("bbo", "trades")
_PRIVATE = ("executions", "balances", "level3")


class _Params(Struct, frozen=True):
    channel: str = ""
    symbol: list[str] = []
    event_trigger: str = "trades"
    snapshot: bool | None = None


class _Order(Struct):
    method: str
    params: _Params = _Params()
    req_id: int | UnsetType = UNSET


class _Result(Struct):
    channel: str
    snapshot: bool
    symbol: str


class _Answer(Struct, omit_defaults=True):
    method: str
    error: str | UnsetType = UNSET
    result: _Result | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    symbol: str | UnsetType = UNSET
    time_in: str = ""
    time_out: str = ""
    req_id: int | UnsetType = UNSET


class Obeyed(Struct):
    """Answers, and the streams that are new and whose newest is wanted."""

    answers: list[bytes]
    added: list[str] = []


def obey(desk: Desk, message: str | bytes, symbols: Collection[str], now_ms: int) -> Obeyed:
    """Do what one message asks for."""
    moment = rfc3339(now_ms * 1000)
    try:
        order = msgspec.json.decode(message, type=_Order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Obeyed([_said(_Answer("", error="Malformed request", success=False), moment)])
    if order.method == "ping":
        return Obeyed([_said(_Answer("pong", req_id=order.req_id), moment)])
    if order.method not in ("subscribe", "unsubscribe"):
        return Obeyed([_said(_refused(order, "Unsupported method"), moment)])
    if objection := _objection(order.params):
        return Obeyed([_said(_refused(order, objection), moment)])
    return _each(desk, order, symbols, moment)


def _each(desk: Desk, order: _Order, symbols: Collection[str], moment: str) -> Obeyed:
    params, obeyed = order.params, Obeyed([])
    for symbol in params.symbol:
        names = _streams(params, symbol)
        if error := _refusal(desk, order.method, names, symbol, symbols):
            obeyed.answers.append(_said(_refused(order, error, symbol), moment))
            continue
        with_snapshot = _wants_snapshot(params)
        if order.method == "subscribe":
            desk.subscribe(names)
            obeyed.added += names if with_snapshot else []
        else:
            desk.unsubscribe(names)
        result = _Result(params.channel, with_snapshot, symbol)
        answer = _Answer(order.method, result=result, success=True, req_id=order.req_id)
        obeyed.answers.append(_said(answer, moment))
    return obeyed


def _streams(params: _Params, symbol: str) -> list[str]:
    trigger = params.event_trigger if params.channel == "ticker" else ""
    return [stream(params.channel, symbol, trigger)]


def _wants_snapshot(params: _Params) -> bool:
    """Tickers come with one unless it is declined, trades only where it is asked for."""
    return params.channel == "ticker" if params.snapshot is None else params.snapshot


def _objection(params: _Params) -> str:
    if params.channel in _PRIVATE:
        return "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
    if params.channel not in CHANNELS:
        return "Channel field must be a known channel"
    return "" if params.symbol and params.event_trigger in TRIGGERS else "Request is not complete"


def _refusal(desk: Desk, method: str, names: Iterable[str], symbol: str, symbols: Collection[str]) -> str:
    """Why one symbol is refused; empty where it is not."""
    if symbol not in symbols:
        return f"Currency pair not supported {symbol}"
    is_subscribed = set(names) <= set(desk.subscriptions())
    if method == "subscribe":
        return "Already subscribed" if is_subscribed else ""
    return "" if is_subscribed else "Subscription Not Found"


def _refused(order: _Order, words: str, symbol: str | UnsetType = UNSET) -> _Answer:
    return _Answer(order.method, error=words, success=False, symbol=symbol, req_id=order.req_id)


def _said(answer: _Answer, moment: str) -> bytes:
    answer.time_in = answer.time_out = moment
    return msgspec.json.encode(answer)
