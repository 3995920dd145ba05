"""The effective configuration as a file would write it, without secrets."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import FieldInfo

from rtp_tui.config.locate import KeyPath
from rtp_tui.config.settings import Settings
from rtp_tui.config.units import duration_text, size_text
from rtp_tui.config.validate import keys_of
from rtp_tui.text import redacted


def document(settings: Settings) -> dict[str, Any]:
    """The settings under their keys, durations and sizes as text, secrets hidden."""
    return _table(settings)


def fingerprint(settings: Settings) -> str:
    """Twelve digits that are the same wherever the settings are, whatever their secrets."""
    from hashlib import sha256  # heavy: the console paints before anything is to be told apart

    return sha256(encode(document(settings), order="deterministic")).hexdigest()[:12]


def leaves(settings: Settings) -> Iterator[tuple[KeyPath, object]]:
    """Every effective key with its value; arrays of tables count as one."""
    yield from _leaves(document(settings), ())


def _table(struct: Struct) -> dict[str, Any]:
    values = ((key, field, getattr(struct, field.name)) for key, field in keys_of(type(struct)).items())
    return {key: _written(field, value) for key, field, value in values if value is not None}


def _written(field: FieldInfo, value: Any) -> object:
    if field.name.endswith("_ms"):
        return duration_text(value)
    if field.name.endswith("_bytes"):
        return size_text(value)
    return _plain(value)


def _plain(value: Any) -> object:
    match value:
        case Struct():
            return _table(value)
        case dict():
            return {key: _plain(element) for key, element in value.items()}
        case tuple() | list():
            return [_plain(element) for element in value]
        case Enum():
            return value.value
        case str():
            return redacted(value)
        case _:
            return value


def _leaves(tree: dict[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
