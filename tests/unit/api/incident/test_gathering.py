"""What an incident bundle holds, whatever the engine answers and however long it takes."""

import asyncio
import csv
import io
import json
import zipfile
from typing import Any

from rtp_tui.api.incident.gathering import Bundle, Incident, gather, moment_of
from rtp_tui.api.incident.members import Member
from rtp_tui.model.errors import NotConnected
from rtp_tui.model.events import InstrumentView, Snapshot
from rtp_tui.model.parts import ReplayStatus
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.queries import BarPage, EventPage, GetBars, GetEvents, Query, StoredEvent
from tests.factories import (
    NOW_MS,
    a_bar,
    a_breaker,
    a_feed_status,
    a_health_report,
    a_job,
    a_quote,
    an_alert,
    an_instrument,
)
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot, an_engine

MEMBERS = [
    "engine.json", "health.json", "feeds.json", "breakers.json", "jobs.json", "alerts.json", "measurements.json",
    "instruments.json", "quotes.csv", "events.jsonl", "bars.csv", "README.txt",
]  # fmt: skip


class Door:
    """Answers what it was given, after so many seconds."""

    def __init__(self, clock: FakeClock, *pages: EventPage, takes_s: float = 0.0) -> None:
        self.asked: list[Query[object]] = []
        self.refusal: NotConnected | None = None
        self.bars = BarPage(bars=(a_bar(),))
        self._clock = clock
        self._pages = list(pages) or [EventPage(events=())]
        self._takes_s = takes_s
        self.thinks = False

    async def query(self, query: Query[Any]) -> Any:
        self.asked.append(query)
        self.thinks = True
        await self._clock.sleep(self._takes_s)
        self.thinks = False
        if self.refusal is not None:
            raise self.refusal
        return self._pages.pop(0) if isinstance(query, GetEvents) else self.bars


def an_event(id: int = 1, **changes: Any) -> StoredEvent:  # noqa: A002
    values = {"at_ms": NOW_MS - 1_000, "topic": "health", "payload": '{"type":"health"}'}
    return StoredEvent(id=id, **{**values, **changes})


def a_page(*events: StoredEvent, next_cursor: str | None = None) -> EventPage:
    return EventPage(events=events, next_cursor=next_cursor)


async def gathered(door: Door, clock: FakeClock, **changes: Any) -> Bundle:
    incident = Incident(**{"state": a_snapshot(), "until_ms": NOW_MS, **changes})
    task = asyncio.create_task(gather(door, clock, incident, lambda _: None))
    while not task.done():
        # Threads write into the zip: they need real turns of the loop, and no time passes for how long they take.
        await asyncio.sleep(0.001)
        if door.thinks:
            await clock.advance(0.5)
    return task.result()


def opened(bundle: Bundle) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bundle.content))


def text_of(bundle: Bundle, name: str) -> str:
    return opened(bundle).read(name).decode()


async def test_a_bundle_holds_state_events_and_bars_and_says_what_they_are() -> None:
    clock = FakeClock()
    door = Door(clock, a_page(an_event(1), next_cursor="1"), a_page(an_event(2)))
    snapshot = a_snapshot(
        engine=an_engine(name="prod", configuration="abc123"),
        health=a_health_report(),
        feeds=(a_feed_status(),),
        breakers=(a_breaker(),),
        jobs=(a_job(),),
        alerts=(an_alert(),),
    )
    bundle = await gathered(door, clock, state=snapshot)

    assert opened(bundle).namelist() == MEMBERS
    assert opened(bundle).testzip() is None
    assert (bundle.missing, bundle.members) == ((), len(MEMBERS))
    readme = text_of(bundle, "README.txt")
    assert "prod, rtp-tui 0.0.0, configuration abc123" in readme
    assert all(name in readme for name in MEMBERS[:-1])
    assert "Missing" not in readme
    assert [json.loads(line)["id"] for line in text_of(bundle, "events.jsonl").splitlines()] == [1, 2]
    assert json.loads(text_of(bundle, "health.json"))["health"]["score"] == a_health_report().score
    quotes = list(csv.DictReader(io.StringIO(text_of(bundle, "quotes.csv"))))
    assert [row["instrument"] for row in quotes] == ["crypto:BTC", "crypto:ETH"]
    assert float(quotes[0]["price"]) == a_quote().price
    assert len(text_of(bundle, "bars.csv").splitlines()) == 1 + 2


async def test_the_span_is_asked_for_in_whole_minutes() -> None:
    clock = FakeClock()
    door = Door(clock)
    await gathered(door, clock, until_ms=NOW_MS + 30_000, minutes=5)
    from_ms = (NOW_MS + 30_000 - 300_000) // 60_000 * 60_000
    assert {q.since_ms for q in door.asked if isinstance(q, GetEvents)} == {from_ms}
    bars = [q for q in door.asked if isinstance(q, GetBars)]
    assert {(q.start_ms, q.end_ms) for q in bars} == {(from_ms, NOW_MS + 30_000)}


async def test_only_the_instruments_that_are_named_have_bars() -> None:
    clock = FakeClock()
    door = Door(clock)
    await gathered(door, clock, instruments=("crypto:ETH",))
    assert [q.instrument for q in door.asked if isinstance(q, GetBars)] == ["crypto:ETH"]


async def test_secrets_holdings_and_addresses_stay_at_home() -> None:
    clock = FakeClock()
    audit = '{"type":"audit","command":"refresh","address":"10.1.2.3:55","token":"hush","why":"token=hush"}'
    door = Door(
        clock,
        a_page(
            an_event(1, topic="client", payload=audit),
            an_event(2, topic="portfolio", payload='{"type":"portfolio_saved","name":"fortune"}'),
            an_event(
                3, topic="client", payload='{"type":"audit","command":"remove_portfolio","subject":"fortune"}'
            ),
        ),
    )
    feed = a_feed_status(error="GET https://desk:hush@x.example/?api_key=hush failed")
    snapshot = a_snapshot(feeds=(feed,), portfolios=(Portfolio(name="fortune"),))
    bundle = await gathered(door, clock, state=snapshot)

    whole = "".join(text_of(bundle, name) for name in MEMBERS)
    told = [line for line in whole.splitlines() for word in ("hush", "fortune", "10.1.2.3") if word in line]
    assert told == []
    assert "refresh" in whole


async def test_hostile_texts_neither_reach_a_terminal_nor_become_formulas() -> None:
    clock = FakeClock()
    payload = json.dumps({"type": "log", "message": "\x1b[31m\u202eabc\x9bm"}, ensure_ascii=False)
    door = Door(clock, a_page(an_event(payload=payload)))
    evil = an_instrument("crypto:=1+1", name="\u202eevil")
    view = InstrumentView(evil, a_quote(instrument=evil.id, source="@SUM(1)"), None, ())
    bundle = await gathered(door, clock, state=a_snapshot(instruments=(view,)))
    whole = "".join(text_of(bundle, name) for name in MEMBERS)
    assert not [c for c in whole if c not in "\r\n" and not c.isprintable()]
    (row,) = csv.DictReader(io.StringIO(text_of(bundle, "quotes.csv")))
    assert row["source"] == "'@SUM(1)"


async def test_an_engine_that_is_not_heard_leaves_what_is_known_and_the_reason() -> None:
    clock = FakeClock()
    door = Door(clock)
    door.refusal = NotConnected("the engine is not heard: gone")
    bundle = await gathered(door, clock)
    assert opened(bundle).namelist() == MEMBERS
    assert [why.partition(":")[0] for why in bundle.missing] == ["events.jsonl", "bars.csv"]
    assert "the engine is not heard: gone" in text_of(bundle, "README.txt")
    assert len([q for q in door.asked if isinstance(q, GetBars)]) <= 8


async def test_a_slow_engine_is_waited_for_no_longer_than_the_deadline() -> None:
    clock = FakeClock()
    pages = [a_page(an_event(i), next_cursor=str(i)) for i in range(1, 100)]
    door = Door(clock, *pages, takes_s=4.0)
    began = clock.monotonic()
    views = tuple(InstrumentView(an_instrument(f"crypto:C{i}"), None, None, ()) for i in range(40))
    bundle = await gathered(door, clock, state=a_snapshot(instruments=views), deadline_s=20.0)
    assert clock.monotonic() - began < 40
    assert 1 <= len(text_of(bundle, "events.jsonl").splitlines()) < 99
    assert "in time (3 events did)" in text_of(bundle, "README.txt").replace("2 events", "3 events")
    assert any(why.startswith("bars.csv") for why in bundle.missing)


async def test_a_bundle_never_grows_beyond_its_room() -> None:
    clock = FakeClock()
    long = an_event(payload=json.dumps({"type": "log", "message": "x" * 5_000}))
    door = Door(clock, *(a_page(*[long] * 10, next_cursor="1") for _ in range(50)))
    bundle = await gathered(door, clock, most_bytes=100_000)
    assert sum(member.file_size for member in opened(bundle).infolist()) < 110_000
    assert "events.jsonl: no room for all of them" in bundle.missing


async def test_what_only_the_asker_knows_comes_first() -> None:
    clock = FakeClock()
    bundle = await gathered(Door(clock), clock, more=(Member("screen.txt", b"BTC 1"),))
    assert opened(bundle).namelist()[0] == "screen.txt"
    assert "the same as plain text" in text_of(bundle, "README.txt")


async def test_events_after_the_moment_are_left_out_and_end_the_reading() -> None:
    clock = FakeClock()
    late = an_event(2, at_ms=NOW_MS + 1)
    door = Door(clock, a_page(an_event(1), late, next_cursor="2"))
    bundle = await gathered(door, clock)
    assert [json.loads(line)["id"] for line in text_of(bundle, "events.jsonl").splitlines()] == [1]


def test_a_replay_ends_at_its_newest_price_and_the_world_now() -> None:
    replayed: Snapshot = a_snapshot(engine=an_engine(replay=ReplayStatus(capture="c")))
    assert moment_of(replayed, NOW_MS * 2) == a_quote().received_ms
    assert moment_of(a_snapshot(), NOW_MS * 2) == NOW_MS * 2
