"""Keys that are about rows: which are shown, in which order, and what to do with one."""

from rtp_tui.tui.actions.action import Action

ROW_ACTIONS: tuple[Action, ...] = (
    Action(
        id="filter",
        keys=("slash",),
        label="Filter: text, regex, !not, change > 2, age > 30s",
        group="Rows",
        hint="filter",
    ),
    Action(id="sort_next", keys=("s",), label="Sort by the next column", group="Rows", hint="sort"),
    Action(id="sort_reverse", keys=("S",), label="Reverse the order", group="Rows"),
    Action(id="faults_only", keys=("F",), label="Faults only, and back", group="Rows", hint="faults"),
    Action(
        id="explain",
        is_wish=True,
        keys=("enter",),
        label="Explain the selected row",
        group="Rows",
        hint="explain",
    ),
    Action(id="copy", is_wish=True, keys=("y",), label="Copy the selected row", group="Rows"),
    Action(
        id="export",
        is_wish=True,
        keys=("e",),
        label="Write what the pane shows to a CSV file of this machine",
        group="Rows",
    ),
    Action(
        id="open_chart",
        keys=("c",),
        label="Chart of the selected instrument, and back",
        group="Rows",
        hint="chart",
    ),
    Action(id="back", keys=("escape",), label="Back: clear the filter, leave maximised", group="Rows"),
)
"""In the order of the help."""
