"""What the value of a setting must be beyond its type: each check returns the value or raises ValueError."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec.structs import fields

from rtp_tui.config.directories import user_themes
from rtp_tui.config.shipped import theme_names
from rtp_tui.config.typed import WrongValue
from rtp_tui.notify.mail import is_address
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.text import nearest

Check = Callable[[Any], object]

ASSET_CLASSES = ("crypto", "stocks", "fx", "index", "futures")
PROVIDERS = tuple(source.name for source in fields(SourceSettings))

_SYMBOL = r"[A-Za-z0-9._=^&-]{1,32}"
_INSTRUMENT = re.compile(rf"([a-z]+):{_SYMBOL}")
_FEED = re.compile(r"([a-z0-9_]+):([^\s\x00-\x1f]{1,64})")
_REFERENCE = re.compile(r"(?:env|file|keyring):\S.*")
_TIME_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def instrument_id(value: str) -> str:
    """`class:SYMBOL` with a known class."""
    match = _INSTRUMENT.fullmatch(value)
    if match is None:
        raise ValueError(f'"{value}" is not class:SYMBOL, such as crypto:BTC')
    asset_class(match[1])
    return value


def asset_class(value: str) -> str:
    """One of the known classes."""
    if value not in ASSET_CLASSES:
        raise WrongValue(
            f'class "{value}" is not one of {", ".join(ASSET_CLASSES)}', nearest(value, ASSET_CLASSES)
        )
    return value


def feed_names(values: tuple[str, ...]) -> tuple[str, ...]:
    """At least one `provider:SYMBOL`, each with a known provider, none twice."""
    if not values:
        raise ValueError("names no feed")
    for value in values:
        match = _FEED.fullmatch(value)
        if match is None:
            raise ValueError(f'"{value}" is not provider:SYMBOL, such as {PROVIDERS[0]}:BTCUSDT')
        if match[1] not in PROVIDERS:
            raise WrongValue(
                f'"{match[1]}" is an unknown source; known are {", ".join(PROVIDERS)}',
                nearest(match[1], PROVIDERS),
            )
    return _distinct(values)


def symbols(values: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols as they stand in an instrument's id, none twice."""
    for value in values:
        if not re.fullmatch(_SYMBOL, value):
            raise ValueError(f'"{value}" is not a symbol')
    return _distinct(values)


def job_instruments(values: tuple[str, ...]) -> tuple[str, ...]:
    """Instrument ids, `class:*` or `*`."""
    for value in values:
        group, _, symbol = value.partition(":")
        if symbol == "*":
            asset_class(group)
        elif value != "*":
            instrument_id(value)
    return values


def job_indicators(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names such as `rsi(14)`, or `*`."""
    if values == ("*",):
        return values
    from rtp_tui.analytics.indicators.catalogue import indicator  # heavy: reads the list of all functions

    for value in values:
        try:
            if value != "*":
                indicator(value)
        except ValueError as error:
            raise WrongValue(f'"{value}": {error}') from None
    return values


def theme(value: str) -> str:
    """One of the themes that come with the program, or of the user's own."""
    own = (file.stem for file in user_themes().glob("*.toml"))
    if value not in (names := tuple(sorted({*theme_names(), *own}))):
        raise WrongValue(f'"{value}" is not one of {", ".join(names)}', nearest(value, names))
    return value


def port(value: int) -> int:
    """0, which lets the system choose, to 65535."""
    if not 0 <= value <= 65535:
        raise ValueError(f"{value} is not a port; ports are 0 to 65535")
    return value


def positive(value: float) -> float:
    """More than zero and finite."""
    if not 0 < value < 1e15:
        raise ValueError(f"{value} is not a positive number")
    return value


def percent(value: float) -> float:
    """More than 0, at most 100."""
    if not 0 < value <= 100:
        raise ValueError(f"{value} is not a percentage above 0, at most 100")
    return value


def between(low: int, high: int) -> Check:
    """A number within bounds, both included."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise ValueError(f"{value} is not between {low} and {high}")
        return value

    return check


def url(*schemes: str) -> Check:
    """An address with a host and one of the schemes."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            valid = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            valid = False
        if not valid or re.search(r"\s", value):
            raise ValueError(
                f"is not a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}"
            )
        return value

    return check


def proxy(value: str) -> str:
    """`env`, `none` or the proxy's URL."""
    return value if value in ("env", "none") else str(url("http", "https", "socks5", "socks5h")(value))


def time_zone(value: str) -> str:
    """A name of the time zone database."""
    try:
        if _TIME_ZONE.fullmatch(value):
            ZoneInfo(value)
            return value
    except (ValueError, OSError, LookupError):
        pass
    raise ValueError(f'"{value}" is no time zone, such as America/Bogota')


def cron(value: str) -> str:
    """A cron expression of five fields."""
    from cronsim import CronSim, CronSimError  # heavy: few configurations have one

    try:
        CronSim(value, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f'"{value}" is not a cron expression: {error}') from None
    return value


def weekdays(values: tuple[int, ...]) -> tuple[int, ...]:
    """0, which is Monday, to 6, none twice."""
    if any(not 0 <= value <= 6 for value in values):
        raise ValueError("weekdays are 0, which is Monday, to 6")
    return _distinct(values)


def networks(values: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses or networks, none twice."""
    for value in values:
        try:
            ip_network(value, strict=False)
        except ValueError:
            raise ValueError(f'"{value}" is not an address or a network such as 10.0.0.0/8') from None
    return _distinct(values)


def reference(value: str) -> str:
    """Where a secret is found; the secret itself has no place in a configuration."""
    if value and not _REFERENCE.fullmatch(value):
        raise ValueError("is not a reference: write env:NAME, file:PATH or keyring:SERVICE/USER")
    return value


def references(values: tuple[str, ...]) -> tuple[str, ...]:
    """Several references, none twice."""
    return _distinct(tuple(map(reference, values)))


def address(value: str) -> str:
    """A reference, or a URL that is no secret."""
    if not value or _REFERENCE.fullmatch(value):
        return value
    try:
        return str(url("http", "https")(value))
    except ValueError:
        raise ValueError(
            "is neither a reference such as env:NAME or file:PATH nor an http or https URL"
        ) from None


def mail_address(value: str) -> str:
    """One plain address, or none."""
    if value and not is_address(value):
        raise ValueError(f'"{value[:60]}" is not an address such as desk@example.com')
    return value


def mail_addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    """Plain addresses, none twice."""
    return _distinct(tuple(map(mail_address, filter(None, values))))


def passing(require: Callable[[Any], None]) -> Check:
    """What another room requires of a value."""

    def check(value: object) -> object:
        require(value)
        return value

    return check


def matching(pattern: re.Pattern[str], expected: str) -> Check:
    """A text of a form."""

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f'"{value}" is not {expected}')
        return value

    return check


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for position, value in enumerate(values):
        if value in values[:position]:
            raise ValueError(f'"{value}" is named twice')
    return values
