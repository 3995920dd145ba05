"""Asking Twelve Data: quotes by the batch, time series; refusals come with their own status or with 200.

Source: https://twelvedata.com/docs
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

import msgspec
from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.net.http import HttpReply
from rtp_tui.sources.asking import Http, ask, asked_wait_s, check_status, decoded, set_aside, use_up, words_of
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Key,
    Keys,
    RateLimited,
    SourceError,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.sources.twelvedata_credits import Credits
from rtp_tui.text import safe

ROWS_PER_REQUEST = 5000
_LONGEST_WORDS = 160
_NO_DATA = "no data is available on the specified dates"
_INTERVALS = {"1m": "1min", "5m": "5min", "15m": "15min", "1h": "1h", "1d": "1day"}


class Quoted(Struct):
    """What `/quote` and `/price` say of a symbol; decimals are strings.

    `timestamp`, which is not read, is when the day of the quote began, not when its price was made.
    """

    symbol: str = ""
    price: str | None = None
    close: str | None = None
    previous_close: str | None = None
    last_quote_at: int | None = None


class Row(Struct):
    """A bar; `datetime` is when it began, without a zone. Pairs of currencies have no volume."""

    datetime: str
    open: str
    high: str
    low: str
    close: str
    volume: str | None = None


class Answered(Struct, frozen=True):
    """What was said about a symbol, and how."""

    quoted: Quoted
    raw: bytes


class _Series(Struct):
    values: list[Row]


class _Refusal(Struct):
    """What is said instead of an answer; some lack `status`."""

    code: int = 0
    message: str = ""


_quoted = msgspec.json.Decoder(Quoted)
_batch = msgspec.json.Decoder(dict[str, msgspec.Raw])
_series = msgspec.json.Decoder(_Series)
_refusal = msgspec.json.Decoder(_Refusal)


class TwelveDataRest:
    """The questions; each shows a key and costs credits, which are never overdrawn."""

    def __init__(
        self, http: Http, keys: Keys, purse: Credits, clock: Clock, note_quota: Callable[[Quota], None]
    ) -> None:
        self._http = http
        self._keys = keys
        self._credits = purse
        self._clock = clock
        self._note_quota = note_quota
        self._shown: Key | None = None

    def socket_key(self) -> Key:
        """The key for a socket, which costs none of the credits of questions. Raises SourceError."""
        try:
            return self._take()
        except RateLimited:
            if self._shown is None:
                raise
            return self._shown

    async def quotes(self, path: str, symbols: Sequence[str]) -> Mapping[str, Answered]:
        """The first of the symbols, as many as there are credits for; what has no answer is left out.

        Raises SourceError, also where no symbol has an answer.
        """
        key, affordable = self._afford(len(symbols))
        asked = symbols[:affordable]
        reply = await self._ask(path, {"symbol": ",".join(asked)}, key, len(asked))
        if len(asked) == 1:
            return {asked[0]: _answered(reply.body, path)}
        batch = decoded(_batch, reply.body, path)
        return self._each(batch, asked, path, key)

    async def series(self, symbol: str, timeframe: str, start_ms: int, end_ms: int) -> list[Row]:
        """Rows from `start_ms` to before `end_ms`, at most `ROWS_PER_REQUEST` of them. Raises SourceError."""
        key, _ = self._afford(1)
        params: dict[str, str | int] = {
            "symbol": symbol,
            "interval": _INTERVALS[timeframe],
            "start_date": _moment(start_ms),
            "end_date": _moment(end_ms - 1),
            "outputsize": ROWS_PER_REQUEST,
            "timezone": "UTC",
            "order": "asc",
        }
        try:
            reply = await self._ask("/time_series", params, key, 1)
        except _NoData:
            return []
        return decoded(_series, reply.body, "/time_series").values

    def _each(
        self, batch: Mapping[str, msgspec.Raw], asked: Sequence[str], path: str, key: Key
    ) -> Mapping[str, Answered]:
        answers: dict[str, Answered] = {}
        refused: SourceError | None = None
        for symbol in asked:
            if symbol not in batch:
                continue
            try:
                body = bytes(batch[symbol])
                self._heed(HttpReply(200, {}, body), key)
                answers[symbol] = _answered(body, path)
            except SourceError as error:
                refused = refused or error
        if not answers:
            raise refused or BadPayload(f"{path} did not answer what it documents")
        return answers

    def _take(self) -> Key:
        self._shown = self._keys.take()
        return self._shown

    def _afford(self, wanted: int) -> tuple[Key, int]:
        """A key, and how many credits of those wanted it has. Raises SourceError where it has none."""
        key, now_ms = self._take(), self._clock.now_ms()
        affordable = self._credits.left(key.reference, wanted, now_ms)
        if not affordable:
            wait_s = self._credits.wait_s(key.reference, now_ms)
            use_up(self._keys, key, "the credits of this key are spent", wait_s)
        return key, affordable

    async def _ask(self, path: str, params: dict[str, str | int], key: Key, cost: int) -> HttpReply:
        self._credits.spend(key.reference, cost, self._clock.now_ms())
        self._tell(key)
        reply = await ask(self._http, path, params, {"Authorization": f"apikey {key.secret}"})
        self._heed(reply, key)
        check_status(reply)
        return reply

    def _heed(self, reply: HttpReply, key: Key) -> None:
        """Raise the source error of an answer that is none; its own code counts more than its status."""
        refusal = words_of(_refusal, reply.body, _Refusal())
        code = refusal.code or (reply.status if reply.status in (401, 429) else 0)
        if code < 400:
            return
        words = safe(f"{code}: {refusal.message}".replace(key.secret, "***"), _LONGEST_WORDS)
        match code:
            case 401:
                self._shown = None
                set_aside(self._keys, key, words)
            case 429:
                self._wait(reply, refusal.message, key, words)
            case 402 | 403 | 451:
                raise AccessDenied(words)
            case 404:
                raise UnknownSymbol(words)
        if code >= 500:
            raise SourceUnavailable(words)
        if refusal.message.lower().startswith(_NO_DATA):
            raise _NoData(words)
        raise UnknownSymbol(words) if "**symbol**" in refusal.message else BadPayload(words)

    def _wait(self, reply: HttpReply, message: str, key: Key, words: str) -> NoReturn:
        now_ms = self._clock.now_ms()
        ended = self._credits.end_day if "for the day" in message else self._credits.end_minute
        wait_s = ended(key.reference, now_ms)
        self._tell(key)
        use_up(self._keys, key, words, max(wait_s, asked_wait_s(reply) or 0.0))

    def _tell(self, key: Key) -> None:
        quota = self._credits.quota(key.reference, self._clock.now_ms())
        if quota is not None:
            self._note_quota(quota)


class _NoData(UnknownSymbol):
    """Nothing was traded in the time that was asked for, or the symbol did not exist then."""


def _answered(body: bytes, path: str) -> Answered:
    quoted = decoded(_quoted, body, path)
    if not (quoted.price or quoted.close):
        raise BadPayload(f"{path} did not answer what it documents")
    return Answered(quoted, body)


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
