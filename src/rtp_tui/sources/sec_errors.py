"""What the SEC means when it does not answer: its refusals are pages of HTML and XML, never JSON.

Source: https://www.sec.gov/about/developer-resources
"""

import re

from rtp_tui.net.http import HttpReply
from rtp_tui.sources.asking import check_status
from rtp_tui.sources.contract import AccessDenied, NotConfigured, RateLimited, UnknownSymbol
from rtp_tui.text import safe

PAUSE_S = 600.0
"""The block lasts ten minutes, no header says so, and every request extends it."""
USER_AGENT_NEEDED = (
    'SEC wants to know who asks: set sources.sec.user_agent to a name and an address, such as "Company Name'
    ' contact@example.com"'
)
_USER_AGENT = re.compile(r"[A-Za-z0-9][\x20-\x7e]* \S+@\S+\.\S+")
_SAID_BYTES = 4096
_BLOCKED = b"Request Rate Threshold Exceeded"
_UNDECLARED = b"Undeclared Automated Tool"
_MISSING = (b"<Code>AccessDenied</Code>", b"<Code>NoSuchKey</Code>")
"""Of the store behind the archives, whoever asks: there is no such document."""


def obstacle_of(user_agent: str) -> str:
    """What is wrong with who we say we are, in words for whoever configures it; empty where nothing is."""
    if not user_agent:
        return f"sources.sec.user_agent is empty: {USER_AGENT_NEEDED}"
    if "://" in user_agent or "mozilla" in user_agent.lower() or not _USER_AGENT.fullmatch(user_agent):
        return f"sources.sec.user_agent is no name and address: {USER_AGENT_NEEDED}"
    return ""


def check_obstacle(obstacle: str) -> None:
    """Raise NotConfigured where there is an obstacle: not even a refusal is asked for."""
    if obstacle:
        raise NotConfigured(obstacle)


def check_reply(reply: HttpReply, path: str) -> None:
    """Raise the source error of an answer that is none. A 403 has three meanings, told by its body."""
    said = reply.body[:_SAID_BYTES]
    if reply.status in (403, 429) and (_BLOCKED in said or reply.status == 429):
        raise RateLimited("SEC: request rate threshold exceeded; nothing is asked for ten minutes", PAUSE_S)
    if reply.status == 403 and _UNDECLARED in said:
        raise AccessDenied(f"SEC: undeclared automated tool. {USER_AGENT_NEEDED}")
    if reply.status == 404 or (reply.status == 403 and any(code in said for code in _MISSING)):
        raise UnknownSymbol(f"SEC has no {safe(path, 96)}")
    check_status(reply, f"SEC, {path}")
