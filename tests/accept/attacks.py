"""Texts that take a terminal over where they reach it, and the look whether they did."""

MARK = "PWNED"
ATTACKS = (
    f"\x1b]0;{MARK}\x07",
    f"\x1b]8;;http://{MARK}\x1b\\",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b[2J\x1b[1;1H{MARK}",
    f"\x1b[31m{MARK}",
    f"\x1bP{MARK}\x1b\\",
    f"\x1b]0;{MARK} never ends",
    f"\x9b31m{MARK}",
    f"\x9d0;{MARK}\x9c",
    f"\u202e{MARK}\u2066\u200f",
    f"{MARK}\r\n\t\x08\x00\x7f",
    f"[red]{MARK}[/] [@click=app.quit]{MARK}[/] [/",
)
"""What must never reach a terminal as it is; the last is markup, which may, read by nobody."""

FORBIDDEN = ("\x1b]0;" + MARK, "\x1b]8;;", "\x1b]52;", "\x1b[2J\x1b[1;1H" + MARK, "\x1b[31m" + MARK, "\x1bP",
             "\x9b", "\x9d", "\x9c", "\x90", "\u202e", "\u2066", "\u200f", "\x08", "\x00", "\x07")  # fmt: skip
"""Of what was injected, in the bytes that a terminal gets; the console itself uses none of these."""
POINTER = b"\x1b]22;default\x07"
"""Textual's own word about the shape of the mouse pointer."""

END_OF_FRAME = b"\x1b[?2026l"


def assert_clean(written: bytes) -> None:
    """Nothing of it is in what a terminal would get."""
    written = written.replace(POINTER, b"")
    found = [attack for attack in FORBIDDEN if attack.encode() in written]
    assert not found, [written[max(0, at - 60) : at + 60] for a in found for at in [written.find(a.encode())]]


def without_bells(written: bytes) -> bytes:
    """What a console wrote, without its own bells: each stands by itself behind a whole frame."""
    return written.replace(END_OF_FRAME + b"\x07", END_OF_FRAME)
