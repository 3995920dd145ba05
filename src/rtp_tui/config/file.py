"""Reads a configuration file: its values, and the line of every key."""

import re
import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from rtp_tui.config.errors import ConfigurationError, ConfigurationInvalid, Place
from rtp_tui.config.locate import KeyPath, key_lines

MAX_FILE_BYTES = 4_000_000

_AT_LINE = re.compile(r" ?\(at line (\d+), column (\d+)\)")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class ConfigFile(Struct, frozen=True, kw_only=True):
    """What a file says, as yet unchecked."""

    path: Path
    tree: dict[str, Any]
    lines: dict[KeyPath, int]


def read_file(path: Path) -> ConfigFile:
    """Read a TOML file. Raises ConfigurationInvalid where it cannot be read as such."""
    return parsed(path, _decoded(path, _read(path)))


def parsed(path: Path, text: str) -> ConfigFile:
    """The same of a text that `path` names. Raises ConfigurationInvalid where it is no TOML."""
    try:
        return ConfigFile(path=path, tree=tomllib.loads(text), lines=key_lines(text))
    except RecursionError:
        raise _invalid(path, "is nested too deeply") from None
    except ValueError as error:
        raise _not_toml(path, text, str(error)) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _invalid(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _invalid(path, f"cannot be read: {reason}") from None
    if len(content) > MAX_FILE_BYTES:
        raise _invalid(path, f"is larger than {MAX_FILE_BYTES // 1_000_000} MB, which no configuration is")
    return content


def _decoded(path: Path, content: bytes) -> str:
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if content.startswith(_UTF_16):
        raise _invalid(path, "is UTF-16 text; save it as UTF-8", 1)
    if (at := content.find(b"\0")) >= 0:
        raise _invalid(path, "is binary, not TOML text", _line_of(content, at))
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _invalid(path, "is not UTF-8 text", _line_of(content, error.start)) from None


def _line_of(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


def _not_toml(path: Path, text: str, message: str) -> ConfigurationInvalid:
    place = _AT_LINE.search(message)
    if place is None:
        line = text.count("\n") + 1 if "end of document" in message else None
        return _invalid(path, f"is not valid TOML: {message}", line)
    message = f"{_AT_LINE.sub('', message)} (column {place[2]})"
    return _invalid(path, f"is not valid TOML: {message}", int(place[1]))


def _invalid(path: Path, message: str, line: int | None = None) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        (ConfigurationError(place=Place(path=str(path), line=line), message=message),)
    )
