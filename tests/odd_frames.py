"""Frames that are no message of any venue, and JSON that is one by chance only."""

from hypothesis import strategies as st

from rtp_tui.model.market import BadFrame

NO_MESSAGES = (
    (b"", BadFrame.NOT_JSON),
    (b"hello", BadFrame.NOT_JSON),
    (b"\xff\xfe\x00", BadFrame.NOT_TEXT),
    (b"[" * 100_000, BadFrame.WRONG_SHAPE),
    (b" " * (1 << 20) + b"{}", BadFrame.TOO_BIG),
)
"""Each with the reason for which it is counted."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
