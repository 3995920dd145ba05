"""`GET /quality`, `GET /summary/{id}` and `POST /instruments/{id}/recompute`."""

from rtp_tui.api.summary import summed_up
from rtp_tui.model.commands import Done, RecomputeBars
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.quality import QualityPart, QualityScore, TargetReport
from rtp_tui.model.queries import GetQuality, GetSummary, QualityPage
from tests.factories import BTC, NOW_MS, a_bar
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read

SCORE = QualityScore(
    subject=BTC,
    kind="instrument",
    score=91.5,
    parts=(QualityPart("coverage", 99.0, 99.0, 30.0, "99 of 100 minutes"),),
)


async def test_quality_is_asked_as_it_was_said() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetQuality] = QualityPage(
        scores=(SCORE,), targets=(TargetReport("coverage", "%", 99.0, 99.5, True),)
    )
    async with asking(engine) as client:
        reply = read(await client.get("/quality", {"instrument": "btc", "hours": "3", "limit": "5"}))
    assert engine.asked == [GetQuality(instrument=BTC, hours=3, limit=5)]
    assert reply["scores"][0]["parts"][0]["reason"] == "99 of 100 minutes"
    assert reply["targets"][0]["met"] is True


async def test_bad_questions_about_quality_are_refused() -> None:
    async with asking(ScriptedPipeline()) as client:
        replies = [
            await client.get("/quality", given)
            for given in ({"hours": "0"}, {"hours": "many"}, {"instrument": "crypto:NONE"}, {"score": "1"})
        ]
    assert [reply.status for reply in replies] == [400, 400, 404, 400]
    assert read(replies[0])["detail"] == "hours is between 1 and 10000"


async def test_a_summary_tells_all_figures_of_a_day() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetSummary] = summed_up(BTC, (NOW_MS, NOW_MS + 60_000), (a_bar(open_ms=NOW_MS),))
    async with asking(engine) as client:
        reply = read(await client.get("/summary/BTC", {"start": str(NOW_MS)}))
        bad = await client.get("/summary/BTC", {"start": "soon"})
    assert engine.asked == [GetSummary(instrument=BTC, start_ms=NOW_MS)]
    assert {"open", "high", "low", "close", "volume", "sma", "volatility_pct", "is_whole"} <= reply.keys()
    assert bad.status == 400


async def test_minutes_are_built_again_by_order() -> None:
    engine = ScriptedPipeline()
    engine.answers[RecomputeBars] = Done(message="crypto:BTC: 60 minutes looked at, 1 built anew")
    async with asking(engine) as client:
        done = await client.post("/instruments/BTC/recompute")
        await client.post("/instruments/BTC/recompute", b'{"start_ms":60000}')
        bad = await client.post("/instruments/BTC/recompute", b'{"start":1}')
        unknown = await client.post("/instruments/NONE/recompute")
    assert engine.asked == [RecomputeBars(instrument=BTC), RecomputeBars(instrument=BTC, start_ms=60_000)]
    assert read(done)["message"].endswith("1 built anew")
    assert (bad.status, unknown.status) == (400, 404)


async def test_too_long_a_span_is_refused_in_the_engine_s_words() -> None:
    engine = ScriptedPipeline()
    engine.answers[RecomputeBars] = BadRequest("start and end: 1440 minutes at most")
    async with asking(engine) as client:
        reply = await client.post("/instruments/BTC/recompute", b'{"start_ms":0}')
    assert (reply.status, read(reply)["detail"]) == (400, "start and end: 1440 minutes at most")
