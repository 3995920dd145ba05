"""From what a person calls an instrument to its id."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from itertools import takewhile

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.model.instrument import Instrument, InstrumentId

_NEAREST = 3


def resolved(name: str, known: Collection[InstrumentId]) -> InstrumentId:
    """The instrument of an id, or of a symbol that only one has. Raises CommandFailed, which names the nearest."""
    if name in known:
        return InstrumentId(name)
    wanted = name.lower()
    found = sorted(one for one in known if wanted in (one.lower(), one.partition(":")[2].lower()))
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandFailed(f"{name[:64]} may be {', '.join(found)}", exit_codes.USAGE)
    hint = _nearest(wanted, known)
    raise CommandFailed(
        f"no instrument {name[:64]}" + (f"; nearest: {hint}" if hint else ""), exit_codes.USAGE
    )


def those_named(names: Collection[str], known: Sequence[Instrument]) -> tuple[Instrument, ...]:
    """The instruments that are named, all where none is, in their own order. Raises CommandFailed."""
    ids = [instrument.id for instrument in known]
    wanted = {resolved(name, ids) for name in names}
    return tuple(instrument for instrument in known if not names or instrument.id in wanted)


def _nearest(wanted: str, known: Collection[InstrumentId]) -> str:
    spelled = {spelling: one for one in known for spelling in (one.lower(), one.partition(":")[2].lower())}
    close = get_close_matches(wanted, sorted(spelled), n=10, cutoff=0.5)
    # Of those that are equally near the ones that begin alike are meant more often.
    close.sort(key=lambda one: _alike(wanted, one), reverse=True)
    return ", ".join(list(dict.fromkeys(spelled[spelling] for spelling in close))[:_NEAREST])


def _alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
