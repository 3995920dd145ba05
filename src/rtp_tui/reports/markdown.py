"""A document as Markdown. Pure."""

import re
from collections.abc import Iterator, Sequence

from rtp_tui.reports.document import Document, Table
from rtp_tui.text import safe

_MEANT = re.compile(r"([\\`*_\[\]<>|#])")


def markdown(document: Document) -> str:
    """The text; whatever stands in names and words is shown as it is."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# {_plain(document.title)}"
    for words in document.paragraphs:
        yield from ("", _plain(words))
    for section in document.sections:
        yield from ("", f"## {_plain(section.title)}")
        for words in section.paragraphs:
            yield from ("", _plain(words))
        if section.table is not None:
            yield ""
            yield from _table(section.table)


def _table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    yield "| --- |" + " ---: |" * (len(table.columns) - 1)
    yield from map(_row, table.rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    return _MEANT.sub(r"\\\1", safe(text, 1024))
