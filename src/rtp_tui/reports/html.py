"""A document as one HTML page that needs nothing else: no script, no picture, no font. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from rtp_tui.reports.document import Document, Table
from rtp_tui.text import safe

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{padding:.25rem .6rem;"
    "text-align:right;border-bottom:1px solid #d8dee4;font-variant-numeric:tabular-nums}"
    "th:first-child,td:first-child{text-align:left}th{color:#57606a}h1{font-size:1.6rem}h2{font-size:1.15rem;"
    "margin-top:1.8rem}@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
    "th,td{border-color:#30363d}th{color:#8d96a0}}"
)


def html(document: Document) -> str:
    """The page; whatever stands in names and words is shown as it is."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    title = _plain(document.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    for words in document.paragraphs:
        yield f"<p>{_plain(words)}</p>"
    for section in document.sections:
        yield f"<h2>{_plain(section.title)}</h2>"
        for words in section.paragraphs:
            yield f"<p>{_plain(words)}</p>"
        if section.table is not None:
            yield from _table(section.table)
    yield "</body>\n</html>"


def _table(table: Table) -> Iterator[str]:
    yield f"<table>\n<thead>{_row(table.columns, 'th')}</thead>\n<tbody>"
    for row in table.rows:
        yield _row(row, "td")
    yield "</tbody>\n</table>"


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_plain(cell)}</{tag}>' for cell in cells)}</tr>"


def _plain(text: str) -> str:
    return escape(safe(text, 1024))
