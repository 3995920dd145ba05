"""`GET /treasury`."""

from rtp_tui.model.queries import GetTreasury
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.treasuries import a_treasury_report
from tests.unit.server.asking import asking, read


async def test_companies_are_told_with_every_null_named() -> None:
    engine = ScriptedPipeline(a_snapshot())
    engine.answers[GetTreasury] = a_treasury_report()
    async with asking(engine) as client:
        reply = read(await client.get("/treasury", {"coin": "BTC"}))
        strange = await client.get("/treasury", {"company": "MSTR"})
    assert engine.asked == [GetTreasury(coin="BTC")]
    strategy, metaplanet = reply["companies"]
    assert (strategy["value_usd"], strategy["mnav"], strategy["unknown"]) == (65e9, 50 / 65, [])
    assert strategy["filed"]["filed"] == "2026-02-02"
    assert strategy["market_cap_from"] == "price x shares"
    assert metaplanet["mnav"] is None
    assert {"name": "mnav", "why": "market_cap_usd is not known"} in metaplanet["unknown"]
    assert reply["coins"][0]["holdings"] == 680_000.0
    assert strange.status == 400
