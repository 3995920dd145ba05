"""`/reports` and `/export`: what days and weeks came to, and rows of the past as they are stored."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import GetReport
from rtp_tui.model.reports import Report, ReportPeriod
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS
from rtp_tui.reports.columns import Row
from rtp_tui.reports.formats import ExportFormat, TextEncoder, text_encoder
from rtp_tui.reports.paging import ExportKind, Wanted, columns_of, pages_of
from rtp_tui.reports.rendering import MEDIA_TYPES, ReportFormat, rendered
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Content, Endpoint, Parameter
from rtp_tui.server.event_routes import PAST
from rtp_tui.server.journal import Journal

_TEXT = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON_LINES: "application/jsonl",
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_NEEDS_INSTRUMENT = (ExportKind.TICKS, ExportKind.BARS)
_REPORT_PARAMETERS = (
    Parameter("format", "`json` where it is left out.", ReportFormat),
    Parameter("date", "Any day of it, or a week such as 2026-W47; the one that is where it is left out."),
)


class ReportRoutes:
    """Reports and exports over HTTP. No path of a file is taken: what is exported is sent."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            *(
                Endpoint(
                    method="GET",
                    path=f"/reports/{period.value}",
                    handler=partial(self.report, period),
                    summary=summary,
                    room=PAST,
                    parameters=_REPORT_PARAMETERS,
                    contents=(Content(Report), Content(str, "text/markdown"), Content(str, "text/html")),
                    refusals=("failed",),
                )
                for period, summary in (
                    (ReportPeriod.DAILY, "What a day came to, by the desk's time zone."),
                    (ReportPeriod.WEEKLY, "What a week came to, from Monday on."),
                )
            ),
            Endpoint(
                method="GET",
                path="/export/{kind}",
                handler=self.export,
                summary="Rows of the past as text, however many; ticks and bars ascending, alerts and signals the newest first.",
                room=PAST,
                parameters=(
                    Parameter("kind", "What is exported.", ExportKind, example="alerts"),
                    Parameter(
                        "instrument", "By id or symbol; ticks and bars need one.", example="crypto:BTC"
                    ),
                    Parameter("start", "Where the rows begin.", parameters.Moment),
                    Parameter("end", "Where they end.", parameters.Moment),
                    Parameter("timeframe", "Of bars; `1m` where it is left out.", parameters.Timeframe),
                    Parameter("format", "`csv` where it is left out, or `jsonl`."),
                ),
                contents=(Content(str, "text/csv"), Content(str, "application/jsonl")),
                refusals=("unknown_instrument", "failed"),
            ),
        )

    async def report(self, period: ReportPeriod, request: Request) -> Response:
        given = request.query_params
        form = ReportFormat(parameters.choice("format", given.get("format") or "json", ReportFormat))
        report = await self._api.query(GetReport(period=period, date=given.get("date") or None))
        headers = {"Cache-Control": "no-store"}
        if form is ReportFormat.HTML:
            headers |= {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        return Response(rendered(report, form), headers=headers, media_type=MEDIA_TYPES[form])

    async def export(self, request: Request) -> Response:
        kind = ExportKind(parameters.choice("kind", request.path_params["kind"], ExportKind))
        wanted, form = self._wanted(kind, request), _form(request)
        pages = pages_of(wanted, self._api)
        # Read before anything is sent, so that what cannot be read is told as a problem.
        first = await anext(pages, ())
        lines = _lines(text_encoder(form, columns_of(kind)), first, pages)
        name = "-".join((kind.value, *((wanted.instrument or "").split(":") if wanted.instrument else ())))
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}.{form.value}"',
            "X-Content-Type-Options": "nosniff",
        }
        return StreamingResponse(lines, headers=headers, media_type=_TEXT[form])

    def _wanted(self, kind: ExportKind, request: Request) -> Wanted:
        given = request.query_params
        wanted = Wanted(
            kind=kind,
            instrument=parameters.instrument_in(given, self._journal.state.market.instruments),
            start_ms=parameters.moment_in(given, "start"),
            end_ms=parameters.moment_in(given, "end"),
            timeframe=parameters.choice("timeframe", parameters.timeframe_in(given) or "1m", TIMEFRAMES_MS),
        )
        if kind in _NEEDS_INSTRUMENT and wanted.instrument is None:
            raise BadRequest(
                f"instrument: {kind.value} are exported of one instrument, which has to be named"
            )
        return wanted


def _form(request: Request) -> ExportFormat:
    text = request.query_params.get("format") or ExportFormat.CSV.value
    return ExportFormat(parameters.choice("format", text, (form.value for form in _TEXT)))


async def _lines(
    encode: TextEncoder, first: Sequence[Row], pages: AsyncIterator[Sequence[Row]]
) -> AsyncIterator[bytes]:
    yield encode.header + encode(first)
    async for page in pages:
        yield encode(page)
