"""`GET /filings/{id}`."""

from rtp_tui.model.events import InstrumentView
from rtp_tui.model.queries import FilingPage, GetFilings
from tests.factories import MSTR, NOW_MS, a_fact, a_filing, an_instrument, disclosures
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.unit.server.asking import asking, read


def an_engine() -> ScriptedPipeline:
    view = InstrumentView(an_instrument(MSTR), None, None, ())
    engine = ScriptedPipeline(a_snapshot(instruments=(view,)))
    engine.answers[GetFilings] = FilingPage(
        company=disclosures().company,
        asked_ms=NOW_MS,
        facts=(a_fact(),),
        filings=(a_filing(),),
        next_cursor="9",
    )
    return engine


async def test_filings_are_told_with_their_company_and_its_figures() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        reply = await client.get("/filings/MSTR", {"form": "8-K", "limit": "2", "cursor": "7"})
    assert engine.asked == [GetFilings(instrument=MSTR, form="8-K", limit=2, cursor="7")]
    assert read(reply) == {
        "id": MSTR,
        "company": {"cik": 1050446, "name": "Strategy Inc", "tickers": ["MSTR"]},
        "asked_ms": NOW_MS,
        "facts": [
            {
                "taxonomy": "us-gaap",
                "concept": "CryptoAssetNumberOfUnits",
                "unit": "BTC",
                "start": None,
                "end": "2025-12-31",
                "value": 641205.0,
                "filed": "2026-02-02",
                "form": "10-K",
                "accession": "0001050446-26-000009",
            }
        ],
        "filings": [
            {
                "accession": "0001050446-26-000011",
                "form": "8-K",
                "filed": "2026-02-02",
                "reported": "2026-02-01",
                "accepted_ms": 1_770_000_000_000,
                "description": "FORM 8-K",
                "items": ["7.01", "8.01"],
                "url": "https://www.sec.gov/Archives/edgar/data/1050446/000105044626000011/a.htm",
                "is_xbrl": False,
            }
        ],
        "next_cursor": "9",
    }


async def test_what_is_not_configured_or_not_understood_is_refused() -> None:
    async with asking(an_engine()) as client:
        unknown = await client.get("/filings/NONE")
        bad = await client.get("/filings/MSTR", {"limit": "0"})
        strange = await client.get("/filings/MSTR", {"kind": "8-K"})
    assert (unknown.status, bad.status, strange.status) == (404, 400, 400)
