"""Keys that are about rows: which are shown, in which order, and what to do with one."""

from rtp_tui.tui.actions.action import Action

ROW_ACTIONS: tuple[Action, ...] = (
    Action(
        id="filter",
        keys=("slash",),
        label="Filter: text, regex, !not, change > 2 and age > 30s or btc; up for those before",
        group="Rows",
        hint="filter",
    ),
    Action(id="sort_next", keys=("s",), label="Sort by the next column", group="Rows", hint="sort"),
    Action(
        id="sort_column",
        argument="-1",
        keys=("left",),
        label="Sort by the column to the left",
        group="Rows",
    ),
    Action(
        id="sort_column",
        argument="1",
        keys=("right",),
        label="Sort by the column to the right",
        group="Rows",
    ),
    Action(id="sort_reverse", keys=("S",), label="Reverse the order", group="Rows"),
    Action(id="faults_only", keys=("F",), label="Faults only, and back", group="Rows", hint="faults"),
    Action(
        id="mark",
        argument="'one'",
        keys=("space",),
        label="Mark the row, or take its mark off: keys that follow are for all marked rows",
        group="Rows",
        hint="mark",
    ),
    Action(
        id="mark", argument="'range'", keys=("v",), label="Mark all from the last mark to here", group="Rows"
    ),
    Action(
        id="mark", argument="'all'", keys=("asterisk",), label="Mark all rows that are shown", group="Rows"
    ),
    Action(
        id="explain",
        is_wish=True,
        keys=("enter",),
        label="Explain the selected row",
        group="Rows",
        hint="explain",
    ),
    Action(
        id="copy",
        is_wish=True,
        keys=("y",),
        label="Copy the row, or a sheet (OSC 52; in tmux: set -g set-clipboard on)",
        group="Rows",
        takes_many=True,
    ),
    Action(
        id="export",
        is_wish=True,
        keys=("e",),
        label="Write what the pane shows to a CSV file of this machine",
        group="Rows",
        takes_many=True,
    ),
    Action(
        id="open_chart",
        keys=("c",),
        label="Chart of the selected instrument, and back",
        group="Rows",
        hint="chart",
    ),
    Action(
        id="cards",
        keys=("number_sign",),
        label="Prices as cards, and back as a table; arrows move between cards",
        group="Rows",
        hint="cards",
        panes=frozenset({"prices"}),
    ),
    Action(
        id="back",
        keys=("escape",),
        label="Back: to now, clear marks, clear the filter, leave maximised",
        group="Rows",
        past_hint="now",
    ),
)
"""In the order of the help."""
