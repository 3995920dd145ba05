"""One report in several forms. Pure."""

from enum import StrEnum

import msgspec

from rtp_tui.model.reports import Report
from rtp_tui.reports.document import document_of
from rtp_tui.reports.html import html
from rtp_tui.reports.markdown import markdown


class ReportFormat(StrEnum):
    """How a report is written."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


MEDIA_TYPES = {
    ReportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.JSON: "application/json",
}


def rendered(report: Report, written_as: ReportFormat) -> bytes:
    """A report in one form."""
    if written_as is ReportFormat.JSON:
        return msgspec.json.format(msgspec.json.encode(report)) + b"\n"
    write = markdown if written_as is ReportFormat.MARKDOWN else html
    return write(document_of(report)).encode()
