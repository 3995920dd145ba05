"""When each portfolio's risk is worked out. Pure; told the time, and how much history has arrived since the start.

One that is new or changed is at once, and all are every five minutes. A portfolio is often saved before the past of
what it holds is known: what a report could not count in is looked for again soon after more of the past has arrived,
and a few times besides, further and further apart.
"""

from collections.abc import Collection

from msgspec import Struct

from rtp_tui.model.portfolios import Portfolio, RiskReport

ALL_EVERY_S = 300.0
AGAIN_S = 5.0
"""To the second look at what was not known; each further wait is twice as long."""
ARRIVED_S = 10.0
"""Between two looks while history arrives."""


class _Turn(Struct, frozen=True):
    portfolio: Portfolio
    at_s: float
    arrived: int
    tries: int
    """Reports in a row that were not complete."""


class RiskTurns:
    """What was worked out last of each portfolio."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def is_due(self, portfolio: Portfolio, now_s: float, arrived: int) -> bool:
        """Whether its risk is to be worked out now; `arrived` bars of the past so far."""
        turn = self._turns.get(portfolio.name)
        if turn is None or turn.portfolio != portfolio:
            return True
        return now_s - turn.at_s >= _wait_s(turn, has_more=arrived != turn.arrived)

    def note(self, portfolio: Portfolio, report: RiskReport, now_s: float, arrived: int) -> None:
        """Its risk was worked out at `now_s`, from what had arrived by then."""
        before = self._turns.get(portfolio.name)
        tries = 0 if before is None or before.portfolio != portfolio else before.tries
        is_complete = report.score is not None and not report.unknown
        self._turns[portfolio.name] = _Turn(portfolio, now_s, arrived, 0 if is_complete else tries + 1)

    def keep(self, names: Collection[str]) -> None:
        """Forget all others."""
        for name in self._turns.keys() - set(names):
            del self._turns[name]


def _wait_s(turn: _Turn, *, has_more: bool) -> float:
    if turn.tries == 0:
        return ALL_EVERY_S
    again_s = min(ALL_EVERY_S, AGAIN_S * 2.0 ** min(turn.tries - 1, 16))
    return min(again_s, ARRIVED_S) if has_more else again_s
