"""Alerts, silences and rules over HTTP and on the WebSocket."""

from msgspec.structs import replace

from rtp_tui.api.wire import encode
from rtp_tui.model.alerts import AlertRule, ListedRule, RuleOrigin
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    Done,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import UnknownAlert
from rtp_tui.model.queries import AlertPage, AlertRuleList, GetAlertRules, GetAlerts, GetSilences, SilenceList
from tests.factories import BTC, NOW_MS, a_silence, an_alert
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import serving
from tests.unit.server.asking import asking, read

RULE = AlertRule(id="btc", condition="crypto:BTC price > 1")


async def test_alerts_are_listed_as_they_are_asked_for() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetAlerts] = AlertPage(alerts=(an_alert(),), next_cursor="9")
    async with asking(engine) as client:
        reply = await client.get("/alerts", {"active": "true", "subject": BTC, "since": "5", "limit": "2"})
        bad = await client.get("/alerts", {"active": "perhaps"})
    body = read(reply)
    assert (body["alerts"][0]["id"], body["alerts"][0]["state"], body["next_cursor"]) == ("a1", "firing", "9")
    assert engine.asked == [GetAlerts(only_active=True, subject=BTC, since_ms=5, limit=2)]
    assert bad.status == 400


async def test_who_acknowledges_and_silences_is_who_asks_and_not_who_they_say_they_are() -> None:
    engine = ScriptedPipeline()
    engine.answers = {
        AcknowledgeAlert: Done(message="known"),
        SaveSilence: a_silence(),
        RemoveSilence: Done(message="over"),
    }
    async with asking(engine) as client:
        replies = [
            await client.post("/alerts/a1/ack", encode({"why": "looking"})),
            await client.post(
                "/silences", encode({"subject": "crypto:*", "until_ms": NOW_MS, "comment": "work"})
            ),
            await client.delete("/silences/s1"),
            await client.post("/alerts/a1/ack", encode({"who": "somebody"})),
        ]
    assert [reply.status for reply in replies] == [200, 201, 200, 400]
    assert [getattr(one, "who", "") for one in engine.asked] == ["127.0.0.1"] * 3
    assert replace(engine.asked[0], who="") == AcknowledgeAlert(id="a1", why="looking")


async def test_an_alert_that_does_not_fire_is_not_found() -> None:
    engine = ScriptedPipeline()
    engine.answers[AcknowledgeAlert] = UnknownAlert("no alert a9 fires")
    async with asking(engine) as client:
        reply = await client.post("/alerts/a9/ack")
    assert (reply.status, read(reply)["code"]) == (404, "unknown_alert")


async def test_silences_and_rules_are_listed_and_rules_come_and_go() -> None:
    engine = ScriptedPipeline()
    engine.answers = {
        GetSilences: SilenceList(silences=(a_silence(),)),
        GetAlertRules: AlertRuleList(rules=(ListedRule(rule=RULE, origin=RuleOrigin.SAVED),)),
        SaveAlertRule: Done(message="so be it"),
        RemoveAlertRule: Done(message="gone"),
    }
    async with asking(engine) as client:
        silences = read(await client.get("/silences", {"all": "true"}))
        rules = read(await client.get("/alert-rules"))
        saved = await client.post("/alert-rules", encode({"id": "btc", "condition": "crypto:BTC price > 1"}))
        removed = await client.delete("/alert-rules/btc")
    assert (silences["silences"][0]["id"], rules["rules"][0]["origin"]) == ("s1", "saved")
    assert (saved.status, read(saved)["condition"], removed.status) == (201, RULE.condition, 200)
    assert SaveAlertRule(rule=RULE) in engine.asked


async def test_the_channel_brings_what_fires_now_and_what_changes() -> None:
    engine = ScriptedPipeline(replace(a_snapshot(), alerts=(an_alert(),)))
    engine.answers[AcknowledgeAlert] = Done(message="known")
    async with serving(engine) as running, running.client() as talk:
        await talk.ask(op="join", id=1, rooms=["alerts"])
        snapshot = await talk.hear()
        acknowledged = await talk.ask(op="acknowledge", id=2, alert="a1", why="looking")
    assert snapshot["data"]["alerts"][0]["id"] == "a1"
    assert acknowledged["type"] == "ack"
    assert isinstance(engine.asked[-1], AcknowledgeAlert)
