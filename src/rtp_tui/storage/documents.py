"""Documents in a history file; runs in the threads of its connections."""

import sqlite3
from collections.abc import Sequence

from rtp_tui.model.documents import Document, DocumentKind

DOCUMENTS = (
    "INSERT INTO documents (kind, name, changed_ms, payload) VALUES ",
    4,
    " ON CONFLICT (kind, name) DO UPDATE SET changed_ms = excluded.changed_ms, payload = excluded.payload",
)


def document_parameters(documents: Sequence[Document]) -> list[str | int | float | None]:
    """The columns of several rows, one after another."""
    return [value for one in documents for value in (one.kind.value, one.name, one.changed_ms, one.payload)]


def read_documents(kind: DocumentKind, connection: sqlite3.Connection) -> tuple[Document, ...]:
    """Those of a kind that are there, by name."""
    rows = connection.execute(
        "SELECT name, changed_ms, payload FROM documents WHERE kind = ? AND payload IS NOT NULL ORDER BY name",
        (kind.value,),
    ).fetchall()
    return tuple(Document(kind, *row) for row in rows)
