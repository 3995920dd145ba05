"""OKX as it is simulated: what is said on its socket, what comes, what it answers over HTTP."""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.okx import closes_soon
from rtp_tui.simulator.okx_control import answer
from rtp_tui.simulator.okx_gateway import IDLE, IDLE_S, REQUESTS_AN_HOUR, TOO_BIG, OkxGateway
from rtp_tui.simulator.okx_publisher import OkxPublisher
from rtp_tui.simulator.okx_rest import REQUESTS, WINDOW_MS, OkxRest
from rtp_tui.simulator.venue_names import okx_name
from tests.factories import NOW_MS
from tests.fakes import FakeClock
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, a_market, asked, refused, replied

NAMES = ("BTC-USDT", "ETH-USDT")
MINUTE_MS = 60_000
CANDLES = "/api/v5/market/candles?instId=BTC-USDT&bar="


def names_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((okx_name(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def published(seconds: float, *streams: str) -> dict[str, list[Any]]:
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    publisher = OkxPublisher(
        names_of(market), streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


@pytest.fixture
def rest() -> OkxRest:
    return OkxRest(names_of(a_market()))


def said(desk: Subscriber, message: object) -> list[Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return [json.loads(reply) for reply in answer(desk, text, NAMES)]


def order(*arguments: tuple[str, str], op: str = "subscribe") -> dict[str, Any]:
    return {"op": op, "args": [{"channel": channel, "instId": name} for channel, name in arguments]}


def test_nothing_is_encoded_that_nobody_listens_to() -> None:
    assert set(published(3, "trades/BTC-USDT")) == {"trades/BTC-USDT"}


def test_fills_of_a_beat_at_one_price_are_told_as_one_with_the_number_of_the_last() -> None:
    rows = [frame["data"][0] for frame in published(20, "trades/BTC-USDT")["trades/BTC-USDT"]]
    assert any(int(row["count"]) > 1 for row in rows)
    for earlier, later in pairwise(rows):
        assert int(later["tradeId"]) - int(earlier["tradeId"]) == int(later["count"])


def test_every_value_is_a_string() -> None:
    told = published(3, "tickers/BTC-USDT", "trades/BTC-USDT")
    (ticker,) = told["tickers/BTC-USDT"][0]["data"]
    assert all(isinstance(value, str) and value for value in ticker.values())
    assert len(told["tickers/BTC-USDT"]) == 3
    assert ticker["ts"].isdigit()


def test_each_argument_is_acknowledged_or_refused_by_itself(desk: Subscriber) -> None:
    replies = said(desk, order(("tickers", "BTC-USDT"), ("tickers", "NO-USDT"), ("trades", "ETH-USDT")))
    assert [reply["event"] for reply in replies] == ["subscribe", "error", "subscribe"]
    assert replies[0]["arg"] == {"channel": "tickers", "instId": "BTC-USDT"}
    assert replies[1]["code"] == "60018"
    assert desk.subscriptions() == ["tickers/BTC-USDT", "trades/ETH-USDT"]
    assert said(desk, order(("tickers", "BTC-USDT"), op="unsubscribe"))[0]["event"] == "unsubscribe"
    assert desk.subscriptions() == ["trades/ETH-USDT"]


def test_candles_are_not_on_this_socket(desk: Subscriber) -> None:
    (reply,) = said(desk, order(("candle1m", "BTC-USDT")))
    assert (reply["event"], reply["code"]) == ("error", "60018")
    assert reply["msg"].startswith("Subscribe failed, wrong URL or channel:candle1m,instId:BTC-USDT doesn't")


@pytest.mark.parametrize("name", ["btc-usdt", "BTCUSDT", ""])
def test_names_must_be_right_to_the_letter(desk: Subscriber, name: str) -> None:
    assert said(desk, order(("tickers", name)))[0]["code"] == "60018"


@pytest.mark.parametrize("message", ["{", '{"op":"shout","args":[]}', '{"op":"subscribe","argss":[]}', "[]"])
def test_what_is_no_request_is_refused(desk: Subscriber, message: str) -> None:
    (reply,) = said(desk, message)
    assert reply["code"] == "60012"
    assert reply["msg"].startswith("Invalid request: ")


class Door:
    """A gateway with one client, and what it was told."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW_MS)
        names = names_of(a_market())
        self.gateway = OkxGateway(self.clock, OkxRest(names), names)
        self.wire = FakeWire()
        self.client = self.gateway.enter(self.wire, "/")  # type: ignore[arg-type]

    def say(self, message: object) -> list[bytes]:
        text = message if isinstance(message, str) else json.dumps(message)
        return list(self.gateway.obey(self.client, text))

    def beat(self) -> None:
        self.gateway.beat(None)  # type: ignore[arg-type]

    def ending(self) -> int | None:
        """With which code the connection is about to be closed."""
        ending = self.gateway.endings[self.client]
        return ending.code if ending.at <= self.clock.monotonic() else None


def test_a_text_ping_is_answered_by_a_text() -> None:
    assert Door().say("ping") == [b"pong"]


def test_who_subscribes_is_acknowledged_and_gets_the_newest() -> None:
    replies = [
        json.loads(reply) for reply in Door().say(order(("tickers", "BTC-USDT"), ("trades", "BTC-USDT")))
    ]
    assert [reply.get("event") for reply in replies] == ["subscribe", "subscribe", None, None]
    assert [reply["arg"]["channel"] for reply in replies[2:]] == ["tickers", "trades"]


async def test_a_connection_on_which_nothing_is_said_is_closed_after_half_a_minute() -> None:
    door = Door()
    for _ in range(2):
        await door.clock.advance(IDLE_S - 1)
        door.beat()
        assert door.ending() is None
        door.say("ping")
    await door.clock.advance(IDLE_S + 1)
    door.gateway.endings[door.client].announced = True
    door.beat()
    assert door.ending() == IDLE


def test_a_message_of_more_than_64_kib_ends_the_connection() -> None:
    door = Door()
    assert door.say(json.dumps(order(*[("tickers", "BTC-USDT")] * 2000))) == []
    assert door.ending() == TOO_BIG


def test_more_requests_than_an_hour_allows_are_refused_pings_aside() -> None:
    door = Door()
    for _ in range(REQUESTS_AN_HOUR):
        door.say("ping")
        door.say(order(("trades", "BTC-USDT")))
    assert json.loads(door.say(order(("trades", "BTC-USDT")))[0])["code"] == "60014"


def test_a_planned_close_is_announced() -> None:
    door = Door()
    door.gateway.inject(Fault.CLOSE, 5)
    assert closes_soon().encode() in b"".join(door.client.outbox)
    assert json.loads(closes_soon())["code"] == "64008"


def test_candles_are_newest_first_at_most_three_hundred_and_say_whether_they_are_closed(
    rest: OkxRest,
) -> None:
    rows = asked(rest, f"{CANDLES}1m&limit=1000")["data"]
    assert len(rows) == 300
    assert {len(row) for row in rows} == {9}
    assert all(int(newer[0]) - int(older[0]) == MINUTE_MS for newer, older in pairwise(rows))
    assert [row[8] for row in rows[:3]] == ["0", "1", "1"]


def test_after_asks_for_older_ones_and_before_for_newer_ones(rest: OkxRest) -> None:
    newest = int(asked(rest, f"{CANDLES}1m&limit=1")["data"][0][0])
    older = asked(rest, f"{CANDLES}1m&after={newest}&before={newest - 4 * MINUTE_MS}")["data"]
    assert [int(row[0]) for row in older] == [newest - n * MINUTE_MS for n in (1, 2, 3)]
    history = asked(rest, f"/api/v5/market/history-candles?instId=BTC-USDT&after={newest}&limit=300")["data"]
    assert len(history) == 100


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v5/market/ticker?instId=NOPE-USDT", 200, "51001"),
        ("/api/v5/market/ticker", 400, "50014"),
        (f"{CANDLES}7m", 200, "51000"),
        (f"{CANDLES}1m&after=yesterday", 200, "51000"),
        ("/api/v5/nowhere", 404, "50404"),
    ],
)
def test_refusals_have_their_codes_mostly_with_200(
    rest: OkxRest, target: str, status: int, code: str
) -> None:
    assert refused(rest, target, status)["code"] == code


def test_tickers_are_those_of_the_socket(rest: OkxRest) -> None:
    rows = asked(rest, "/api/v5/market/tickers?instType=SPOT")["data"]
    assert [row["instId"] for row in rows] == ["BTC-USDT", "ETH-USDT"]
    assert asked(rest, "/api/v5/market/ticker?instId=BTC-USDT")["data"] == rows[:1]


def test_instruments_have_their_increments(rest: OkxRest) -> None:
    rows = asked(rest, "/api/v5/public/instruments?instType=SPOT")["data"]
    assert [(row["instId"], row["baseCcy"], row["quoteCcy"]) for row in rows] == [
        ("BTC-USDT", "BTC", "USDT"),
        ("ETH-USDT", "ETH", "USDT"),
    ]


def test_more_than_its_quota_in_two_seconds_is_refused_until_the_next(rest: OkxRest) -> None:
    for _ in range(REQUESTS):
        assert replied(rest, "/api/v5/public/time").status == 200
    reply = replied(rest, "/api/v5/public/time")
    assert (reply.status, reply.body) == (429, b'{"msg":"Too Many Requests","code":"50011"}')
    assert replied(rest, "/api/v5/public/time", NOW_MS + 10_001 + WINDOW_MS).status == 200
