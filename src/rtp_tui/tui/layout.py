"""Which panes are on screen at which size."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Layout(StrEnum):
    """From the smallest to the largest."""

    MINI = "mini"
    """Prices and the status line, nothing else."""
    SINGLE = "single"
    """One pane, with tabs and a line of keys."""
    MEDIUM = "medium"
    LARGE = "large"


class Preset(StrEnum):
    """Panes that belong together for one kind of work; each key of a pane that is not among them shows the desk."""

    DESK = "desk"
    ON_CALL = "on-call"
    MARKET = "market"
    RISK = "risk"


PRESET_PANES: Mapping[Preset, frozenset[str]] = MappingProxyType(
    {
        Preset.DESK: frozenset(),
        Preset.ON_CALL: frozenset({"feeds", "breakers", "jobs", "log", "alerts"}),
        Preset.MARKET: frozenset({"prices", "chart", "movers"}),
        Preset.RISK: frozenset({"chart", "portfolios", "positions", "risk"}),
    }
)
"""The desk has those that `visible_panes` chooses."""
FIRST_PANES: Mapping[Preset, str] = MappingProxyType(
    {Preset.DESK: "prices", Preset.ON_CALL: "alerts", Preset.MARKET: "prices", Preset.RISK: "positions"}
)
"""Which has the keys at first."""
COMPANIES = (
    frozenset({"alerts"}),
    frozenset({"silences", "rules"}),
    frozenset({"quality", "gaps"}),
    frozenset({"performance"}),
    frozenset({"signals"}),
    frozenset({"treasury"}),
    frozenset({"portfolios", "positions", "risk"}),
    frozenset({"market", "movers"}),
)
"""Panes that stand across the lower half of the screen, those of a set together, while one of them is looked at."""
ROOM_FOR_PARTS = 38
ROOM_FOR_MARKETS = 46


def layout_of(width: int, height: int) -> Layout:
    """Every size has one: no screen is too small."""
    if width < 60 or height < 12:
        return Layout.MINI
    if width < 120 or height < 30:
        return Layout.SINGLE
    return Layout.LARGE if width >= 180 and height >= 50 else Layout.MEDIUM


def visible_panes(
    layout: Layout,
    height: int,
    active: str,
    *,
    is_maximised: bool,
    parts_matter: bool,
    with_chart: bool = False,
) -> frozenset[str]:
    """The panes to show; the active one is always among them.

    `with_chart` once somebody has opened it; `parts_matter` while the engine starts, and when the supervisor has work with one of its parts.
    """
    if layout in (Layout.MINI, Layout.SINGLE) or is_maximised:
        return frozenset({active})
    company = company_of(active)
    if company:
        beside = {"prices", "health", "parts" if parts_matter else "feeds"}
        more = {"feeds", "breakers", "chart" if with_chart else "selected"}
        return company | beside | (more if layout is Layout.LARGE else set())
    panes = {"prices", "jobs", "log", "health", "feeds", "breakers", active}
    if active == "clients":
        # Its rows are as wide as the screen.
        panes -= {"jobs", "log"}
    if parts_matter:
        panes.add("parts")
    if with_chart:
        panes.add("chart")
    if layout is Layout.LARGE:
        # The chart says of the instrument what `selected` says, and more.
        return frozenset(panes | {"markets"} | ({active} if "chart" in panes else {"selected"}))
    if "chart" in panes:
        panes -= {"jobs", "log"} - {active}
    if height >= ROOM_FOR_MARKETS:
        panes.add("markets")
    elif panes & {"markets", "parts"} and (height < ROOM_FOR_PARTS or panes >= {"markets", "parts"}):
        panes.discard("feeds" if active == "breakers" else "breakers")
    return frozenset(panes)


def holds(preset: Preset, layout: Layout, active: str, *, is_maximised: bool) -> bool:
    """The panes of a preset are what is on screen."""
    has_room = layout in (Layout.MEDIUM, Layout.LARGE) and not is_maximised
    return has_room and active in PRESET_PANES[preset]


def company_of(active: str) -> frozenset[str]:
    """The panes that stand together below while this one is looked at; none for those with a place of their own."""
    return next((company for company in COMPANIES if active in company), frozenset())
