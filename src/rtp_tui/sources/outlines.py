"""Why a frame cannot be read, as far as that is the same for all providers. Pure."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from rtp_tui.model.market import BadFrame
from rtp_tui.sources.contract import Notice

OutlineT = TypeVar("OutlineT")

_NOT_TEXT = Notice(bad=BadFrame.NOT_TEXT)
_NOT_JSON = Notice(bad=BadFrame.NOT_JSON)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)


def outlined(frame: str | bytes, decode: Callable[[str | bytes], OutlineT]) -> OutlineT | Notice:
    """Just enough of a frame to say whose it is, or why not even that can be read; never raises."""
    try:
        return decode(frame)
    except UnicodeError:
        return _NOT_TEXT
    except (msgspec.ValidationError, RecursionError):
        return _WRONG_SHAPE
    except msgspec.DecodeError:
        return _NOT_TEXT if _is_binary(frame) else _NOT_JSON


def _is_binary(frame: str | bytes) -> bool:
    if isinstance(frame, str):
        return False
    try:
        frame.decode()
    except UnicodeDecodeError:
        return True
    return b"\0" in frame
