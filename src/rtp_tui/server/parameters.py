"""What the query string says, in the many spellings that are accepted."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId

MAX_LIMIT = 10_000

Limit = Annotated[int, Meta(ge=1, le=MAX_LIMIT)]
Flag = bool | Literal[""]
Moment = Annotated[
    str, Meta(description="Unix milliseconds, a date or RFC 3339; UTC where no zone is given.")
]
Timeframe = Annotated[str, Meta(pattern=r"^((1|5|15)(T|min|m)|1(H|h|D|d))$")]

_TIMEFRAME = re.compile(r"(\d{1,4})(T|min|m|H|h|D|d|W|w)")
_UNITS = {"T": "m", "min": "m"}
_ZONE_WHOSE_PLUS_BECAME_A_SPACE = re.compile(r" (\d\d:?\d\d)$")


def moment_ms(text: str) -> int:
    """A moment given as Unix milliseconds, a date, or RFC 3339; UTC where no zone is given. Raises BadRequest."""
    if re.fullmatch(r"-?\d{1,16}", text):
        return int(text)
    if "T" in text:
        text = _ZONE_WHOSE_PLUS_BECAME_A_SPACE.sub(r"+\1", text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"not a moment: {text[:40]!r} (milliseconds, a date or RFC 3339)") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def moment_in(given: Mapping[str, str], name: str) -> int | None:
    """A moment that may be left out, or left empty. Raises BadRequest that names the parameter."""
    text = given.get(name)
    try:
        return moment_ms(text) if text else None
    except BadRequest as refusal:
        raise BadRequest(f"{name}: {refusal.message}") from None


def timeframe(text: str) -> str:
    """`1m`, `5m`, `1h`, `1d` from these and from `1T`, `5T`, `1H`, `1D`. Raises BadRequest."""
    spelled = _TIMEFRAME.fullmatch(text)
    if spelled is None:
        raise BadRequest(f"not a timeframe: {text[:20]!r} (for example 1m, 5m, 1h, 1d)")
    return spelled[1] + _UNITS.get(spelled[2], spelled[2].lower())


def timeframe_in(given: Mapping[str, str]) -> str | None:
    """A timeframe that may be left out, and is none when it is empty. Raises BadRequest."""
    text = given.get("timeframe")
    return None if text is None else timeframe(text)


def limit(text: str) -> int:
    """How many rows at most. Raises BadRequest."""
    return count("limit", text)


def count(name: str, text: str) -> int:
    """One or more of something. Raises BadRequest that names the parameter."""
    if not re.fullmatch(r"\d{1,6}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise BadRequest(f"{name} is between 1 and {MAX_LIMIT}")
    return int(text)


def flag(name: str, text: str) -> bool:
    """Yes or no; the bare name means yes. Raises BadRequest that names the parameter."""
    if text not in ("", "true", "false"):
        raise BadRequest(f"{name}: either true or false")
    return text != "false"


def choice(name: str, text: str, choices: Iterable[str]) -> str:
    """One of some words. Raises BadRequest that names the parameter."""
    known = tuple(choices)
    if text not in known:
        raise BadRequest(f"{name}: one of {', '.join(known)}")
    return text


def instrument(text: str, instruments: Mapping[InstrumentId, Instrument]) -> Instrument:
    """The instrument of an id, or of a symbol that only one has. Raises UnknownInstrument, BadRequest."""
    exact = instruments.get(InstrumentId(text))
    if exact is not None:
        return exact
    wanted = text.lower()
    found = [one for one in instruments.values() if wanted in (one.symbol.lower(), one.id.lower())]
    if not found:
        raise UnknownInstrument(f"no instrument {text[:64]!r} is configured")
    if len(found) > 1:
        raise BadRequest(f"{text[:64]!r} may be {', '.join(sorted(one.id for one in found))}")
    return found[0]


def instrument_in(
    given: Mapping[str, str], instruments: Mapping[InstrumentId, Instrument]
) -> InstrumentId | None:
    """The id of the parameter `instrument`, which may be left out or empty. Raises UnknownInstrument, BadRequest."""
    name = given.get("instrument")
    return instrument(name, instruments).id if name else None
