"""Which browser a page is open in: it is given a name at its first visit, and shows it again."""

import re
import secrets
from hashlib import sha256

COOKIE = "rtp_tui_browser"
KEPT_S = 400 * 86_400
"""As long as browsers keep any cookie."""
_GIVEN = re.compile(r"[\w-]{22}", re.ASCII)


def new_name() -> str:
    """What nobody else will be given."""
    return secrets.token_urlsafe(16)


def known_as(shown: str) -> str:
    """What a browser is called here, which tells nobody what it shows; empty where it shows no name of ours."""
    return sha256(shown.encode()).hexdigest()[:16] if _GIVEN.fullmatch(shown) else ""
