"""The types that go over the wire as JSON Schema."""

from collections.abc import Iterable
from types import UnionType
from typing import Union, get_args, get_origin

import msgspec
from msgspec import Struct

from rtp_tui.server.endpoints import Content

Schema = dict[str, object]
"""JSON Schema 2020-12, as msgspec writes it."""


class MediaType(Struct):
    """What one form of a body looks like."""

    schema: Schema


class Schemas:
    """The schemas of all types that are answered or taken, by type.

    What is answered has all its fields, whichever have defaults; what is taken may leave those out.
    """

    def __init__(self, answered: Iterable[object], taken: Iterable[object]) -> None:
        self._made, self.components = _schemas((*answered, *taken))
        _, may_be_partial = _schemas(taken)
        for name in self.components.keys() - may_be_partial.keys() - _omitting(self._made):
            properties = self.components[name].get("properties")
            if isinstance(properties, dict):
                self.components[name]["required"] = list(properties)

    def of(self, kind: object) -> Schema:
        """The schema of a type, or of what is one of several."""
        schemas = [self._made[one] for one in _members(kind)]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def content(self, contents: Iterable[Content]) -> dict[str, MediaType]:
        """The forms of a body."""
        return {one.media_type: MediaType(self.of(one.type)) for one in contents}


def _schemas(types: Iterable[object]) -> tuple[dict[object, Schema], dict[str, Schema]]:
    members = list(dict.fromkeys(one for kind in types for one in _members(kind)))
    made, components = msgspec.json.schema_components(members, ref_template="#/components/schemas/{name}")
    return dict(zip(members, made, strict=True)), components


def _omitting(types: Iterable[object]) -> set[str]:
    structs = (one for one in types if isinstance(one, type) and issubclass(one, Struct))
    return {one.__name__ for one in structs if one.__struct_config__.omit_defaults}


def _members(kind: object) -> tuple[object, ...]:
    """A union whose members are not all told apart by a tag, taken apart: msgspec describes no such union."""
    is_union = get_origin(kind) in (Union, UnionType)
    return get_args(kind) if is_union and not all(map(_is_tagged, get_args(kind))) else (kind,)


def _is_tagged(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct) and kind.__struct_config__.tag is not None
