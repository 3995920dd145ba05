"""What the timeline says of parts that start, and of what it hears of late."""

from rtp_tui.model.events import Batch, Event, Payload
from rtp_tui.model.market import SignificantChange
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus, ReplayStatus
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.panes.log import Log
from rtp_tui.tui.start_up import TOGETHER_MS
from rtp_tui.tui.timeline import KEPT_ENTRIES, LATE_MS, Entry
from tests.factories import BTC, NOW_MS
from tests.tui.scenes import a_scene


def a_part(name: str, state: PartState, after_ms: int = 0, **changes: object) -> PartStatus:
    return PartStatus(name=name, state=state, since_ms=NOW_MS + after_ms, **changes)  # type: ignore[arg-type]


def heard(*payloads: Payload) -> list[Entry]:
    follower = Follower()
    for seq, payload in enumerate(payloads):
        follower.take(Batch(seq, (Event(seq, payload),)), 0.0, NOW_MS)
    return list(follower.timeline.entries)


def told(*payloads: Payload) -> list[tuple[str, str, Tone]]:
    return [(entry.source, entry.message, entry.tone) for entry in heard(*payloads)]


def started(count: int, took_ms: int = 0, at_ms: int = 0) -> list[Payload]:
    names = [f"part{n}" for n in range(count)]
    return [
        *(a_part(name, PartState.STARTING, at_ms) for name in names),
        *(a_part(name, PartState.OK, at_ms + took_ms) for name in names),
    ]


def test_thirty_parts_that_start_are_one_entry() -> None:
    assert told(*started(30, took_ms=400)) == [("parts", "30 parts started in 400ms", Tone.OK)]
    (entry,) = heard(*started(30))
    assert entry.names.split() == [f"part{n}" for n in range(30)]


def test_while_they_start_it_says_how_many_have() -> None:
    assert told(*started(3)[:-1]) == [("parts", "2 of 3 parts started", Tone.INFO)]


def test_a_part_that_fails_or_starts_again_has_entries_of_its_own() -> None:
    failed = a_part("part1", PartState.FAILED, detail="no such table")
    again = a_part("part1", PartState.OK, restarts=1)
    entries = told(*started(3)[:3], failed, again, *started(3)[3:4], *started(3)[5:])
    assert entries == [
        ("parts", "2 parts started in 0ms", Tone.OK),
        ("part1", "failed: no such table", Tone.BAD),
        ("part1", "ok", Tone.OK),
    ]


def test_a_part_that_comes_later_begins_an_entry_and_a_slow_one_still_counts() -> None:
    later = TOGETHER_MS + 1
    assert [words for _, words, _ in told(*started(2), a_part("feed", PartState.OK, later))] == [
        "2 parts started in 0ms",
        "started in 0ms",
    ]
    slow = [a_part("store", PartState.STARTING), a_part("store", PartState.OK, later)]
    assert [words for _, words, _ in told(*slow)] == ["started in 10s"]


def test_an_entry_that_has_left_the_timeline_is_not_looked_for() -> None:
    follower = Follower()
    follower.timeline.note(a_part("a", PartState.STARTING), follower.state, NOW_MS)
    for n in range(KEPT_ENTRIES):
        follower.timeline.note_console(f"{n}", NOW_MS)
    follower.timeline.note(a_part("a", PartState.OK), follower.state, NOW_MS)
    assert len(follower.timeline.entries) == KEPT_ENTRIES


def a_move(ago_ms: int) -> SignificantChange:
    return SignificantChange(BTC, 101.0, 100.0, 1.0, NOW_MS - ago_ms)


def test_a_move_of_long_ago_is_no_news() -> None:
    assert len(heard(a_move(0), a_move(LATE_MS))) == 2
    assert heard(a_move(LATE_MS + 1), a_move(3_600_000)) == []


def test_what_is_told_late_stands_where_it_was_told_with_its_own_time() -> None:
    ago = NOW_MS - 3_600_000
    spike = Anomaly(BTC, AnomalyKind.PRICE_SPIKE, AnomalyState.NOTED, "binance:BTCUSDT", ago, 2.0, 1.0, "up")
    entries = heard(a_move(0), spike, a_move(0))
    assert [entry.at_ms for entry in entries] == [NOW_MS] * 3
    scene = a_scene(timeline=entries)
    texts = [Log().row(scene, str(number)).cells[-1].text for number in (1, 2)]
    assert "(at " not in texts[0]
    assert texts[1].endswith("(at 13:13:20)")


def test_in_a_replay_the_captures_own_time_is_now() -> None:
    engine = EngineStatus(
        version="1", name="", started_ms=NOW_MS, state=EngineState.RUNNING, replay=ReplayStatus(capture="c")
    )
    old = NOW_MS - 86_400_000
    entries = heard(engine, SignificantChange(BTC, 101.0, 100.0, 1.0, old))
    assert (entries[-1].at_ms, entries[-1].of_ms) == (old, None)
