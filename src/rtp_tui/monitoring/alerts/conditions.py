"""Conditions as people write them: `crypto:BTC price > 70000`, `change 1m > 2 %`, `binance feed_rate < 1`."""

import re
from math import isfinite

from msgspec import Struct

from rtp_tui.monitoring.alerts.fields import FIELDS, About, Field, Unit
from rtp_tui.text import nearest

LONGEST_CONDITION = 200
_PARTS = re.compile(r"\s*(?P<left>.*?)\s*(?P<sign>>=|<=|>|<)\s*(?P<right>.*?)\s*", re.DOTALL)
_THRESHOLD = re.compile(
    r"(?P<number>[+-]?(?:[0-9][0-9_]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)\s*(?P<unit>[A-Za-z%]*)"
)
_SUBJECT = re.compile(r"[A-Za-z0-9._=^&*?:/-]{1,80}")
_SIZES = {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_SCALES = {
    Unit.NUMBER: {"": 1.0, "x": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12},
    Unit.PERCENT: {"": 1.0, "%": 1.0},
    Unit.BYTES: _SIZES,
    Unit.SECONDS: _SECONDS,
    Unit.MILLISECONDS: {unit: 1000 * scale for unit, scale in _SECONDS.items()},
}


class ConditionError(ValueError):
    """A condition that cannot be understood: where, counted from 1, why, and what was probably meant."""

    def __init__(self, message: str, position: int, nearest: str = "") -> None:
        meant = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"at character {position}: {message}{meant}")
        self.position = position
        self.nearest = nearest


class Condition(Struct, frozen=True):
    """A field of certain subjects, held against a threshold."""

    field: Field
    is_above: bool
    """It holds above the threshold; otherwise below."""
    includes: bool
    """It holds at the threshold too."""
    threshold: float
    subject: str = "*"
    """An id or a name, with `*` and `?`."""

    def holds(self, value: float, hysteresis: float = 0.0) -> bool:
        """Whether it holds for a value; where it held before the value must return by `hysteresis` to end it."""
        distance = value - self.threshold if self.is_above else self.threshold - value
        return distance >= -hysteresis if self.includes and not hysteresis else distance > -hysteresis

    @property
    def words(self) -> str:
        """The condition without its subject, for people."""
        sign = (">" if self.is_above else "<") + "=" * self.includes
        return f"{self.field.name.replace('_', ' ')} {sign} {value_text(self.field.unit, self.threshold)}"


def parse_condition(text: str) -> Condition:
    """What a text says. Raises ConditionError."""
    if len(text) > LONGEST_CONDITION:
        raise ConditionError(f"a condition has at most {LONGEST_CONDITION} characters", LONGEST_CONDITION)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise ConditionError("a field, one of > >= < <= and a number are expected", len(text.rstrip()) + 1)
    subject, field = _looked_at(parts["left"], parts.start("left") + 1)
    return Condition(
        field=field,
        is_above=parts["sign"].startswith(">"),
        includes=parts["sign"].endswith("="),
        threshold=_threshold(parts["right"], field, parts.start("right") + 1),
        subject=subject,
    )


def value_text(unit: Unit, value: float) -> str:
    """A reading as people write it."""
    if unit is Unit.PERCENT:
        return f"{value:.4g} %"
    if unit is Unit.BYTES:
        scale = max((one for one in _SIZES.items() if one[1] <= max(1.0, abs(value))), key=lambda one: one[1])
        return f"{value / scale[1]:.4g} {scale[0]}"
    if unit is Unit.SECONDS and value >= 60:
        return f"{value / 60:.4g} min"
    return f"{value:,.10g}" + (f" {unit}" if unit else "")


def _looked_at(words: str, position: int) -> tuple[str, Field]:
    """The subject and the field of `crypto:BTC change 1m`; the subject may be left out."""
    if not words:
        raise ConditionError("a field is missing", position)
    whole = _field_named(words)
    if whole is not None:
        return "*", whole
    subject, _, rest = words.partition(" ")
    field = _field_named(rest)
    if field is None or not _SUBJECT.fullmatch(subject):
        begins_with_subject = ":" in subject or "*" in subject
        unknown = rest.strip() if begins_with_subject else words
        at = position + (words.index(unknown) if unknown else len(words) + 1)
        raise ConditionError(f'"{unknown[:60]}" is no field', at, _nearest(unknown))
    if field.about is About.ENGINE:
        raise ConditionError(f"{field.name} is about the engine as a whole, not about {subject}", position)
    if field.about is About.INSTRUMENT and ":" not in subject and "*" not in subject:
        raise ConditionError(f'"{subject}" is not class:SYMBOL, such as crypto:BTC', position)
    return subject, field


def _field_named(words: str) -> Field | None:
    return FIELDS.get(re.sub(r"[\s._]+", "_", words.strip().lower()))


def _nearest(words: str) -> str:
    wanted = re.sub(r"[\s._]+", "_", words.strip().lower())[:64]
    return nearest(wanted, FIELDS, 0.5)


def _threshold(text: str, field: Field, position: int) -> float:
    match = _THRESHOLD.fullmatch(text)
    if match is None:
        raise ConditionError(f'"{text[:40]}" is no number' if text else "a number is missing", position)
    scales = _SCALES[field.unit]
    unit = match["unit"] or (field.unit.value if field.unit.value in scales else "")
    if unit not in scales:
        known = ", ".join(name for name in scales if name)
        raise ConditionError(f'"{unit}" is no unit of {field.name}: {known}', position + match.start("unit"))
    value = float(match["number"].replace("_", "")) * scales[unit]
    if not isfinite(value) or abs(value) > 1e18:
        raise ConditionError(f'"{text[:40]}" is out of range', position)
    return value
