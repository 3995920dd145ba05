"""Conditional requests: whether what a client has is what it would be sent (RFC 9110, 8.8.3 and 13.1.2)."""

import re

_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')


def weak(opaque: str) -> str:
    """A tag of what means the same, though its bytes may differ, by the age it tells for instance."""
    return f'W/"{opaque}"'


def is_held(if_none_match: str | None, tag: str) -> bool:
    """Whether a client that sends this `If-None-Match` holds what has the tag; weak tags compare as strong ones."""
    if if_none_match is None:
        return False
    if if_none_match == tag or if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in _TAG.findall(if_none_match)
