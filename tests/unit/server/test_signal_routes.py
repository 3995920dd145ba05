"""`GET /signals` and `GET /backtest` as they are asked."""

import pytest

from rtp_tui.model.queries import GetSignals, SignalPage
from tests.factories import BTC
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read


async def test_signals_of_an_instrument_are_asked_by_id_or_symbol() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetSignals] = SignalPage(signals=())
    async with asking(engine) as client:
        for name in (BTC, "btc"):
            await client.get("/signals", {"instrument": name})
        unknown = await client.get("/signals", {"instrument": "NONE"})
    assert engine.asked == [GetSignals(instrument=BTC)] * 2
    assert (unknown.status, read(unknown)["code"]) == (404, "unknown_instrument")


@pytest.mark.parametrize("text", ["0" * 17 + "9" * 5_000, "9" * 17, "-1", "1.5", "٣", "soon"])
async def test_a_length_that_is_none_is_refused_by_name(text: str) -> None:
    engine = ScriptedPipeline()
    async with asking(engine) as client:
        reply = await client.get("/backtest", {"rule": "close > 1", "hold_ms": text})
    assert (reply.status, read(reply)["detail"]) == (400, "hold_ms: not a number of milliseconds")
    assert engine.asked == []
