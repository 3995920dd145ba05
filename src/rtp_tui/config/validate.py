"""Walks what a configuration says, field by field, and collects every mistake at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeGuard, get_args, get_origin

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import FieldInfo, fields

from rtp_tui.config.errors import ConfigurationError, Place
from rtp_tui.config.field_checks import PATHS, check_of
from rtp_tui.config.instruments import check_together
from rtp_tui.config.locate import KeyPath
from rtp_tui.config.settings import Settings
from rtp_tui.config.typed import WrongValue, shown, typed
from rtp_tui.text import nearest

MAX_ERRORS = 1000

_NOT_IN_FILES = {(Settings, "demo")}


class Layer(Struct, frozen=True, kw_only=True):
    """One place that settings come from, and how to say where in it a key stands."""

    tree: Mapping[str, Any]
    place: Callable[[KeyPath], Place]
    base: Path
    """Where relative paths start."""
    reads: Callable[[object, Any], object] = lambda value, _: value
    """What a value says for a type; matters for layers that know only text."""


class Checked(Struct, kw_only=True):
    """What a layer sets: values by field name, and where each key was set."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    errors: list[ConfigurationError] = field(default_factory=list)


def key_of(field: FieldInfo) -> str:
    """The key under which a field is written: `tick_retention` for `tick_retention_ms`."""
    if field.name.endswith("_ms"):
        return field.name.removesuffix("_ms")
    if field.name.endswith("_bytes"):
        return field.name.removesuffix("_bytes") + "_size"
    return field.encode_name


def keys_of(kind: type[Struct]) -> dict[str, FieldInfo]:
    """The keys of a table and the fields that they set."""
    return {key_of(field): field for field in fields(kind) if (kind, field.name) not in _NOT_IN_FILES}


def is_table(kind: object) -> TypeGuard[type[Struct]]:
    """The type is a struct, which a table writes."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def table_of_array(kind: Any) -> type[Struct] | None:
    """The table that an array of tables repeats, if the type is one."""
    element = get_args(kind)[0] if get_origin(kind) is tuple else None
    return element if is_table(element) else None


def dotted(path: KeyPath) -> str:
    """A path as people read it: `instruments[0].id`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def expanded(path: Path) -> Path:
    """The path with `~` made a home directory, where there is such a home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def validate(layer: Layer) -> Checked:
    """Check all that a layer says."""
    walk = _Walk(layer)
    walk.checked.values = walk.table(Settings, layer.tree, ())
    return walk.checked


class _Walk:
    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.checked = Checked()
        self.mistakes = 0

    def table(self, kind: type[Struct], tree: object, path: KeyPath) -> dict[str, Any]:
        """The checked values of a table by field name."""
        known = keys_of(kind)
        values: dict[str, Any] = {}
        for key, value in self._mapping(tree, path).items():
            here = (*path, key)
            if key in known:
                self._field(kind, known[key], value, here, values)
            else:
                self._refuse(here, "unknown key", _nearest_key(key, known))
        return values

    def _field(
        self, kind: type[Struct], field: FieldInfo, value: object, path: KeyPath, into: dict[str, Any]
    ) -> None:
        if is_table(field.type):
            into[field.name] = self.table(field.type, value, path)
        elif get_origin(field.type) is dict:
            element = get_args(field.type)[1]
            named = self._mapping(value, path)
            into[field.name] = {
                name: self.table(element, named[name], (*path, name))
                if is_table(element)
                else self._text(named[name], (*path, name))
                for name in named
            }
        else:
            self._value(kind, field, value, path, into)

    def _text(self, value: object, path: KeyPath) -> str:
        if not isinstance(value, str):
            self._refuse(path, f"{shown(value)} is not text in quotes")
        self.checked.places[path] = self.layer.place(path)
        return str(value)

    def _value(
        self, kind: type[Struct], field: FieldInfo, value: object, path: KeyPath, into: dict[str, Any]
    ) -> None:
        try:
            value = self.layer.reads(value, field.type)
            element = table_of_array(field.type)
            into[field.name] = (
                self._checked(kind, field, value) if element is None else self._tables(element, value, path)
            )
        except ValueError as error:
            self._refuse(path, str(error), error.meant if isinstance(error, WrongValue) else "")
        else:
            self.checked.places[path] = self.layer.place(path)

    def _checked(self, kind: type[Struct], field: FieldInfo, value: object) -> object:
        value = typed(field, value)
        if (kind, field.name) in PATHS:
            return str(self.layer.base / expanded(Path(str(value)))) if value else ""
        check = check_of(kind, field.name)
        return value if check is None else check(value)

    def _tables(self, kind: type[Struct], rows: object, path: KeyPath) -> tuple[Struct, ...]:
        if not isinstance(rows, list | tuple):
            raise WrongValue(f"{shown(rows)} is not an array of tables: write [[{path[-1]}]]")
        built = [self._element(kind, row, (*path, position)) for position, row in enumerate(rows)]
        identity = next((key for key in ("id", "name") if key in keys_of(kind)), None)
        if identity is not None:
            self._require_distinct([_identity_of(row, identity) for row in rows], identity, path)
        return tuple(element for element in built if element is not None)

    def _element(self, kind: type[Struct], row: object, path: KeyPath) -> Struct | None:
        before = self.mistakes
        values = self.table(kind, row, path)
        if isinstance(row, Mapping):
            self._require(kind, row, values, path)
        return self._whole(kind, values, path) if self.mistakes == before else None

    def _whole(self, kind: type[Struct], values: dict[str, Any], path: KeyPath) -> Struct | None:
        element = kind(**values)
        try:
            check_together(element)
        except ValueError as error:
            self._refuse(path, str(error))
            return None
        return element

    def _require_distinct(self, ids: list[str | None], identity: str, path: KeyPath) -> None:
        first: dict[str, int] = {}
        for position, id_ in enumerate(ids):
            if id_ is not None and first.setdefault(id_, position) != position:
                line = self.layer.place((*path, first[id_], identity)).line
                where = f" on line {line}" if line else ""
                self._refuse((*path, position, identity), f'"{id_}" is already defined{where}')

    def _require(
        self, kind: type[Struct], row: Mapping[str, object], values: dict[str, Any], path: KeyPath
    ) -> None:
        """All that has no default must be there; only a name is made up, from the id."""
        for key, known in keys_of(kind).items():
            if key in row or known.default is not NODEFAULT or known.default_factory is not NODEFAULT:
                continue
            if key == "name" and "id" in keys_of(kind):
                values["name"] = str(values.get("id", "")).partition(":")[2]
            else:
                self._refuse((*path, key), "is missing")

    def _mapping(self, value: object, path: KeyPath) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._refuse(path, f"{shown(value)} is not a table")
        return {}

    def _refuse(self, path: KeyPath, message: str, meant: str = "") -> None:
        self.mistakes += 1
        place = self.layer.place(path)
        if self.mistakes <= MAX_ERRORS:
            self.checked.errors.append(ConfigurationError(place=place, message=message, nearest=meant))
        elif self.mistakes == MAX_ERRORS + 1:
            self.checked.errors.append(
                ConfigurationError(place=Place(path=place.path), message="and more of the same")
            )


def _identity_of(row: object, identity: str) -> str | None:
    given = row.get(identity) if isinstance(row, Mapping) else None
    return given if isinstance(given, str) else None


def _nearest_key(key: str, known: Mapping[str, FieldInfo]) -> str:
    """The key of this table or of another that is spelled most alike."""
    tables = {name: field.type for name, field in keys_of(Settings).items() if is_table(field.type)}
    below = {inner: f"{name}.{inner}" for name, kind in tables.items() for inner in keys_of(kind)}
    alike = nearest(key, (*known, *below))
    return alike if alike in known else below.get(alike, "")
