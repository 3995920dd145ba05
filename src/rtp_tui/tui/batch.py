"""Orders for several rows: what they will touch, and what came of them, in one question and one line."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from rtp_tui.model.commands import ControlBreaker, ControlFeed, ControlJob
from rtp_tui.tui.orders import DEADLINE_S, Order, Outcome
from rtp_tui.tui.proposals import Nothing, Proposal

NAMED = 10
"""So many rows are named in a question; of the others, how many there are."""
_REASONS = 2


class Step(Struct, frozen=True):
    """One of several orders, and the row that it is about."""

    about: str
    command: Order
    deadline_s: float = DEADLINE_S


class Batch(Struct, frozen=True):
    """What is to be done, asked about once."""

    steps: tuple[Step, ...]
    question: str = ""
    touches: tuple[str, ...] = ()
    refused: tuple[tuple[str, Outcome], ...] = ()
    """Rows that there is nothing to do for, and why."""


def gathered(verb: str, found: Iterable[tuple[str, Proposal | Nothing]]) -> Batch:
    """The orders of all rows together."""
    steps, lines, refused = [], [], []
    for key, proposed in found:
        if isinstance(proposed, Nothing):
            refused.append((key, Outcome(False, proposed.words)))
            lines.append(f"{key}: nothing, since {proposed.words}")
        else:
            steps.append(Step(key, proposed.command, proposed.deadline_s))
            lines.append(_touched(key, proposed))
    return Batch(tuple(steps), f"{verb.capitalize()} {len(steps)}?", bounded(lines), tuple(refused))


def bounded(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines, and how many more there are."""
    more = len(lines) - NAMED
    return (*lines[:NAMED], *((f"and {more} more",) if more > 0 else ()))


def summary(verb: str, outcomes: Sequence[tuple[str, Outcome]]) -> Outcome:
    """`restart: 3 of 4 done; kraken: refused: unknown feed`."""
    failed = [(about, outcome.words) for about, outcome in outcomes if not outcome.is_done]
    done = len(outcomes) - len(failed)
    if not failed:
        return Outcome(True, f"{verb}: all {done} done")
    reasons = [f"{about}: {words}" for about, words in failed[:_REASONS]]
    more = [f"{len(failed) - _REASONS} more not"] if len(failed) > _REASONS else []
    return Outcome(False, "; ".join((f"{verb}: {done} of {len(outcomes)} done", *reasons, *more)))


def _touched(key: str, proposed: Proposal) -> str:
    command = proposed.command
    if isinstance(command, ControlBreaker | ControlFeed | ControlJob):
        return f"{key}: {command.action}"
    return next(iter(proposed.touches), key)
