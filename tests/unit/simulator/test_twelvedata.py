"""Twelve Data's socket and requests: what is said, what comes, what is refused."""

import json
from typing import Any

import pytest

from rtp_tui.simulator import twelvedata
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.event_times import moved
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS
from rtp_tui.simulator.twelvedata_control import obey
from rtp_tui.simulator.twelvedata_gateway import CONNECTIONS, HEARD_WITHIN_S, TwelveDataGateway
from rtp_tui.simulator.twelvedata_rest import CREDITS_A_MINUTE, TwelveDataRest
from rtp_tui.simulator.venue_names import twelvedata_symbol
from tests.factories import NOW_MS
from tests.fakes import FakeClock
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, a_market, asked, refused, replied

SYMBOLS = ("USD/COP", "AAPL", "JPM")


def named(market: SimulatedMarket) -> dict[str, Book]:
    known = ((twelvedata_symbol(book.listing), book) for book in market.books.values())
    return {name: book for name, book in known if name}


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> TwelveDataRest:
    return TwelveDataRest(named(market))


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


def said(desk: Subscriber, message: object, most: int = 8) -> Any:
    text = message if isinstance(message, str) else json.dumps(message)
    return json.loads(obey(desk, text, SYMBOLS, most))


def order(action: str, symbols: object) -> dict[str, object]:
    return {"action": action, "params": {"symbols": symbols}}


def names(found: Any) -> list[str]:
    return [one["symbol"] for one in found or ()]


def test_coins_have_no_name_here(market: SimulatedMarket) -> None:
    assert set(named(market)) == set(SYMBOLS)


def test_each_symbol_is_accepted_or_refused_by_itself(desk: Subscriber) -> None:
    answer = said(desk, order("subscribe", "USD/COP,NOPE,AAPL"))
    assert (answer["event"], answer["status"]) == ("subscribe-status", "ok")
    assert (names(answer["success"]), names(answer["fails"])) == (["USD/COP", "AAPL"], ["NOPE"])
    assert desk.subscriptions() == ["USD/COP", "AAPL"]


def test_symbols_beyond_the_plan_are_refused(desk: Subscriber) -> None:
    said(desk, order("subscribe", [{"symbol": "AAPL"}]), most=1)
    answer = said(desk, order("subscribe", "JPM"), most=1)
    assert (answer["status"], answer["success"], names(answer["fails"])) == ("error", None, ["JPM"])
    assert said(desk, order("subscribe", "AAPL"), most=1)["status"] == "ok"


def test_subscriptions_are_given_up_one_by_one_or_all_at_once(desk: Subscriber) -> None:
    said(desk, order("subscribe", "USD/COP,AAPL,JPM"))
    assert said(desk, order("unsubscribe", "AAPL"))["event"] == "unsubscribe-status"
    assert desk.subscriptions() == ["USD/COP", "JPM"]
    said(desk, {"action": "reset"})
    assert desk.subscriptions() == []


def test_a_heartbeat_is_answered(desk: Subscriber) -> None:
    assert said(desk, {"action": "heartbeat"}) == {"event": "heartbeat", "status": "ok"}


@pytest.mark.parametrize("message", ["{", "[]", {"action": "shout"}, {"action": 5}, order("subscribe", 5)])
def test_what_cannot_be_done_is_said_and_changes_nothing(desk: Subscriber, message: object) -> None:
    assert said(desk, message)["status"] == "error"
    assert desk.subscriptions() == []


def test_a_price_has_whole_seconds_and_moves_with_the_clock(market: SimulatedMarket) -> None:
    books = named(market)
    pair = json.loads(twelvedata.price("USD/COP", books["USD/COP"], 4011.25, NOW_MS + 999, 5.0))
    assert (pair["timestamp"], pair["price"]) == (NOW_MS // 1000, 4011.25)
    assert pair["bid"] < pair["ask"]
    text = twelvedata.price("AAPL", books["AAPL"], 175.5, NOW_MS, 123.4)
    assert json.loads(text)["day_volume"] == 123
    assert "bid" not in text
    assert json.loads(moved(text, 10_000))["timestamp"] == NOW_MS // 1000 + 10


# --- the door


def a_gateway() -> tuple[TwelveDataGateway, SimulatedMarket, FakeClock]:
    clock, there = FakeClock(NOW_MS), SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    books = named(there)
    return TwelveDataGateway(clock, TwelveDataRest(books), books), there, clock


def entered(gateway: TwelveDataGateway) -> Subscriber:
    return gateway.enter(FakeWire(), "/v1/quotes/price?apikey=K")  # type: ignore[arg-type]


def test_only_what_is_subscribed_to_is_sent_and_nothing_before_it_happens() -> None:
    gateway, there, _ = a_gateway()
    subscriber = entered(gateway)
    (answer,) = gateway.obey(subscriber, json.dumps(order("subscribe", "USD/COP")))
    assert json.loads(answer)["status"] == "ok"
    assert subscriber.outbox == []
    for at_ms in range(NOW_MS, NOW_MS + 60_000, 1000):
        gateway.publisher.beat(there.advance(at_ms), at_ms)
    assert subscriber.outbox
    assert all(b'"symbol":"USD/COP"' in frame for frame in subscriber.outbox)


async def test_whoever_says_nothing_is_dropped_and_whoever_beats_may_stay() -> None:
    gateway, _, clock = a_gateway()
    quiet, alive = entered(gateway), entered(gateway)
    await clock.advance(HEARD_WITHIN_S - 1)
    list(gateway.obey(alive, '{"action":"heartbeat"}'))
    assert gateway.endings[quiet].at <= clock.monotonic() + 1
    assert gateway.endings[alive].at == clock.monotonic() + HEARD_WITHIN_S


def test_one_connection_too_many_ends_the_oldest() -> None:
    gateway, _, clock = a_gateway()
    first, second, *_ = [entered(gateway) for _ in range(CONNECTIONS + 1)]
    assert gateway.endings[first].at <= clock.monotonic()
    list(gateway.obey(first, '{"action":"heartbeat"}'))
    assert gateway.endings[first].at <= clock.monotonic() < gateway.endings[second].at


def test_the_socket_is_at_its_path_alone() -> None:
    gateway, _, _ = a_gateway()
    assert gateway.has_socket_at("/v1/quotes/price?apikey=K")
    assert not gateway.has_socket_at("/")


# --- requests


def test_a_quote_is_texts_and_says_when_its_day_began_beside_when_it_is_of(rest: TwelveDataRest) -> None:
    quote = asked(rest, "/quote?symbol=AAPL")
    assert all(isinstance(quote[name], str) for name in ("open", "close", "previous_close", "volume"))
    assert quote["timestamp"] * 1000 % DAY_MS == 0
    assert 0 <= NOW_MS + 10_000 - quote["last_quote_at"] * 1000 < MINUTE_MS
    assert "volume" not in asked(rest, "/quote?symbol=USD/COP")
    assert set(asked(rest, "/price?symbol=usd/cop")) == {"price"}


def test_an_unknown_symbol_has_its_status_alone_and_none_among_others(rest: TwelveDataRest) -> None:
    assert refused(rest, "/quote?symbol=NOPE", 404)["code"] == 404
    both = asked(rest, "/quote?symbol=NOPE,AAPL")
    assert (both["NOPE"]["status"], both["AAPL"]["symbol"]) == ("error", "AAPL")


def test_a_series_is_newest_first_in_the_exchanges_time_unless_asked_for_otherwise(
    rest: TwelveDataRest,
) -> None:
    plain = asked(rest, "/time_series?symbol=AAPL&interval=1min&outputsize=5")
    there = asked(rest, "/time_series?symbol=AAPL&interval=1min&outputsize=5&timezone=UTC&order=asc")
    assert plain["meta"]["exchange_timezone"] == "America/New_York"
    assert [row["close"] for row in plain["values"]] == [row["close"] for row in there["values"]][::-1]
    assert plain["values"][0]["datetime"] != there["values"][-1]["datetime"]
    pair = asked(rest, "/time_series?symbol=USD/COP&interval=1day")
    assert "exchange_timezone" not in pair["meta"]
    assert "volume" not in pair["values"][0]
    assert len(pair["values"][0]["datetime"]) == 10


def test_a_span_is_of_the_rows_that_begin_in_it(rest: TwelveDataRest) -> None:
    target = "/time_series?symbol=USD/COP&interval=1min&timezone=UTC&order=asc&start_date={}&end_date={}"
    rows = asked(rest, "/time_series?symbol=USD/COP&interval=1min&order=asc&outputsize=4")["values"]
    span = asked(rest, target.format(rows[1]["datetime"], rows[2]["datetime"]))["values"]
    assert span == rows[1:3]
    nothing = refused(rest, target.format("2000-01-01", "2000-01-02"), 400)
    assert nothing["message"].startswith("No data is available on the specified dates")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/quote", 400),
        ("/time_series?symbol=AAPL&interval=1ms", 400),
        ("/time_series?symbol=AAPL&interval=1min&outputsize=9999", 400),
        ("/time_series?symbol=AAPL&interval=1min&start_date=soon", 400),
    ],
)
def test_what_is_wrong_has_a_code(rest: TwelveDataRest, target: str, status: int) -> None:
    assert refused(rest, target, status)["code"] == status


def test_a_wrong_path_is_told_in_plain_text(rest: TwelveDataRest) -> None:
    reply = replied(rest, "/v1/quotes")
    assert (reply.status, reply.body) == (404, b"404 page not found\n")


def test_a_symbol_costs_a_credit_and_a_minute_begins_with_the_clock(rest: TwelveDataRest) -> None:
    full = ",".join(["AAPL"] * CREDITS_A_MINUTE)
    assert replied(rest, f"/price?symbol={full}", NOW_MS).status == 200
    spent = replied(rest, "/price?symbol=AAPL,JPM", NOW_MS)
    assert spent.status == 429
    assert b"for the current minute. 10 API credits were used" in spent.body
    assert replied(rest, "/price?symbol=AAPL", NOW_MS - NOW_MS % MINUTE_MS + MINUTE_MS).status == 200


def test_the_day_ends_its_credits_too(market: SimulatedMarket) -> None:
    rest = TwelveDataRest(named(market), credits_a_minute=100, credits_a_day=2)
    assert replied(rest, "/price?symbol=AAPL,JPM", NOW_MS).status == 200
    assert b"for the day" in replied(rest, "/price?symbol=AAPL", NOW_MS + MINUTE_MS).body
    assert replied(rest, "/price?symbol=AAPL", NOW_MS + DAY_MS).status == 200


def test_a_refusal_by_rate_or_key_is_the_providers() -> None:
    rest = TwelveDataRest({})
    assert rest.rate_limited("5").headers == (("Retry-After", "5"),)
    assert json.loads(rest.key_refused.body)["code"] == rest.key_refused.status == 401
    assert rest.key_shown({"Authorization": "apikey K"}) == "K"
    assert rest.key_shown({"Authorization": "Bearer K"}) is None
    assert rest.key_shown({}) is None
