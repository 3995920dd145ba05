"""What the timeline says, why it happened, and how it is searched."""

from datetime import UTC, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from rtp_tui.api.wire import encode
from rtp_tui.model.alerts import AlertState, Severity, Step
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.events import Batch, Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.gaps import GapCause, GapState
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Mute
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.model.queries import EventPage, GetEvents, StoredEvent
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.filtering import is_wanted, parse_filter
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.news.words import anomaly_text, gap_text
from rtp_tui.tui.panes.log import Log, seconds_of_day
from rtp_tui.tui.past import entries_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.entry_details import around, entry_text
from rtp_tui.tui.timeline import KEPT_ENTRIES, Entry
from tests.factories import BTC, NOW_MS, a_feed_status, a_gap, a_silence, an_alert, an_instrument
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene

HOUR_MS = 3_600_000


def heard(*payloads: Payload) -> list[Entry]:
    """The entries of a follower that heard these in turn."""
    follower = Follower()
    for seq, payload in enumerate(payloads):
        follower.take(Batch(seq, (Event(seq, payload),)), 0.0, NOW_MS)
    return list(follower.timeline.entries)


def said(*payloads: Payload) -> list[tuple[str, str, Tone]]:
    return [(entry.source, entry.message, entry.tone) for entry in heard(*payloads)]


def test_a_gap_is_told_with_what_became_of_it() -> None:
    gap = a_gap(NOW_MS - 300_000, to_ms=NOW_MS - 120_000)
    assert gap_text(gap) == "3 minutes missing (disconnect): open"
    filled = a_gap(state=GapState.FILLED, filled_from="okx:BTC-USDT", detail="asked twice")
    assert gap_text(filled) == "1 minute missing (disconnect): filled from okx:BTC-USDT, asked twice"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AnomalyState.NOTED, "volume surge: 10.0x the average"),
        (AnomalyState.QUARANTINED, "volume surge quarantined: 10.0x the average"),
        (AnomalyState.CONFIRMED, "volume surge confirmed: 10.0x the average"),
    ],
)
def test_an_anomaly_is_told_with_what_became_of_it(state: AnomalyState, words: str) -> None:
    anomaly = Anomaly(
        instrument=BTC, kind=AnomalyKind.VOLUME_SURGE, state=state, feed="binance", at_ms=NOW_MS, value=10.0,
        expected=1.0, detail="10.0x the average",
    )  # fmt: skip
    assert anomaly_text(anomaly) == words
    assert said(anomaly)[0][1] == words


def an_alert_by(state: AlertState, who: str = "", why: str = "", **changes: Any) -> Any:
    return an_alert(state=state, history=(Step(NOW_MS, state, who, why),), **changes)


def test_the_life_of_an_alert_is_told_and_who_had_a_hand_in_it() -> None:
    message = "crypto:BTC moved 2.5 % within a minute"
    assert said(
        an_alert(state=AlertState.PENDING, fired_ms=None),
        an_alert_by(AlertState.FIRING),
        an_alert_by(AlertState.FIRING, value=3.0),
        an_alert_by(AlertState.ACKNOWLEDGED, "ops", "on it"),
        an_alert_by(AlertState.RESOLVED),
    ) == [
        (BTC, f"alert fires: {message}", Tone.WARN),
        (BTC, f"alert acknowledged by ops: on it: {message}", Tone.INFO),
        (BTC, f"alert resolved: {message}", Tone.OK),
    ]


def test_an_alert_that_came_to_nothing_is_nobodys_news() -> None:
    waiting = an_alert(state=AlertState.PENDING, fired_ms=None)
    assert said(waiting, an_alert(state=AlertState.RESOLVED, fired_ms=None)) == []


def test_a_critical_alert_is_bad_news_and_one_of_the_engine_is_the_engines() -> None:
    ((source, _, tone),) = said(an_alert(severity=Severity.CRITICAL, subject=""))
    assert (source, tone) == ("engine", Tone.BAD)


def test_silences_and_mutes_tell_for_how_long_by_whom_and_why() -> None:
    assert said(a_silence(), a_silence(until_ms=NOW_MS - 1)) == [
        ("crypto:*", "* silenced for 1h00m by ops: maintenance", Tone.INFO),
        ("crypto:*", "* silenced no more by ops", Tone.INFO),
    ]
    assert said(
        Mute(until_ms=NOW_MS + HOUR_MS, at_ms=NOW_MS, who="ops", why="night"),
        Mute(until_ms=NOW_MS, at_ms=NOW_MS),
    ) == [("notices", "muted for 1h00m by ops: night", Tone.INFO), ("notices", "told again", Tone.INFO)]


def test_a_channel_that_cannot_tell_anybody_is_news_and_so_is_that_it_can_again() -> None:
    failing = ChannelStatus(name="slack", kind="slack", state=ChannelState.FAILING, last_error="HTTP 500")
    ready = ChannelStatus(name="slack", kind="slack")
    assert said(ready, failing, failing, ready) == [
        ("slack", "channel failing: HTTP 500", Tone.BAD),
        ("slack", "channel ready", Tone.OK),
    ]


def test_orders_tell_who_gave_them_from_where_and_what_came_of_them() -> None:
    order = AuditEntry(at_ms=NOW_MS, name="ops", address="10.0.0.7", command="trigger_job", subject="backup")
    refused = AuditEntry(
        at_ms=NOW_MS, name="", address="", command="end_process", outcome="not_allowed", message="read only"
    )
    assert said(order, refused) == [
        ("backup", "trigger job by ops at 10.0.0.7", Tone.INFO),
        ("engine", "end process by somebody: not_allowed: read only", Tone.WARN),
    ]


def test_a_store_that_cannot_write_is_news_and_so_is_that_it_can_again() -> None:
    fine, full = (
        StoreStatus(at_ms=NOW_MS, path="x", ok=ok, detail="" if ok else "disk full") for ok in (True, False)
    )
    assert said(fine, full, full, fine) == [
        ("store", "cannot write: disk full", Tone.BAD),
        ("store", "writes again", Tone.OK),
    ]


def test_instruments_that_come_and_go_are_told() -> None:
    assert said(InstrumentAdded(instrument=an_instrument()), InstrumentRemoved(instrument=BTC)) == [
        (BTC, "priced from now on", Tone.INFO),
        (BTC, "priced no more", Tone.INFO),
    ]


def test_each_entry_knows_its_topic_and_its_cause() -> None:
    lost = a_feed_status(state=FeedState.RECONNECTING, error="connection refused")
    of_source = a_gap(cause=GapCause.SOURCE)
    entries = heard(lost, of_source, an_alert_by(AlertState.ACKNOWLEDGED, "ops", "on it"))
    assert [(entry.topic, entry.cause) for entry in entries] == [
        ("feed", "connection refused"),
        ("quality", "source"),
        ("alert", "rule price-move-crypto by ops: on it"),
    ]


def stored(id: int, payload: Payload, at_ms: int) -> StoredEvent:  # noqa: A002
    return StoredEvent(id=id, at_ms=at_ms, topic=payload.topic.value, payload=encode(payload).decode())


def test_what_happened_before_is_told_as_it_would_have_been_and_nothing_twice() -> None:
    past = [
        stored(2, an_alert_by(AlertState.RESOLVED, changed_ms=NOW_MS - 50), NOW_MS - 50),
        stored(1, an_alert_by(AlertState.FIRING, changed_ms=NOW_MS - 90), NOW_MS - 90),
        StoredEvent(id=3, at_ms=NOW_MS - 40, topic="alert", payload='{"type":"of another version"}'),
        stored(4, an_alert_by(AlertState.FIRING, id="a2"), NOW_MS),
    ]
    words = [(entry.at_ms, entry.message.split(":")[0]) for entry in entries_of(past, NOW_MS)]
    assert words == [(NOW_MS - 90, "alert fires"), (NOW_MS - 50, "alert resolved")]


def test_the_past_stands_before_the_rest_and_does_not_push_it_out() -> None:
    follower = Follower()
    follower.take(Batch(1, (Event(1, an_alert()),)), 0.0, NOW_MS)
    past = [Entry(n, n, Tone.INFO, "a", f"line {n}") for n in range(KEPT_ENTRIES + 9)]
    follower.timeline.recall(past)
    entries = follower.timeline.entries
    assert len(entries) == KEPT_ENTRIES
    assert entries[-1].message.startswith("alert fires")
    assert entries[-2].message == f"line {KEPT_ENTRIES + 8}"
    assert [entry.number for entry in entries] == list(range(2 - KEPT_ENTRIES, 2))
    assert Log().row(a_scene(timeline=entries), str(entries[0].number)).cells[-1].text == "line 10"


async def test_a_console_begins_with_the_last_hour() -> None:
    api = FrozenPipeline()
    event = stored(1, an_alert_by(AlertState.FIRING, changed_ms=NOW_MS - 90_000), NOW_MS - 90_000)
    api.answers[GetEvents] = EventPage(events=(event,))
    async with running_console((80, 24), api) as console:
        await console.press("6")
        await console.after(1.0)
        assert console.text.count("alert fires: crypto:BTC moved") >= 1
        asked = [query for query in api.asked if isinstance(query, GetEvents)]
        assert {query.kind for query in asked} >= {"alert", "audit", "log"}
        assert len(asked) == len({query.kind for query in asked})


def a_story() -> Scene:
    """Three entries an hour apart; the newest is of many instruments."""
    entries = (
        Entry(4, NOW_MS - 2 * HOUR_MS, Tone.BAD, "kraken", "reconnecting: refused", "feed", "refused"),
        Entry(5, NOW_MS - HOUR_MS, Tone.WARN, BTC, "alert gap fires", "alert", "gap"),
        Entry(
            6, NOW_MS, Tone.WARN, "2 instruments", "priced by okx", "feed", "silent", "crypto:ETH crypto:ADA"
        ),
    )
    return a_scene(timeline=entries)


def found(text: str) -> list[str]:
    """The entries that a filter leaves."""
    scene, pane = a_story(), Log()
    columns = frozenset((*(column.name for column in pane.columns), *pane.also_filtered_by))
    terms = parse_filter(text, columns)
    return [
        key
        for key in pane.keys(scene)
        if is_wanted(terms, pane.searched(scene, key), partial(pane.value, scene, key))
    ]


def at(ago_ms: int) -> str:
    seconds = int(seconds_of_day(NOW_MS - ago_ms, UTC))
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("topic:alert", ["5"]),
        ("topic = feed", ["6", "4"]),
        ("!topic:feed", ["5"]),
        ("instrument:crypto:BTC", ["5"]),
        ("instrument:ADA", ["6"]),
        ("crypto:eth", ["6"]),
        ("cause:refused", ["4"]),
        ("refused", ["4"]),
        ("age < 90m", ["6", "5"]),
        (f"time > {at(90 * 60_000)} and topic:feed", ["6"]),
        (f"time <= {at(HOUR_MS)}:59", ["5", "4"]),
        ("topic:feed and cause:silent", ["6"]),
    ],
)
def test_entries_are_found_by_topic_instrument_time_and_cause(text: str, keys: list[str]) -> None:
    assert found(text) == keys


def test_the_time_that_is_compared_is_that_of_the_zone_on_screen() -> None:
    assert seconds_of_day(0, UTC) == 0
    assert seconds_of_day(0, timezone(timedelta(hours=5, minutes=30))) == 5.5 * 3600


def test_an_entry_at_length_tells_its_cause_and_what_happened_around_it() -> None:
    scene = a_story()
    entry = scene.timeline[1]
    text = entry_text(scene, entry).plain
    assert "cause        gap" in text
    assert "> " in text
    assert "kraken  reconnecting: refused" in text
    assert [one.number for one in around(scene, entry)] == [4, 5, 6]


async def test_the_timeline_is_searched_from_the_keyboard() -> None:
    async with running_console((80, 24)) as console:
        console.api.send(an_alert(), a_silence())
        await console.after(1.0)
        await console.press("6", "slash")
        await console.press(*"topic", "colon", *"alert")
        assert "alert fires: crypto:BTC moved" in console.text
        assert "state received" not in console.text
        await console.press("enter", "enter")
        assert "before and after" in console.text
