"""Text that is safe to show, and numbers, ages and prices as people read them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_].*?(?:\x1b\\|\x07|\x9c|$)|[\x90\x98\x9d-\x9f].*?(?:\x1b\\|\x07|\x9c|$)"
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    r"\xad\u180e\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PLAIN = re.compile(r"[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u27bf]*")
_JOINING = re.compile(r"[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef\U0001f3fb-\U0001f3ff]")
"""Fillers, variation selectors and skin tones: how wide they make what stands before them, no two terminals agree."""
_FLAGS = {0x1F1E6 + index: chr(0x41 + index) for index in range(26)}
"""Halves of flags, about whose width they do not agree either: the letters that they stand for."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def safe(text: str, limit: int = 256) -> str:
    """Remove escape sequences, control and bidirectional characters; at most `limit` characters remain.

    The input is cut first, so that a hostile text costs no more than a long one.
    """
    text = _CONTROL.sub("", _SEQUENCE.sub("", text[: 4 * limit]))
    text = _JOINING.sub("", _SURROGATE.sub("\ufffd", text)).translate(_FLAGS)
    if not text.isprintable():
        text = "".join(" " if one.isspace() else one for one in text if one.isprintable() or one.isspace())
    return text[:limit]


def is_plain(text: str) -> bool:
    """Letters, signs and glyphs that every terminal shows in one cell each: nothing to be made safe."""
    return _PLAIN.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def harmless(text: str | None) -> str | None:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text is not None and text.startswith(_FORMULA) else text


def safe_json(text: str) -> str:
    """The same JSON with what a terminal would obey written as escapes; line ends stay."""
    return _CONTROL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "\n" if found[0] == "\n" else "".join(f"\\u{pair}" for pair in pairs)


_SECRET = re.compile(
    r"(?i)((?:api[-_]?key|token|secret|password|signature|authorization)[\"']?\s*[=:]\s*[\"']?"
    r"(?:(?:bearer|basic|token|apikey)\s+)?)[^&\s\"',}]+"
)
_USERINFO = re.compile(r"(?<=://)[^/?#\s]+@")


def redacted(text: str) -> str:
    """Hide what follows the name of a secret, and user information in URLs."""
    return _SECRET.sub(r"\1***", _USERINFO.sub("***@", text))


_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)
"""Their kind is what they say: `'price'` alone is no reason."""


def is_bug(error: Exception) -> bool:
    """Our own mistake, which nobody at a desk can mend: the log gets its traceback."""
    return isinstance(error, _BUGS)


def words_of(error: Exception, limit: int = 256) -> str:
    """What went wrong, redacted and safe to show: in an error's own words; a bug also by its kind."""
    kind, message = type(error).__name__, str(error)
    said = f"{kind}: {message}" if message and is_bug(error) else message or kind
    return safe(redacted(said), limit)


def precision_for(asset_class: str, price: float) -> int:
    """Decimals that show a move of about a hundredth of a percent at this price."""
    if asset_class in ("stocks", "index") and price >= 1:
        return 2
    magnitude = abs(price)
    for bound, decimals in ((100, 2), (10, 3), (1, 4), (0.1, 5), (0.01, 6), (0.001, 7)):
        if magnitude >= bound:
            return decimals
    return 8


def price_text(price: float | None, decimals: int) -> str:
    """A price with fixed decimals and thousands separators; a dash where it is not known."""
    return "–" if price is None else f"{price:,.{decimals}f}"


def signed(value: float | None, decimals: int = 2) -> str:
    """A change with its sign, plus where it rounds to nothing; a dash where it is not known."""
    return "–" if value is None else f"{value:+z,.{decimals}f}"


_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def compact(value: float | None) -> str:
    """A large number in at most six characters: `28.5B`, `312`."""
    if value is None or not isfinite(value):
        return "–"
    for scale, suffix in _SCALES:
        if abs(value) >= scale * 0.9995:
            scaled = value / scale
            return f"{scaled:.{2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0}f}{suffix}"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 99.995 else f"{value:.2f}"


def byte_text(count: float) -> str:
    """Bytes in at most seven characters: `45.2MB`."""
    for scale, suffix in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= scale * 0.99995:
            return f"{count / scale:.1f}{suffix}"
    return f"{count:.0f}B"


def age_text(age_ms: float | None) -> str:
    """An age in at most four characters: `0.2s`, `41s`, `12m`, `3h`, `9d`; never negative."""
    if age_ms is None:
        return "–"
    seconds = max(0.0, age_ms / 1000)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    for bound, unit, suffix in ((99.5, 1, "s"), (5970, 60, "m"), (172_800, 3600, "h")):
        if seconds < bound:
            return f"{seconds / unit:.0f}{suffix}"
    return f"{seconds / 86_400:.0f}d"


def clock_text(at_ms: int, zone: tzinfo = UTC, *, seconds: bool = True) -> str:
    """A moment as `14:03:27` in a zone."""
    moment = datetime.fromtimestamp(at_ms / 1000, tz=zone)
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def day_time_text(at_ms: int, zone: tzinfo = UTC) -> str:
    """A moment that may be of another day, as `2026-11-21 14:03:27` in a zone."""
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=zone):%Y-%m-%d %H:%M:%S}"


_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = "_.-=+*#@"


def sparkline(values: tuple[float, ...], width: int, *, ascii_only: bool = False) -> str:
    """The newest `width` values as one row of blocks, right-aligned; a flat line sits in the middle."""
    shown = values[-width:] if width > 0 else ()
    if not shown:
        return " " * width
    blocks = _ASCII_BLOCKS if ascii_only else _BLOCKS
    low, high = min(shown), max(shown)
    span = high - low
    if span <= 0:
        return (blocks[3] * len(shown)).rjust(width)
    # The highest value is one step beyond the last block.
    steps = blocks + blocks[-1]
    return "".join([steps[int((value - low) / span * 8)] for value in shown]).rjust(width)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known word that was probably meant, by how much both are alike; empty where none is that much."""
    return next(iter(get_close_matches(word[:64], tuple(known), 1, likeness)), "")
