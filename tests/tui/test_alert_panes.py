"""Alerts, silences, rules, scores, gaps and measurements as rows."""

from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.model.alerts import AlertState, Severity
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.statistics import (
    CacheStatus,
    LoadStatistics,
    Percentiles,
    PipelineStatistics,
    ResponseTimes,
    ServerStatus,
    StoreStatus,
    TimeStatistics,
)
from rtp_tui.tui.answers import NOTHING_ASKED, OFTEN_S, Inquiries, with_answer, with_refusal
from rtp_tui.tui.cells import Tone, shown_columns
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.panes.alerts import Alerts, figure_text
from rtp_tui.tui.panes.gaps import Gaps
from rtp_tui.tui.panes.health import Health
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.performance import Performance
from rtp_tui.tui.panes.quality import Quality, percent_text
from rtp_tui.tui.panes.rules import Rules
from rtp_tui.tui.panes.silences import Silences
from rtp_tui.tui.panes.status_line import Meter, status_line
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.alert_details import alert_text, rule_text, silence_text
from rtp_tui.tui.screens.quality_details import gap_details, quality_text
from rtp_tui.tui.trends import KEPT_POINTS, Trends
from tests.factories import NOW_MS, a_breaker, a_gap, an_alert
from tests.frozen_alerts import a_score, frozen_alerts, frozen_quality, frozen_rules, frozen_silences
from tests.tui.scenes import a_scene, a_state, an_eventful_scene


def cells(pane: Pane, key: str, scene: Scene | None = None) -> dict[str, tuple[str, Tone]]:
    row = pane.row(scene or an_eventful_scene(), key)
    return {column.name: (cell.text, cell.tone) for column, cell in zip(pane.columns, row.cells, strict=True)}


def words(pane: Pane, key: str, scene: Scene | None = None) -> dict[str, str]:
    return {name: text for name, (text, _) in cells(pane, key, scene).items()}


def test_what_fires_comes_first_the_grave_before_the_rest_and_what_is_over_comes_last() -> None:
    assert list(Alerts().keys(an_eventful_scene())) == ["old", "move", "wait", "known", "quiet", "gone"]


def test_of_what_was_resolved_the_newest_comes_first() -> None:
    over = [an_alert(id=name, state=AlertState.RESOLVED, resolved_ms=NOW_MS) for name in ("a", "b", "c")]
    assert list(Alerts().keys(a_scene(a_state(*over)))) == ["c", "b", "a"]


def test_a_message_does_not_repeat_what_the_alert_is_about() -> None:
    state = a_state(an_alert(id="a", subject="crypto:BTC", message="crypto:BTC price > 20,000: 68,000"))
    assert words(Alerts(), "a", a_scene(state))["message"] == "price > 20,000: 68,000"


def test_an_alert_tells_what_is_wrong_how_much_since_when_and_who_knows() -> None:
    assert words(Alerts(), "old") == {
        "mark": "✖",
        "severity": "critical",
        "rule": "data-too-old",
        "subject": "crypto:UNI",
        "value": "374",
        "threshold": "300",
        "since": "6m",
        "state": "firing",
        "who": "",
        "message": "data age > 5 min (6.23 min)",
    }
    assert words(Alerts(), "known")["who"] == "ops"
    assert words(Alerts(), "wait")["subject"] == "the engine"


def test_each_state_has_a_mark_and_a_word_and_only_what_fires_is_loud() -> None:
    found = {key: cells(Alerts(), key) for key in Alerts().keys(an_eventful_scene())}
    assert [(row["mark"][0], row["state"][0]) for row in found.values()] == [
        ("✖", "firing"),
        ("▲", "firing"),
        ("○", "pending"),
        ("✓", "acknowledged"),
        ("‖", "silenced"),
        ("·", "resolved"),
    ]
    loud = {key for key, row in found.items() if row["severity"][1] in (Tone.BAD, Tone.WARN)}
    assert loud == {"old", "move"}
    assert [key for key in found if Alerts().is_fault(an_eventful_scene(), key)] == ["old", "move"]


def test_one_that_comes_and_goes_says_so() -> None:
    assert words(Alerts(), "a1", a_scene(a_state(an_alert(flapping=True))))["state"] == "flapping"


def test_nothing_is_known_of_alerts_while_the_engine_is_not_heard() -> None:
    scene = an_eventful_scene(connection=Connection.OFFLINE)
    assert words(Alerts(), "old", scene)["mark"] == "?"
    assert words(Alerts(), "old", scene)["state"] == "unknown"
    assert Alerts().subtitle(scene).startswith("last known")
    for pane, key in ((Silences(), "s1"), (Gaps(), gap_key()), (Performance(), "store commit")):
        assert words(pane, key, scene)["mark"] == "?"


def gap_key() -> str:
    return f"crypto:ATOM {NOW_MS - 60_000}"


def test_the_border_and_the_tab_count_them() -> None:
    scene = an_eventful_scene()
    assert Alerts().subtitle(scene) == "2 firing  1 pending  1 acknowledged  1 silenced  1 resolved"
    assert Alerts().tab(scene) == "! Alerts[2✖]"


def test_the_status_line_leads_to_the_alerts() -> None:
    line = status_line(an_eventful_scene(), Meter(), "prod", 160)
    (badge,) = (cell for cell in line if "firing" in cell.text)
    assert badge.text == "▲ 2 alerts firing"
    assert badge.action == "screen.show_pane('alerts')"


@pytest.mark.parametrize("value", [0.0, 0.004, 2.5, 374.0, 9_999.0, 12_345.0, 524_288_000.0, -3.25, 1e12])
def test_no_figure_is_wider_than_its_column(value: float) -> None:
    assert len(figure_text(value)) <= 7


@pytest.mark.parametrize("pane", [Alerts(), Quality(), Performance(), Rules(), Gaps(), Silences()])
@pytest.mark.parametrize("width", [78, 80, 118, 198])
def test_what_matters_is_on_screen_at_every_width(pane: Pane, width: int) -> None:
    shown = {pane.columns[index].name for index, _ in shown_columns(pane.columns, width)}
    needed = {
        "alerts": {"mark", "rule", "subject", "value", "threshold", "since", "state", "who"},
        "quality": {"subject", "score", "coverage", "freshness", "validity", "consistency", "latency"},
        "performance": {"group", "name", "value", "p50", "p95", "p99"},
        "rules": {"mark", "rule", "condition", "firing", "origin"},
        "gaps": {"instrument", "at", "minutes", "state", "cause"},
        "silences": {"rule", "subject", "left", "quiet", "who"},
    }
    assert shown >= needed[pane.name]


def test_an_alert_at_length_tells_the_rule_the_notices_the_silences_and_its_history() -> None:
    scene = an_eventful_scene()
    grave = alert_text(scene, scene.state.alert.active["old"]).plain
    assert "data-too-old: data age > 5 min" in grave
    assert "notices      told" in grave
    assert "374 against 300" in grave
    known = alert_text(scene, scene.state.alert.active["known"]).plain
    assert "acknowledged by ops: the venue is told" in known
    assert "the channels were not told" in known
    assert "yet, by ops: maintenance" in alert_text(scene, scene.state.alert.active["quiet"]).plain


def test_an_alert_at_length_tells_its_other_times() -> None:
    past = an_alert(id="a0", state=AlertState.RESOLVED, since_ms=NOW_MS - 90_000, resolved_ms=NOW_MS - 60_000)
    scene = a_scene(a_state(past, an_alert()))
    assert "resolved, 30s: crypto:BTC moved" in alert_text(scene, an_alert()).plain


def test_silences_in_force_tell_how_long_yet_and_how_many_alerts_they_keep_quiet() -> None:
    scene = an_eventful_scene()
    assert Silences().keys(scene) == ["s1"]
    row = words(Silences(), "s1")
    assert (row["rule"], row["subject"], row["left"], row["quiet"], row["who"]) == (
        "gap", "crypto:ATOM", "1h00m", "1", "ops",
    )  # fmt: skip
    text = silence_text(scene, scene.state.alert.silences["s1"]).plain
    assert "maintenance" in text
    assert "crypto:ATOM gap > 2 min" in text


def test_rules_made_here_come_first_and_a_disabled_one_says_so_in_words() -> None:
    scene = an_eventful_scene()
    assert Rules().keys(scene) == ["crypto-btc-price-above-70000", "memory", "data-too-old"]
    assert words(Rules(), "memory")["condition"] == "disabled: memory > 500 MB"
    assert words(Rules(), "data-too-old")["firing"] == "1"
    assert words(Rules(), "crypto-btc-price-above-70000")["origin"] == "saved"
    assert Rules().subtitle(scene) == "1 disabled"
    known = (scene.answers.rules or {})["data-too-old"]
    assert "crypto:UNI data age" in rule_text(scene, known).plain


def test_scores_stand_the_worst_first_with_their_parts_and_what_costs_most() -> None:
    scene = an_eventful_scene()
    assert Quality().keys(scene)[0] == "crypto:ATOM"
    row = cells(Quality(), "crypto:ATOM")
    assert row["score"] == ("41", Tone.BAD)
    assert row["coverage"] == ("41.0%", Tone.BAD)
    assert row["consistency"] == ("–", Tone.DIM)
    assert row["latency"][0] == "120ms"
    assert row["why"][0] == "coverage: coverage of 24 hours"
    assert (row["mark"][0], row["anomalies"][0], row["gaps"][0]) == ("✖", "2", "2")
    assert cells(Quality(), "kraken")["score"] == ("72", Tone.WARN)
    assert words(Quality(), "stocks:TCS")["score"] == "–"
    assert Quality().subtitle(scene) == "mean 78, 2 below 85, of 24 hours"
    assert [key for key in Quality().keys(scene) if Quality().is_fault(scene, key)] == [
        "crypto:ATOM",
        "kraken",
    ]


def test_what_is_not_whole_never_looks_whole() -> None:
    assert [percent_text(value) for value in (100.0, 99.99, 99.94, 0.0)] == ["100%", "<100%", "99.9%", "0.0%"]


def test_a_score_at_length_tells_each_part_its_hours_and_its_gaps() -> None:
    text = quality_text(an_eventful_scene(), a_score("crypto:ATOM", 41.0)).plain
    assert "41 of 100, weight 30" in text
    assert "2 outlier" in text
    assert "3 out of range" in text
    assert "1 minute missing (source): unfillable, nobody traded" in text


def test_gaps_to_be_repaired_come_first_and_each_tells_what_became_of_it() -> None:
    scene = an_eventful_scene()
    keys = list(Gaps().keys(scene))
    assert [words(Gaps(), key)["state"] for key in keys] == ["backfilling", "unfillable", "filled"]
    assert words(Gaps(), keys[2])["minutes"] == "3"
    assert words(Gaps(), keys[2])["from"] == "okx:BTC-USDT"
    assert Gaps().subtitle(scene) == "1 pending, 5 minutes in 24 hours"
    gap = (scene.answers.gaps or {})[keys[1]]
    assert "nobody traded" in gap_details(scene, gap).plain


def test_an_event_knows_more_of_a_gap_than_an_answer_before_it() -> None:
    newer = a_gap(instrument="crypto:ATOM", attempts=7)
    scene = a_scene(a_state(newer), answers=an_eventful_scene().answers)
    assert words(Gaps(), gap_key(), scene)["tries"] == "7"


def test_targets_stand_under_the_parts_of_health_with_what_was_reached() -> None:
    scene = an_eventful_scene()
    assert words(Health(), "▸ coverage") == {
        "part": "▸ coverage", "points": "missed", "bar": "✖", "reason": "97.25%, wanted 99%",
    }  # fmt: skip
    assert words(Health(), "▸ freshness")["reason"] == "4.2 s, wanted 120 s"
    assert words(Health(), "▸ gap_recovery")["points"] == "–"
    assert [key for key in Health().keys(scene) if key.startswith("▸") and Health().is_fault(scene, key)] == [
        "▸ coverage"
    ]
    assert Health().subtitle(scene) == "healthy, 1 of 2 targets met"


BUSY = PipelineStatistics(
    at_ms=NOW_MS,
    received=1_000,
    rejected={"duplicate": 50},
    loop_lag_ms=Percentiles(2.0, 80.0, 120.0),
    resident_bytes=600_000_000,
    overruns=2,
    time=TimeStatistics(stalls=1, longest_stall_s=2.5),
    load=LoadStatistics(
        cpu_pct=93.0,
        responses=(ResponseTimes(kind="data", count=12, failures=1, ms=Percentiles(3.0, 9.0, 20.0)),),
        queues={"store": 17, "reader": 3},
    ),
)
STORE = StoreStatus(
    at_ms=NOW_MS, path="/x/history.db", ok=True, reads_waited=4, commit_ms=Percentiles(9, 20, 30)
)
SERVER = ServerStatus(at_ms=NOW_MS, unlisted_denials=3)


def measured(*payloads: Any, **changes: Any) -> Scene:
    return a_scene(a_state(*payloads), **changes)


def test_measurements_tell_now_their_percentiles_and_whether_they_are_beyond_what_is_good() -> None:
    scene = measured(
        BUSY, STORE, CacheStatus(hits=30, misses=90, hit_rate=25.0, entries=7, limit=1_000), SERVER
    )
    lag = cells(Performance(), "engine loop lag", scene)
    assert (lag["mark"][0], lag["p50"][0], lag["p95"][0], lag["p99"][0]) == ("○", "2ms", "80ms", "120ms")
    assert words(Performance(), "engine memory", scene)["value"] == "600.0MB"
    assert words(Performance(), "engine cpu", scene)["value"] == "93%"
    assert words(Performance(), "cache hit rate", scene)["value"] == "25.0%"
    assert words(Performance(), "queue reader", scene)["value"] == "3"
    assert words(Performance(), "store reads waited", scene)["value"] == "4"
    assert words(Performance(), "server unlisted", scene)["value"] == "3"
    assert words(Performance(), "api /data", scene)["p95"] == "9ms"
    assert words(Performance(), "bounds overruns", scene)["value"] == "2"
    faults = {key for key in Performance().keys(scene) if Performance().is_fault(scene, key)}
    assert faults == {
        "engine loop lag", "engine memory", "engine cpu", "engine rejected", "engine stalls", "cache hit rate",
        "server unlisted", "bounds overruns",
    }  # fmt: skip
    assert Performance().subtitle(scene) == "8 beyond what is good"


def test_a_cache_that_was_seldom_asked_is_not_blamed() -> None:
    scene = measured(CacheStatus(hits=0, misses=20, hit_rate=0.0))
    assert not Performance().is_fault(scene, "cache hit rate")


def test_a_provider_whose_retries_were_denied_is_counted() -> None:
    slow = a_breaker(
        state=BreakerState.CLOSED, retries_denied=5, response_ms=Percentiles(100.0, 400.0, 900.0)
    )
    scene = measured(slow)
    assert words(Performance(), "source retries denied", scene)["value"] == "5"
    assert words(Performance(), f"source {slow.name}", scene)["p95"] == "400ms"


def test_a_reading_keeps_up_with_what_is_measured() -> None:
    pane, before = Performance(), measured(BUSY)
    assert words(pane, "engine cpu", before)["value"] == "93%"
    after = measured(replace(BUSY, load=LoadStatistics(cpu_pct=12.0)))
    assert words(pane, "engine cpu", after)["value"] == "12%"


def test_curves_show_the_last_minute_and_no_more() -> None:
    trends = Trends()
    for n in range(KEPT_POINTS * 2):
        trends.note(replace(BUSY, resident_bytes=n))
    assert list(trends.points["memory"]) == [float(n) for n in range(KEPT_POINTS, KEPT_POINTS * 2)]
    assert words(Performance(), "engine memory", measured(BUSY, trends=trends.points))["curve"].strip()


@pytest.mark.parametrize("pane", [Quality(), Gaps(), Rules()])
def test_an_empty_pane_tells_apart_what_is_not_asked_not_told_and_not_there(pane: Pane) -> None:
    name = {"quality": "scores", "gaps": "gaps", "rules": "rules"}[pane.name]
    assert pane.empty(a_scene(answers=NOTHING_ASKED)) == "not known yet: the engine is being asked"
    refused = with_refusal(NOTHING_ASKED, name, "no answer within 5 s")
    assert pane.empty(a_scene(answers=refused)) == "the engine does not tell: no answer within 5 s"
    nothing = with_answer(refused, name, EMPTY[name])
    assert "asking" not in pane.empty(a_scene(answers=nothing))
    assert nothing.refusals == {}


def _empty() -> dict[str, object]:
    return {
        "scores": replace(frozen_quality(), scores=()),
        "gaps": replace(an_empty_page()),
        "rules": replace(frozen_rules(), rules=()),
    }


def an_empty_page() -> Any:
    from rtp_tui.model.queries import GapPage

    return GapPage(gaps=())


EMPTY = _empty()


def test_the_alerts_pane_says_what_to_press_where_there_are_none() -> None:
    assert "U lists the rules; A in the prices makes one" in Alerts().empty(a_scene())


def test_what_panes_want_to_know_is_asked_while_they_are_seen_and_again_in_a_while() -> None:
    inquiries = Inquiries()
    assert set(inquiries.due(frozenset({"prices"}), 0.0, NOW_MS)) == set()
    assert set(inquiries.due(frozenset({"health"}), 0.0, NOW_MS)) == {"targets"}
    assert set(inquiries.due(frozenset({"quality", "gaps", "health"}), 0.0, NOW_MS)) == {"scores", "gaps"}
    assert set(inquiries.due(frozenset({"quality", "gaps"}), OFTEN_S / 2, NOW_MS)) == set()
    assert set(inquiries.due(frozenset({"quality", "gaps"}), OFTEN_S, NOW_MS)) == {"scores", "gaps"}
    assert set(inquiries.due(frozenset({"rules", "silences"}), OFTEN_S, NOW_MS)) == {"rules"}
    inquiries.forget()
    assert set(inquiries.due(frozenset({"rules"}), OFTEN_S, NOW_MS)) == {"rules"}


def test_severities_are_told_by_word_too() -> None:
    scene = a_scene(a_state(*(an_alert(id=one.value, severity=one) for one in Severity)))
    assert [words(Alerts(), key, scene)["severity"] for key in Alerts().keys(scene)] == [
        "critical",
        "warning",
        "info",
    ]
    assert frozen_alerts()
    assert frozen_silences()
