"""Words typed in the palette that add or remove an instrument."""

from collections.abc import Mapping

from rtp_tui.api.instrument_bodies import NewInstrument, command_to_add
from rtp_tui.model.commands import RemoveInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.tui.proposals import Proposal


def instrument_proposal(words: str, known: Mapping[InstrumentId, Instrument]) -> Proposal | None:
    """What `instrument add crypto:BTC feed:SYMBOL ...` or `instrument remove crypto:BTC` asks for; None for else."""
    match words.split():
        case ["instrument", "add", name, *feeds] if (
            ":" in name and feeds and all(":" in one for one in feeds)
        ):
            return _adding(name, tuple(feeds))
        case ["instrument", "remove", name] if (instrument := known.get(InstrumentId(name))) is not None:
            return _removing(instrument)
    return None


def _adding(name: str, feeds: tuple[str, ...]) -> Proposal:
    return Proposal(
        command=command_to_add(NewInstrument(id=name, feeds=feeds)),
        question=f"Price {name} from now on?",
        touches=(
            f"Its feeds, the preferred one first: {', '.join(feeds)}.",
            "It is priced after a restart too.",
        ),
    )


def _removing(instrument: Instrument) -> Proposal:
    return Proposal(
        command=RemoveInstrument(instrument=instrument.id),
        question=f"Price {instrument.id} no more?",
        touches=("Everybody who follows it hears no more of it.", "Its history stays."),
    )
