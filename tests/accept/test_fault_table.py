"""The table of faults and sources: each fault at each source, on an engine and an exchange in one process.

What costs a connection happens once in an engine's life, at several venues together, beside others that must not be
disturbed. What a socket survives happens one after the other. All engines run in one loop, by a clock that is faster
than the machine's and waits for it where it is busy; each test looks at one cell. Bounds are those that are promised,
and as much again.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import Struct

from rtp_tui.simulator.faults import Fault
from tests.accept.fast_clock import FastClock, run_fast
from tests.accept.fault_filings import Filed, suffer_filings
from tests.accept.fault_venues import ASKED, STREAMED, VENUES, Group
from tests.accept.fault_worlds import Found, world

pytestmark = pytest.mark.accept

FACTOR = 8.0
AT_ONCE = 12
LASTS_S, SHORT_S, CLOCK_S = 26.0, 10.0, 40.0
HEALED_S = 75.0
PASSES_S = 12.0
"""Longer than the silence after which a socket is given up, a fault lasts so long."""
FILINGS = "sec"
SPEAK_SELDOM = ("twelvedata",)
"""A price of these is fresh for two minutes on an open socket, longer than any fault lasts here."""

LOST = (
    Fault.RATE_LIMIT_BARE,
    Fault.REFUSE,
    Fault.RESET,
    Fault.SERVER_ERROR,
    Fault.RATE_LIMIT,
    Fault.BAN,
)
"""A socket is lost with these, and nothing answers either."""
SILENT = (Fault.HANG, Fault.BLACK_HOLE)
"""A socket stays, and says nothing."""
UNUSABLE = (Fault.SLOW_BODY, Fault.ENDLESS, Fault.HTML, Fault.GARBAGE, Fault.KEY_REJECTED)
"""Questions have no answer that can be used; a socket goes on, though history cannot be asked for."""
HARMLESS = (
    Fault.CLOCK,
    Fault.GAP,
    Fault.REORDER,
    Fault.DUPLICATE,
    Fault.SPIKE,
    Fault.LATENCY,
    Fault.CLOSE,
    Fault.QUOTA,
    *UNUSABLE,
)
"""A socket goes on with these; how a clock is wrong is told by observations of which few are to come before."""
OF_FILINGS = (*LOST, *SILENT, *UNUSABLE)
MEANINGLESS = {
    *((fault, venue) for fault in (Fault.GAP, Fault.SPIKE) for venue in ("twelvedata", "dhan")),
    *((Fault.KEY_REJECTED, venue) for venue in STREAMED if venue not in ("twelvedata", "dhan")),
    (Fault.CLOCK, "dhan"),
    (Fault.CLOCK, "alphavantage"),
}
"""Of trades where none are told, of keys where none are shown, of times where none are said or none can be moved."""
TOGETHER = (
    Group(("binance", "okx", "twelvedata", "coingecko", "alphavantage"), ("coinbase", "yahoo")),
    Group(("coinbase", "bybit", "dhan", "yahoo"), ("kraken", "twelvedata")),
    Group(("coinbase_advanced", "kraken", "twelvedata_quotes"), ("binance", "yahoo")),
)
QUESTIONS = Group(ASKED, ("binance",))


class Case(Struct, frozen=True):
    """One cell of the table, and the latest that each thing may happen; None: it must not."""

    fault: Fault
    venue: str
    noticed_s: float | None = None
    """The feed says so, or its standby prices, or the price is labelled."""
    switched_s: float | None = None
    labelled_s: float | None = None
    owes_label: bool = True


def _silent(fault: Fault, venue: str) -> Case:
    """A socket is given up, then its standby has three seconds of grace. New ones are let in, and hear nothing."""
    silence_s = VENUES[venue].silence_s
    return Case(
        fault,
        venue,
        silence_s + 9,
        silence_s + 11,
        max(24.0, silence_s + 9),
        owes_label=venue not in SPEAK_SELDOM,
    )


def _cases() -> Iterable[Case]:
    for venue in STREAMED:
        yield from (Case(fault, venue, 12.0, 22.0, 22.0) for fault in LOST)
        yield from (_silent(fault, venue) for fault in SILENT)
        yield from (Case(fault, venue) for fault in HARMLESS)
    for venue in ASKED:
        yield from (Case(fault, venue, 20.0, LASTS_S, LASTS_S) for fault in (*LOST, *SILENT, *UNUSABLE))
        yield from (Case(fault, venue) for fault in (Fault.QUOTA, Fault.CLOCK, Fault.LATENCY))


CASES = tuple(case for case in _cases() if (case.fault, case.venue) not in MEANINGLESS)


class Happening(Struct, frozen=True):
    """One fault, at some venues of a group."""

    fault: Fault
    lasts_s: float
    venues: tuple[str, ...]


class Life(Struct, frozen=True):
    """Of one engine: its group, and what happens there, one thing after another."""

    group: Group
    happenings: tuple[Happening, ...]

    @property
    def cells(self) -> set[tuple[Fault, str]]:
        return {(one.fault, venue) for one in self.happenings for venue in one.venues}

    def of(self, wanted: set[tuple[Fault, str]]) -> "Life":
        """No more of it than is wanted."""
        happenings = (
            one for one in self.happenings if any((one.fault, venue) in wanted for venue in one.venues)
        )
        return Life(self.group, tuple(happenings))


def _lives() -> Iterable[Life]:
    """Those that take longest come first."""
    known = {(case.fault, case.venue) for case in CASES}
    for group in TOGETHER:
        sockets = [venue for venue in group.at_fault if venue in STREAMED]
        steady = [
            Happening(
                fault,
                CLOCK_S if fault is Fault.CLOCK else SHORT_S,
                tuple(one for one in sockets if (fault, one) in known),
            )
            for fault in HARMLESS
        ]
        yield Life(group, tuple(one for one in steady if one.venues))
    for fault in SILENT + LOST:
        for group in TOGETHER:
            longest_s = max(VENUES[venue].silence_s for venue in group.at_fault)
            lasts_s = max(LASTS_S, longest_s + PASSES_S) if fault in SILENT else LASTS_S
            yield Life(group, (Happening(fault, lasts_s, group.at_fault),))
    for fault in (*UNUSABLE, Fault.QUOTA, Fault.CLOCK, Fault.LATENCY):
        asked = tuple(venue for venue in ASKED if (fault, venue) in known)
        yield Life(QUESTIONS, (Happening(fault, LASTS_S, asked),))


class Table:
    """What came of each cell; all are run when the first is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = FastClock(FACTOR)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._found: dict[tuple[Fault, str], Found | Filed | BaseException] = {}

    def cell(self, key: tuple[Fault, str], wanted: set[tuple[Fault, str]]) -> Found | Filed:
        """Of one cell, run together with all that are wanted. Raises what went wrong in it."""
        if key not in self._found:
            run_fast(self._run_all(wanted | {key}))
        found = self._found[key]
        if isinstance(found, BaseException):
            raise found
        return found

    async def _run_all(self, wanted: set[tuple[Fault, str]]) -> None:
        async with asyncio.TaskGroup() as group:
            passing = group.create_task(self._clock.run())
            lives = [
                self._live(number, life.of(wanted))
                for number, life in enumerate(_lives())
                if life.cells & wanted
            ]
            if any(venue == FILINGS for _, venue in wanted):
                lives.append(self._file())
            await asyncio.gather(*lives)
            passing.cancel()

    async def _live(self, number: int, life: Life) -> None:
        folder = self._folder / str(number)
        try:
            async with self._places, world(life.group, folder, self._clock) as one:
                for happening in life.happenings:
                    found = await one.suffer(happening.fault, happening.lasts_s, HEALED_S, happening.venues)
                    self._found |= {(happening.fault, venue): each for venue, each in found.items()}
        except Exception as error:  # noqa: BLE001 - it is raised in the cells' own tests
            self._found |= dict.fromkeys(life.cells - self._found.keys(), error)

    async def _file(self) -> None:
        try:
            found = await suffer_filings(OF_FILINGS, SHORT_S, HEALED_S, self._folder / FILINGS, self._clock)
            self._found |= {(fault, FILINGS): each for fault, each in found.items()}
        except Exception as error:  # noqa: BLE001 - it is raised in the cells' own tests
            self._found |= {(fault, FILINGS): error for fault in OF_FILINGS}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return Table(tmp_path_factory.mktemp("table"))


@pytest.fixture(scope="module")
def wanted(request: pytest.FixtureRequest) -> set[tuple[Fault, str]]:
    """The cells that this run has selected."""
    calls = [item.callspec for item in request.session.items if hasattr(item, "callspec")]
    cases = {call.params["case"] for call in calls if isinstance(call.params.get("case"), Case)}
    filed = {call.params["fault"] for call in calls if isinstance(call.params.get("fault"), Fault)}
    return {(case.fault, case.venue) for case in cases} | {(fault, FILINGS) for fault in filed}


def came_within(limit_s: float | None, came_s: float | None) -> bool:
    return came_s is None if limit_s is None else came_s is not None and came_s <= limit_s


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fault}-{case.venue}")
def test_a_fault_is_noticed_labelled_survived_and_healed(
    case: Case, table: Table, wanted: set[tuple[Fault, str]]
) -> None:
    found = table.cell((case.fault, case.venue), wanted)
    assert isinstance(found, Found)
    if case.fault is not Fault.QUOTA:
        # A quota comes to its end when so much was asked, which may be later than the end of the fault.
        told = [at_s for at_s in (found.detected_s, found.switched_s, found.labelled_s) if at_s is not None]
        is_felt = case.fault not in UNUSABLE or case.venue in ASKED
        assert not is_felt or came_within(case.noticed_s, min(told, default=None)), found
        assert not found.has_standby or came_within(case.switched_s, found.switched_s), found
        assert not case.owes_label or came_within(case.labelled_s, found.labelled_s), found
    assert found.healed_s is not None, found
    assert found.disturbed == (), found
    assert found.failed_parts == (), found
    assert found.missing == (), found
    if case.venue in STREAMED and case.noticed_s is None:
        assert found.frames > VENUES[case.venue].few_frames, found
    if case.venue in STREAMED:
        assert came_in_its_own_way(case, found), found


def came_in_its_own_way(case: Case, found: Found) -> bool:
    """What is counted or measured of faults that cost no connection."""
    match case.fault:
        case Fault.GARBAGE:
            return found.bad_frames > 0
        case Fault.DUPLICATE:
            return found.refused > VENUES[case.venue].few_frames / 4
        case Fault.CLOCK:
            return (found.offset_ms or 0) > 8_000
    return True


@pytest.mark.parametrize("fault", OF_FILINGS, ids=lambda fault: f"{fault}-{FILINGS}")
def test_filings_are_missed_with_a_reason_and_asked_for_again(
    fault: Fault, table: Table, wanted: set[tuple[Fault, str]]
) -> None:
    found = table.cell((fault, FILINGS), wanted)
    assert isinstance(found, Filed)
    assert found.error, found
    assert came_within(20.0, found.failed_s), found
    assert came_within(HEALED_S, found.healed_s), found
    assert found.disturbed == (), found
