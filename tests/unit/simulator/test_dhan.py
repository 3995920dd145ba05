"""Dhan's dialect: packets and candles of one function of time, questions in bodies, quotas."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.simulator import dhan
from rtp_tui.simulator.dhan_rest import EXPIRED, MAX_IDS, DhanRest
from rtp_tui.simulator.dhan_shares import SHARES, Share, midnight_ms
from rtp_tui.simulator.http_dialect import Reply
from rtp_tui.simulator.posting import taken_apart
from rtp_tui.sources.dhan_packets import Disconnect, Full, PreviousClose, Quoted, Ticker, unpacked
from tests.factories import NOW_MS

HDFC = SHARES[0]
HEADERS = {"access-token": "token", "client-id": "client"}
MINUTE_MS = 60_000


@pytest.fixture
def rest() -> DhanRest:
    return DhanRest(SHARES)


def replied(rest: DhanRest, path: str, body: object, now_ms: int = NOW_MS, **headers: str) -> Reply:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return rest.post(path, headers or HEADERS, text, now_ms)


def told(rest: DhanRest, path: str, body: object, now_ms: int = NOW_MS) -> Any:
    reply = replied(rest, path, body, now_ms)
    assert reply.status == 200, reply
    return json.loads(reply.body)


def a_chart(**other: object) -> dict[str, object]:
    return {
        "securityId": str(HDFC.id),
        "exchangeSegment": "NSE_EQ",
        "instrument": "EQUITY",
        "interval": "1",
        "fromDate": "2026-09-21 19:00:00",
        "toDate": "2026-09-21 19:10:00",
        **other,
    }


def test_there_are_five_hundred_shares_of_different_numbers() -> None:
    assert len({share.id for share in SHARES}) == len({share.symbol for share in SHARES}) == 500
    assert "M&M" in {share.symbol for share in SHARES}


@given(share=st.sampled_from(SHARES), at_ms=st.integers(NOW_MS, NOW_MS + 86_400_000))
def test_a_trade_is_in_the_candle_of_its_minute(share: Share, at_ms: int) -> None:
    trade = share.trade_at(at_ms)
    assert 0 <= at_ms - trade.at_ms < 1_000
    candle = share.candle(trade.at_ms - trade.at_ms % MINUTE_MS, 1, trade.at_ms)
    assert candle.low <= trade.price <= candle.high
    assert candle.close == trade.price


def test_volume_grows_with_every_trade_and_begins_anew_at_midnight_in_india() -> None:
    moments = range(NOW_MS, NOW_MS + 10_000, 1_000)
    assert {
        after.volume - before.volume for before, after in pairwise(HDFC.trade_at(at_ms) for at_ms in moments)
    } == {HDFC.size}
    midnight = midnight_ms(NOW_MS)
    assert HDFC.trade_at(midnight + 1_999).volume <= 2 * HDFC.size < HDFC.trade_at(midnight - 1).volume


def test_packets_are_read_as_they_were_meant() -> None:
    trade = HDFC.trade_at(NOW_MS)
    (ticker,) = unpacked(dhan.packet(dhan.TICKER, HDFC, NOW_MS)).packets
    (quote,) = unpacked(dhan.packet(dhan.QUOTE, HDFC, NOW_MS)).packets
    (full,) = unpacked(dhan.packet(dhan.FULL, HDFC, NOW_MS)).packets
    (before,) = unpacked(dhan.previous_close(HDFC, NOW_MS)).packets
    assert isinstance(ticker, Ticker)
    assert isinstance(quote, Quoted)
    assert isinstance(full, Full)
    assert isinstance(before, PreviousClose)
    assert ticker.price == quote.price == full.quoted.price == pytest.approx(trade.price)
    assert ticker.traded_s == quote.traded_s == trade.at_ms // 1000 + 19_800
    assert (quote.volume, quote.size) == (trade.volume, HDFC.size)
    assert quote.close == before.price == pytest.approx(HDFC.day(NOW_MS).previous_close)
    assert full.levels[0].bid < full.levels[0].ask
    assert unpacked(dhan.disconnect(805)).packets == [Disconnect(805)]


def test_prices_are_told_of_those_who_are_known(rest: DhanRest) -> None:
    answer = told(
        rest, "/marketfeed/quote", {"NSE_EQ": [HDFC.id, 77], "BSE_EQ": [HDFC.id], "dhanClientId": "x"}
    )
    assert set(answer["data"]["NSE_EQ"]) == {str(HDFC.id)}
    assert answer["data"]["BSE_EQ"] == {}
    said = answer["data"]["NSE_EQ"][str(HDFC.id)]
    assert said["last_price"] == HDFC.trade_at(NOW_MS).price
    assert said["depth"]["buy"][0]["price"] < said["last_price"] < said["depth"]["sell"][0]["price"]


def test_a_malformed_question_about_prices_is_about_nothing(rest: DhanRest) -> None:
    assert told(rest, "/marketfeed/ltp", {"instruments": ["NSE:INFY"]}) == {"data": {}, "status": "success"}
    assert told(rest, "/marketfeed/ltp", b"{", NOW_MS + 2_000) == {"data": {}, "status": "success"}


def test_prices_are_told_once_a_second_and_candles_five_times(rest: DhanRest) -> None:
    assert replied(rest, "/marketfeed/ltp", {}).status == 200
    refused = replied(rest, "/marketfeed/ltp", {})
    assert (refused.status, json.loads(refused.body)["errorCode"]) == (429, "DH-904")
    assert [replied(rest, "/charts/intraday", a_chart()).status for _ in range(6)] == [200] * 5 + [429]
    assert replied(rest, "/marketfeed/ltp", {}, NOW_MS + 1_000).status == 200
    assert rest.refused == 2


def test_more_than_a_thousand_numbers_are_refused(rest: DhanRest) -> None:
    reply = replied(rest, "/marketfeed/ltp", {"NSE_EQ": list(range(MAX_IDS + 1))})
    assert (json.loads(reply.body)["errorCode"], rest.refused) == (804, 1)


@pytest.mark.parametrize("headers", [{"client-id": "client"}, {"access-token": EXPIRED}])
def test_without_a_token_that_holds_nothing_is_told(rest: DhanRest, headers: dict[str, str]) -> None:
    reply = replied(rest, "/marketfeed/ltp", {}, NOW_MS, **headers)
    assert (reply.status, json.loads(reply.body)["errorCode"]) == (401, "DH-901")


def test_candles_are_columns_of_whole_minutes(rest: DhanRest) -> None:
    now_ms = 1_789_999_800_000 + 5_000_000  # 2026-09-21, some minutes after the span
    answer = told(rest, "/charts/intraday", a_chart(), now_ms)
    assert {len(column) for column in answer.values()} == {10}
    assert answer["timestamp"][0] == 1_789_997_400.0  # 13:30 UTC
    assert {after - before for before, after in pairwise(answer["timestamp"])} == {60.0}


def test_days_begin_at_midnight_in_india(rest: DhanRest) -> None:
    answer = told(rest, "/charts/historical", a_chart(fromDate="2026-09-20", toDate="2026-09-22"))
    assert answer["timestamp"] == [midnight_ms(NOW_MS) / 1000]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "DH-905"),
        (b"{", "DH-905"),
        (a_chart(interval="2"), "DH-905"),
        (a_chart(fromDate="yesterday"), "DH-905"),
        (a_chart(fromDate="2026-01-01"), "DH-905"),
        (a_chart(securityId="77"), "DH-907"),
        (a_chart(exchangeSegment="BSE_EQ"), "DH-907"),
        (a_chart(fromDate="2027-01-01", toDate="2027-01-02"), "DH-907"),
    ],
)
def test_questions_that_are_none_are_refused(rest: DhanRest, body: object, code: str) -> None:
    reply = replied(rest, "/charts/intraday", body)
    assert (reply.status, json.loads(reply.body)["errorCode"]) == (400, code)


def test_other_paths_and_what_is_not_posted_are_not_found(rest: DhanRest) -> None:
    assert replied(rest, "/orders", {}).status == 404
    reply = rest.answer("/marketfeed/ltp", NOW_MS)
    assert (reply.status, json.loads(reply.body)["path"]) == (404, "/v2/marketfeed/ltp")


@given(body=st.binary(max_size=100), more=st.binary(max_size=20))
def test_a_request_with_a_body_is_taken_apart(body: bytes, more: bytes) -> None:
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nB: c\r\n\r\n" % len(body)
    last = b"POST /x HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body)
    assert taken_apart(last + body) == (b"GET /x HTTP/1.1\r\n\r\n", body)
    assert taken_apart(head + body + more) == (b"GET /x HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n", body)
    assert taken_apart((head + body)[:-1]) is None
