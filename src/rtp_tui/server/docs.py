"""The page for people: one file, shipped with the program, which loads nothing from elsewhere."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

_INLINE = re.compile(rb"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def page() -> bytes:
    """The page as it is sent."""
    return files("rtp_tui.server").joinpath("docs.html").read_bytes()


@cache
def policy() -> str:
    """What the page may do: run its own script, and talk to the server that it came from."""
    hashes = {
        kind.decode(): b64encode(sha256(text).digest()).decode() for kind, text in _INLINE.findall(page())
    }
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'sha256-{hashes['script']}'",
            f"style-src 'sha256-{hashes['style']}'",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
