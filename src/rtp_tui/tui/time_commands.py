"""The palette's `at 10:32`: the desk as it was at a moment, and what an instrument did then."""

from functools import partial
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from rich.text import Text
from textual.command import Hit, Hits, Provider

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.text import clock_text, safe
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.literal import literal
from rtp_tui.tui.moments import moment_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import tzinfo

    from rtp_tui.tui.app import ConsoleApp

WORD = "at"
FORMS = {
    "at 10:32 AAPL": "what it did then: its chart, at that minute; the time alone keeps the pane",
    "at -15m": "a while ago: s, m, h or d",
    "at 2026-11-22 10:32": "a moment of another day",
    "at now": "back to the present",
}
_TYPED_WHOLE = 100.0


class Journey(Struct, frozen=True):
    """Where to: a moment, None for now, and whose chart to look at."""

    at_ms: int | None
    instrument: InstrumentId | None = None


class TimeCommands(Provider):
    """Offers a moment once it is typed whole, with `at` before it or without."""

    async def search(self, query: str) -> Hits:
        console, words = cast("ConsoleApp", self.app), query.strip()
        now_ms, zone = console.clock.now_ms(), console.lens.zone
        instruments = console.follower.state.market.instruments
        journey = journey_of(words, now_ms, zone, instruments)
        if journey is not None:
            text = _words(journey, now_ms, zone)
            yield Hit(_TYPED_WHOLE, Text(words), partial(_travel, console, journey), help=literal(text))
        elif (fault := fault_of(words, now_ms, zone, instruments)) is not None:
            yield Hit(_TYPED_WHOLE, Text(words), partial(_refuse, console, fault), help=literal(fault))
        elif words.split(" ")[0] in (WORD, WORD[0]):
            for form, meaning in FORMS.items():
                yield Hit(0.2, Text(form), _nothing, help=meaning)


def journey_of(
    words: str, now_ms: int, zone: "tzinfo", instruments: "Collection[InstrumentId]"
) -> Journey | None:
    """`at 10:32`, `1032`, `at -15m btc`, `at 2026-11-22 10:32 stocks:AAPL`; None for other words."""
    word, _, rest = words.strip().partition(" ")
    typed = rest.strip() if word == WORD else words.strip()
    if word == WORD and typed == "now":
        return Journey(None)
    at_ms = moment_of(typed, now_ms, zone)
    if at_ms is not None:
        return Journey(at_ms)
    moment, _, name = typed.rpartition(" ")
    at_ms, instrument = moment_of(moment, now_ms, zone), instrument_named(name, instruments)
    return None if at_ms is None or instrument is None else Journey(at_ms, instrument)


def fault_of(words: str, now_ms: int, zone: "tzinfo", instruments: "Collection[InstrumentId]") -> str | None:
    """Why `at 10:32 NAME` leads nowhere, where it is for the name alone."""
    word, _, typed = words.strip().partition(" ")
    moment, _, name = typed.rpartition(" ")
    if word != WORD or moment_of(typed, now_ms, zone) or not moment_of(moment, now_ms, zone):
        return None
    found = _instruments_named(name, instruments)
    return f"no instrument {name}" if not found else _several(name, found)


def instrument_named(name: str, instruments: "Collection[InstrumentId]") -> InstrumentId | None:
    """By its id or its symbol, whatever the case; None where several have that symbol."""
    found = _instruments_named(name, instruments)
    return found[0] if len(found) == 1 else None


def _instruments_named(name: str, instruments: "Collection[InstrumentId]") -> list[InstrumentId]:
    wanted = name.casefold()
    return [one for one in instruments if wanted in (one.casefold(), one.partition(":")[2].casefold())]


def _several(name: str, found: "Sequence[InstrumentId]") -> str | None:
    return f"{name} is {' or '.join(found)}" if len(found) > 1 else None


def _words(journey: Journey, now_ms: int, zone: "tzinfo") -> str:
    if journey.at_ms is None:
        return "back to the present"
    ago = f"{clock_text(journey.at_ms, zone)}, {countdown_text(now_ms - journey.at_ms)} ago"
    whose = "the desk as it was" if journey.instrument is None else f"chart of {journey.instrument}"
    return f"{whose} at {ago}"


async def _travel(console: "ConsoleApp", journey: Journey) -> None:
    if journey.at_ms is None:
        console.lens.go_on()
        console.frame()
    else:
        console.operations.looking_back.go(journey.at_ms, journey.instrument)


async def _refuse(console: "ConsoleApp", fault: str) -> None:
    console.notify(console.plain(safe(fault)), severity="warning", markup=False)


async def _nothing() -> None:
    """It names no moment as it stands."""
