"""The table of faults and sources: each fault at each venue, on an engine and an exchange of its own.

All engines run at once in one loop, a limited number at a time; each test looks at one cell of the table. Bounds are
those that are promised, and as much again for a busy machine.
"""

import asyncio
import random
from pathlib import Path

import pytest
from msgspec import Struct

from rtp_tui.simulator.faults import Fault
from tests.accept.fault_worlds import Found, world

pytestmark = pytest.mark.accept

LASTS_S = 26.0
AT_ONCE = 20
STREAMED, ASKED = ("binance", "coinbase"), ("coingecko", "yahoo")
WITH_STANDBY = ("binance", "coinbase", "coingecko")

LOST = (
    Fault.REFUSE,
    Fault.RESET,
    Fault.SERVER_ERROR,
    Fault.RATE_LIMIT,
    Fault.RATE_LIMIT_BARE,
    Fault.BAN,
)
"""A socket is lost with these, and nothing answers either."""
SILENT = (Fault.HANG, Fault.BLACK_HOLE)
"""A socket stays, and says nothing."""
UNANSWERED = (
    *SILENT,
    Fault.SLOW_BODY,
    Fault.ENDLESS,
    Fault.HTML,
    Fault.GARBAGE,
    Fault.KEY_REJECTED,
)
"""Questions have no answer, or none that can be used."""
HARMLESS = (Fault.GAP, Fault.REORDER, Fault.DUPLICATE, Fault.SPIKE, Fault.CLOCK, Fault.LATENCY, Fault.CLOSE)
"""A socket goes on with these."""
OF_REQUESTS = (Fault.HTML, Fault.SLOW_BODY, Fault.ENDLESS, Fault.QUOTA, Fault.GARBAGE)
"""A socket goes on with these, though history cannot be asked for."""


class Case(Struct, frozen=True):
    """One cell of the table, and the latest that each thing may happen; None: it must not."""

    fault: Fault
    venue: str
    noticed_s: float | None
    """The feed says so, or its standby prices, or the price is labelled."""
    switched_s: float | None
    labelled_s: float | None
    healed_s: float = 75.0


CASES = (
    *(Case(fault, venue, 12.0, 22.0, 22.0) for venue in STREAMED for fault in LOST),
    *(Case(fault, venue, 24.0, LASTS_S, 24.0) for venue in STREAMED for fault in SILENT),
    *(Case(fault, venue, None, None, None) for venue in STREAMED for fault in (*HARMLESS, *OF_REQUESTS)),
    *(Case(fault, venue, 20.0, LASTS_S, LASTS_S) for venue in ASKED for fault in (*LOST, *UNANSWERED)),
    *(Case(Fault.QUOTA, venue, None, None, None) for venue in ASKED),
    *(Case(fault, venue, None, None, None) for venue in ASKED for fault in (Fault.CLOCK, Fault.LATENCY)),
)


class Table:
    """What came of each case; all are run when the first is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[Case, Found | BaseException] = {}

    def cell(self, case: Case, wanted: set[Case]) -> Found:
        """Of one case, run together with all that are wanted. Raises what went wrong in it."""
        if case not in self._found:
            asyncio.run(self._run_all(wanted | {case}))
        found = self._found[case]
        if isinstance(found, BaseException):
            raise found
        return found

    async def _run_all(self, cases: set[Case]) -> None:
        # Those that take longest begin first; the rest in an order that mixes the venues.
        order = sorted(
            cases,
            key=lambda case: (case.fault is not Fault.RATE_LIMIT_BARE, random.Random(f"{case}").random()),
        )
        places = asyncio.Semaphore(AT_ONCE)

        async def run(case: Case) -> None:
            async with places:
                try:
                    async with world(case.venue, self._folder / f"{case.venue}-{case.fault}") as one:
                        self._found[case] = await one.suffer(case.fault, LASTS_S, case.healed_s)
                except Exception as error:  # noqa: BLE001 - it is raised in the cell's own test
                    self._found[case] = error

        await asyncio.gather(*(run(case) for case in order))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return Table(tmp_path_factory.mktemp("table"))


@pytest.fixture(scope="module")
def wanted(request: pytest.FixtureRequest) -> set[Case]:
    """The cases that this run has selected."""
    calls = [item.callspec for item in request.session.items if hasattr(item, "callspec")]
    return {call.params["case"] for call in calls if isinstance(call.params.get("case"), Case)}


def came_within(limit_s: float | None, came_s: float | None) -> bool:
    return came_s is None if limit_s is None else came_s is not None and came_s <= limit_s


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fault}-{case.venue}")
def test_a_fault_is_noticed_labelled_survived_and_healed(case: Case, table: Table, wanted: set[Case]) -> None:
    found = table.cell(case, wanted)
    told = [at_s for at_s in (found.detected_s, found.switched_s, found.labelled_s) if at_s is not None]
    if case.fault is not Fault.QUOTA:
        # A quota comes to its end when so much was asked, which may be later than the end of the fault.
        is_felt = case.fault not in OF_REQUESTS or case.venue in ASKED
        assert not is_felt or came_within(case.noticed_s, min(told, default=None)), found
        assert case.venue not in WITH_STANDBY or came_within(case.switched_s, found.switched_s), found
        assert came_within(case.labelled_s, found.labelled_s), found
    assert found.healed_s is not None, found
    assert found.disturbed == (), found
    assert found.failed_parts == (), found
    assert found.missing == (), found
    if case.venue in STREAMED and case.noticed_s is None:
        assert found.frames > 50, found
    if case.venue in STREAMED:
        assert came_in_its_own_way(case.fault, found), found


def came_in_its_own_way(fault: Fault, found: Found) -> bool:
    """What is counted or measured of faults that cost no connection."""
    match fault:
        case Fault.GARBAGE:
            return found.bad_frames > 0
        case Fault.DUPLICATE:
            return found.refused > 20
        case Fault.CLOCK:
            return (found.offset_ms or 0) > 8_000
    return True
