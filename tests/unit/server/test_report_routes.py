"""`GET /reports` and `GET /export`."""

import pytest

from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.queries import AlertPage, BarPage, GetAlerts, GetBars, GetReport, TickPage
from rtp_tui.model.reports import ReportPeriod
from tests.factories import BTC, NOW_MS, a_report, a_trade, an_alert
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [("", "application/json", b"{"), ("html", "text/html", b"<!doctype"), ("md", "text/markdown", b"# Day")],
)
async def test_a_report_comes_in_the_form_that_is_asked_for(form: str, kind: str, begins: bytes) -> None:
    engine = ScriptedPipeline()
    engine.answers[GetReport] = a_report()
    async with asking(engine) as client:
        reply = await client.get("/reports/weekly", {"format": form, "date": "2026-W47"})
    assert reply.headers["content-type"].startswith(kind)
    assert reply.body.startswith(begins)
    assert engine.asked == [GetReport(period=ReportPeriod.WEEKLY, date="2026-W47")]
    assert ("content-security-policy" in reply.headers) == (form == "html")


async def test_what_is_no_report_is_refused() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetReport] = BadRequest("date: 'soon' is no date")
    async with asking(engine) as client:
        bad = [
            await client.get("/reports/daily", {"format": "pdf"}),
            await client.get("/reports/daily", {"date": "soon"}),
            await client.get("/reports/daily", {"output": "/etc/passwd"}),
        ]
        unknown = await client.get("/reports/hourly")
    assert [reply.status for reply in bad] == [400, 400, 400]
    assert unknown.status == 404


async def test_rows_are_sent_page_after_page() -> None:
    engine = ScriptedPipeline()
    pages = [TickPage(ticks=(a_trade(),), next_cursor="7"), TickPage(ticks=(a_trade(sequence=2),))]

    async def next_page(_query: object) -> TickPage:
        return pages.pop(0)

    engine.query = next_page  # type: ignore[method-assign, assignment]
    async with asking(engine) as client:
        reply = await client.get("/export/ticks", {"instrument": "BTC", "start": str(NOW_MS)})
    lines = reply.body.decode().splitlines()
    assert lines[0].startswith("instrument,feed,kind,event_ms")
    assert [line.split(",")[7] for line in lines[1:]] == ["1", "2"]
    assert 'attachment; filename="ticks-crypto-BTC.csv"' in reply.headers["content-disposition"]


async def test_an_empty_export_has_its_header() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetBars] = BarPage(bars=())
    async with asking(engine) as client:
        reply = await client.get("/export/bars", {"instrument": BTC, "timeframe": "5T"})
    assert reply.body.startswith(b"instrument,timeframe,")
    assert engine.asked[0].timeframe == "5m"


async def test_a_message_that_looks_like_a_formula_is_harmless_in_csv_and_itself_in_json() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetAlerts] = AlertPage(alerts=(an_alert(message="=1+1"),))
    async with asking(engine) as client:
        table = await client.get("/export/alerts")
        lines = await client.get("/export/alerts", {"format": "jsonl"})
    assert b",'=1+1," in table.body
    assert read(lines)["message"] == "=1+1"


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/export/ticks", {}, 400),
        ("/export/bars", {"instrument": "crypto:NONE"}, 404),
        ("/export/bars", {"instrument": "BTC", "timeframe": "7m"}, 400),
        ("/export/bars", {"instrument": "BTC", "format": "parquet"}, 400),
        ("/export/bars", {"instrument": "BTC", "start": "soon"}, 400),
        ("/export/secrets", {}, 400),
        ("/export/alerts", {"output": "../../etc/x"}, 400),
        ("/export/..%2f..%2fetc%2fpasswd", {}, 404),
    ],
)
async def test_bad_exports_are_refused(path: str, given: dict[str, str], status: int) -> None:
    async with asking(ScriptedPipeline()) as client:
        reply = await client.get(path, given)
    assert reply.status == status


async def test_a_store_that_cannot_be_read_is_told_before_anything_is_sent() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetBars] = Failed("the disk is gone")
    async with asking(engine) as client:
        reply = await client.get("/export/bars", {"instrument": "BTC"})
    assert (reply.status, read(reply)["detail"]) == (502, "the disk is gone")
