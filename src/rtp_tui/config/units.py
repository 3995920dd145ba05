"""Durations and sizes as people write them: `500ms 30s 5m 1h 7d 2y`, `500MB 5GB`."""

import re

_DURATION = re.compile(r"([0-9]{1,12})(ms|s|m|h|d|y)")
_MILLISECONDS = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "y": 31_536_000_000,
}
_SIZE = re.compile(r"([0-9]{1,12})(B|kB|KB|MB|GB|TB)")
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def duration_ms(text: str, least: int = 1) -> int:
    """Milliseconds of `30s`; a year has 365 days. Raises ValueError, for what is less than `least` too."""
    return _amount(text, _DURATION, _MILLISECONDS, "a duration such as 500ms, 30s, 5m, 1h or 7d", least)


def size_bytes(text: str) -> int:
    """Bytes of `5GB`, by powers of ten. Raises ValueError."""
    return _amount(text, _SIZE, _BYTES, "a size such as 500MB or 5GB")


def duration_text(ms: int) -> str:
    """The shortest way to write a duration."""
    return _written(ms, _MILLISECONDS) if ms else "0s"


def size_text(count: int) -> str:
    """The shortest way to write a size."""
    return _written(count, _BYTES) if count else "0B"


def _amount(text: str, pattern: re.Pattern[str], units: dict[str, int], expected: str, least: int = 1) -> int:
    match = pattern.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text[:40]}" is not {expected}')
    amount = int(match[1]) * units[match[2]]
    if not least <= amount < 2**53:
        raise ValueError(f'"{text[:40]}" is out of range')
    return amount


def _written(amount: int, units: dict[str, int]) -> str:
    unit, scale = max(
        ((unit, scale) for unit, scale in units.items() if amount % scale == 0), key=lambda u: u[1]
    )
    return f"{amount // scale}{unit}"
