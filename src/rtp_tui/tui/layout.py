"""Which panes are on screen at which size."""

from enum import StrEnum


class Layout(StrEnum):
    """From the smallest to the largest."""

    MINI = "mini"
    """Prices and the status line, nothing else."""
    SINGLE = "single"
    """One pane, with tabs and a line of keys."""
    MEDIUM = "medium"
    LARGE = "large"


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


def company_of(active: str) -> frozenset[str]:
    """The panes that stand together below while this one is looked at; none for those with a place of their own."""
    return next((company for company in COMPANIES if active in company), frozenset())
