"""Turns a value of a file, or the text of an environment variable, into the type of its field."""

import re
import sys
import tomllib
from collections.abc import Callable
from enum import Enum
from functools import partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin

from msgspec.structs import FieldInfo

from rtp_tui.config.units import duration_ms, size_bytes
from rtp_tui.text import nearest

MAX_TEXT = 4096
_LARGEST_NUMBER = sys.float_info.max

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MAY_BE_ZERO = ("for_ms", "cool_down_ms")
"""Durations that need not last: of a rule that fires at once, and again at once."""
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


class WrongValue(ValueError):
    """A value that its field cannot hold, and what was probably meant."""

    def __init__(self, message: str, meant: str = "") -> None:
        super().__init__(message)
        self.meant = meant


def typed(field: FieldInfo, value: object) -> object:
    """The value as its field holds it. Raises WrongValue with what was expected."""
    if field.name.endswith("_ms"):
        least = 0 if field.name in _MAY_BE_ZERO else 1
        return _amount(value, partial(duration_ms, least=least), 'a duration in quotes, such as "30s"')
    if field.name.endswith("_bytes"):
        return _amount(value, size_bytes, 'a size in quotes, such as "5GB"')
    return _typed(without_none(field.type), value)


def without_none(kind: Any) -> Any:
    """The type of an optional field that is there."""
    if get_origin(kind) in (Union, UnionType):
        members: tuple[Any, ...] = get_args(kind)
        return next(member for member in members if member is not NoneType)
    return kind


def choices(kind: Any) -> tuple[str, ...]:
    """What may be chosen from, for a field with a closed set of values; else nothing."""
    kind = without_none(kind)
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(member.value for member in kind) if _is_enum(kind) else ()


def shown(value: object) -> str:
    """A value as it is quoted in a message, with its type where that is the mistake."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case list() | tuple():
            return "an array"
        case dict():
            return "a table"
        case _:
            return str(value)[:60]


def _typed(kind: Any, value: object) -> object:
    if get_origin(kind) is tuple:
        return _array(get_args(kind)[0], value)
    if valid := choices(kind):
        return _choice(kind, valid, value)
    if kind is bool:
        return _instance(value, bool, "true or false")
    if kind is int:
        return _whole(value)
    if kind is float:
        return _number(value)
    return _text(value)


def _is_enum(kind: Any) -> TypeGuard[type[Enum]]:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _amount(value: object, read: Callable[[str], int], expected: str) -> int:
    if not isinstance(value, str):
        raise WrongValue(f"{shown(value)} is not {expected}")
    return read(value)


def _array(kind: Any, value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise WrongValue(f"{shown(value)} is not an array: write [ … ]")
    return tuple(_typed(kind, element) for element in value)


def _choice(kind: Any, valid: tuple[str, ...], value: object) -> object:
    if value not in valid:
        raise WrongValue(f"{shown(value)} is not one of {', '.join(valid)}", nearest(str(value), valid))
    return kind(value) if _is_enum(kind) else value


def _instance(value: object, kind: type, expected: str) -> object:
    if not isinstance(value, kind):
        raise WrongValue(f"{shown(value)} is not {expected}")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**53:
        raise WrongValue(f"{shown(value)} is not a whole number")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST_NUMBER:
        raise WrongValue(f"{shown(value)} is not a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValue(f"{shown(value)} is not text in quotes")
    if len(value) > MAX_TEXT:
        raise WrongValue(f"is longer than {MAX_TEXT} characters")
    if _UNPRINTABLE.search(value):
        raise WrongValue("holds control characters")
    return value


def from_text(value: object, kind: Any) -> object:
    """What the text of an environment variable says for a type. Raises WrongValue."""
    kind = without_none(kind)
    if not isinstance(value, str):
        return value
    if get_origin(kind) is tuple:
        return _array_from_text(value)
    if valid := choices(kind):
        return next((choice for choice in valid if choice.lower() == value.lower()), value)
    if kind is bool:
        return _bool_from_text(value)
    return _number_from_text(value, kind) if kind in (int, float) else value


def _array_from_text(value: str) -> object:
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except (ValueError, RecursionError):
        raise WrongValue("is not a TOML array") from None


def _bool_from_text(value: str) -> object:
    word = value.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else value


def _number_from_text(value: str, kind: Callable[[str], object]) -> object:
    try:
        return kind(value)
    except ValueError:
        return value
