"""A capture looked through before it is played: what it is of, and from when to when."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.capture import CaptureFile
from rtp_tui.feeds.player import Window
from rtp_tui.model.instrument import Instrument
from rtp_tui.sources.captured import CapturedSymbols


class Survey(Struct, frozen=True, kw_only=True):
    """What a capture holds, looked through once before it is played."""

    symbols: CapturedSymbols
    frames: int
    first_ms: int | None
    """None where no frame has a time."""
    last_ms: int | None
    strange: dict[str, int]
    """Frames of providers that nobody here knows, by the name in the capture."""


def survey(capture: CaptureFile, window: Window) -> Survey:
    """Look through a capture. Raises OSError."""
    symbols, strange = CapturedSymbols(), Counter[str]()
    frames = 0
    first_ms: int | None = None
    last_ms: int | None = None
    for frame in capture:
        at_ms = frame.received_ms
        if at_ms and not window.holds(at_ms):
            continue
        frames += 1
        if at_ms:
            first_ms = min(at_ms, first_ms or at_ms)
            last_ms = max(at_ms, last_ms or at_ms)
        if not symbols.note(frame):
            strange[frame.source] += 1
    return Survey(symbols=symbols, frames=frames, first_ms=first_ms, last_ms=last_ms, strange=dict(strange))


def replayed_instruments(
    configured: Sequence[Instrument], symbols: CapturedSymbols, *, also_others: bool = False
) -> tuple[Instrument, ...]:
    """The configured instruments that a capture observes, with the feeds that do; where there are none, its own.

    `also_others` adds what the capture observes beside the configured ones.
    """
    found = tuple(
        replace(instrument, feeds=feeds)
        for instrument in configured
        if (feeds := tuple(feed for feed in instrument.feeds if symbols.has(feed)))
    )
    if found and not also_others:
        return found
    priced = {feed.upper() for instrument in found for feed in instrument.feeds}
    ids = {instrument.id for instrument in found}
    others = (
        one
        for one in symbols.instruments()
        if one.id not in ids and not any(feed.upper() in priced for feed in one.feeds)
    )
    return (*found, *others)
