"""`GET /gaps`."""

from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.queries import GapPage, GetGaps
from tests.factories import BTC, NOW_MS
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read

GAP = Gap(
    instrument=BTC,
    from_ms=NOW_MS - 60_000,
    to_ms=NOW_MS,
    cause=GapCause.DISCONNECT,
    state=GapState.OPEN,
    found_ms=NOW_MS,
    changed_ms=NOW_MS + 5,
    feed="binance:BTCUSDT",
)


async def test_gaps_are_listed_as_they_are_asked_for() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetGaps] = GapPage(gaps=(GAP,), next_cursor="9")
    async with asking(engine) as client:
        reply = await client.get("/gaps", {"pending": "true", "since": "5", "limit": "2", "cursor": "7"})
        bad = await client.get("/gaps", {"pending": "perhaps"})
        unknown = await client.get("/gaps", {"instrument": "crypto:NONE"})
    assert read(reply) == {
        "gaps": [
            {
                "instrument": BTC,
                "from_ms": NOW_MS - 60_000,
                "to_ms": NOW_MS,
                "cause": "disconnect",
                "state": "open",
                "found_ms": NOW_MS,
                "changed_ms": NOW_MS + 5,
                "feed": "binance:BTCUSDT",
                "filled_from": "",
                "attempts": 0,
                "detail": "",
            }
        ],
        "next_cursor": "9",
    }
    assert engine.asked == [GetGaps(only_pending=True, since_ms=5, limit=2, cursor="7")]
    assert (bad.status, unknown.status) == (400, 404)
