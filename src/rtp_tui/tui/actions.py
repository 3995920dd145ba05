"""Everything a key can do: one table for bindings, footer, help, palette and tests."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct
from textual.binding import Binding


class Action(Struct, frozen=True, kw_only=True):
    """One thing that can be done; `id` names the method `action_<id>` that does it."""

    id: str
    keys: tuple[str, ...]
    label: str
    group: str
    hint: str = ""
    """One word for the line of keys; none where it is not shown there."""
    argument: str = ""
    panes: frozenset[str] = frozenset()
    """Where it applies; everywhere when empty."""
    is_dangerous: bool = False
    """Changes something beyond this screen: read-only consoles refuse it."""
    on_app: bool = False
    """The app does it, not the screen."""
    only_in_demos: bool = False
    """Not shown where the engine has nothing to drill."""
    is_local: bool = False
    """Its keys mean this only while its pane has the focus; elsewhere they may mean something else."""
    is_wish: bool = False
    """The screen passes it on to the app, with the row that is selected."""

    @property
    def call(self) -> str:
        """What Textual is told to run."""
        if self.is_wish:
            return f"screen.wish('{self.id}')"
        scope = "app." if self.on_app else "screen."
        return f"{scope}{self.id}({self.argument})" if self.argument else f"{scope}{self.id}"

    @property
    def key_text(self) -> str:
        """The keys as people read them."""
        return " ".join(_KEY_NAMES.get(key, key) for key in self.keys)

    def applies_to(self, pane: str) -> bool:
        """It does something while this pane has the focus."""
        return not self.panes or pane in self.panes


_KEY_NAMES = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "escape": "esc",
    "enter": "enter",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "ctrl+p": "ctrl+p",
    "ctrl+z": "ctrl+z",
    "exclamation_mark": "!",
    "dollar_sign": "$",
    "delete": "del",
}
PANES = "Panes"
PANE_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "prices": "1",
        "jobs": "2",
        "feeds": "3",
        "breakers": "4",
        "health": "5",
        "log": "6",
        "selected": "7",
        "markets": "8",
        "parts": "9",
        "clients": "0",
        "alerts": "exclamation_mark",
        "silences": "L",
        "rules": "U",
        "quality": "Q",
        "gaps": "M",
        "performance": "P",
        "signals": "G",
        "treasury": "Y",
        "portfolios": "dollar_sign",
        "positions": "H",
        "risk": "K",
        "market": "V",
        "movers": "J",
    }
)
"""Which key shows which pane: digits in the order of a keyboard, then signs and capital letters."""
PANE_NAMES = tuple(PANE_KEYS)
_PANE_LABELS = {
    "alerts": "alerts: what fires, and what fired",
    "silences": "silences: which alerts tell nobody",
    "rules": "alert rules: what makes an alert",
    "quality": "quality: scores with their parts, the worst first",
    "gaps": "gaps: missing minutes, what became of them",
    "performance": "performance & cache: measurements and bounds",
    "portfolios": "portfolios: what each is worth, and its risk",
    "positions": "positions: what the chosen portfolio holds",
    "risk": "risk: the score of the chosen portfolio, and its numbers",
    "market": "market: breadth and sentiment by class",
    "movers": "movers: gainers, losers and the busiest of the chosen class",
    "signals": "signals: when strategies spoke, what became of it",
    "treasury": "treasury: companies that hold coins, and their mNAV",
    "log": "log, the timeline: what happened and why",
}
_JOBS = frozenset({"jobs"})
_CHART = frozenset({"chart"})
_BREAKERS = frozenset({"breakers"})
_RULES = frozenset({"rules"})
_HELD = frozenset({"portfolios", "positions", "risk"})
_MARKET = frozenset({"market", "movers"})

ACTIONS: tuple[Action, ...] = (
    *(
        Action(
            id="show_pane",
            argument=f"'{name}'",
            keys=(key,),
            label=f"Go to {_PANE_LABELS.get(name, name)}",
            group=PANES,
        )
        for name, key in PANE_KEYS.items()
    ),
    Action(id="next_pane", keys=("tab",), label="Next pane", group=PANES),
    Action(id="maximise", keys=("m",), label="Maximise the pane, and back", group=PANES, hint="max"),
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
    Action(
        id="refresh_selected",
        is_wish=True,
        keys=("r",),
        label="Fetch the selected instrument or feed now",
        group="Commands",
        hint="refresh",
        panes=frozenset({"prices", "feeds"}),
        is_dangerous=True,
    ),
    Action(
        id="trigger_job",
        is_wish=True,
        keys=("t",),
        label="Run the selected job now",
        group="Commands",
        hint="trigger",
        panes=_JOBS,
        is_dangerous=True,
    ),
    Action(
        id="restart",
        is_wish=True,
        keys=("R",),
        label="Restart the selected job or feed",
        group="Commands",
        hint="restart",
        panes=frozenset({"prices", "feeds", "jobs"}),
        is_dangerous=True,
    ),
    Action(
        id="pause",
        is_wish=True,
        keys=("p",),
        label="Pause or resume the selected job or feed",
        group="Commands",
        hint="pause",
        panes=frozenset({"feeds", "jobs"}),
        is_dangerous=True,
    ),
    Action(
        id="cancel_run",
        is_wish=True,
        keys=("x",),
        label="Cancel the run of the selected job",
        group="Commands",
        hint="cancel",
        panes=_JOBS,
        is_dangerous=True,
    ),
    Action(
        id="switch_job",
        is_wish=True,
        keys=("d",),
        label="Disable or enable the selected job or alert rule",
        group="Commands",
        hint="disable",
        panes=_JOBS | _RULES,
        is_dangerous=True,
    ),
    Action(
        id="reset_breaker",
        is_wish=True,
        keys=("o",),
        label="Reset the selected breaker",
        group="Commands",
        hint="reset",
        panes=_BREAKERS,
        is_dangerous=True,
    ),
    Action(
        id="open_breaker",
        is_wish=True,
        keys=("O",),
        label="Force the selected breaker open",
        group="Commands",
        hint="open",
        panes=_BREAKERS,
        is_dangerous=True,
    ),
    Action(
        id="close_breaker",
        is_wish=True,
        keys=("C",),
        label="Force the selected breaker closed",
        group="Commands",
        hint="close",
        panes=_BREAKERS,
        is_dangerous=True,
    ),
    Action(
        id="disconnect_client",
        is_wish=True,
        keys=("D",),
        label="Disconnect the selected client",
        group="Commands",
        hint="disconnect",
        panes=frozenset({"clients"}),
        is_dangerous=True,
    ),
    Action(
        id="acknowledge",
        is_wish=True,
        keys=("a",),
        label="Acknowledge the selected alert, with a comment or without",
        group="Alerts",
        hint="ack",
        panes=frozenset({"alerts"}),
        is_dangerous=True,
    ),
    Action(
        id="silence",
        is_wish=True,
        keys=("n",),
        label="Silence the selected alert: 1 h, 8 h or as long as you say",
        group="Alerts",
        hint="silence",
        panes=frozenset({"alerts"}),
        is_dangerous=True,
    ),
    Action(
        id="end_silence",
        is_wish=True,
        keys=("N",),
        label="End the silence of the selected alert, or the selected silence",
        group="Alerts",
        hint="unsilence",
        panes=frozenset({"alerts", "silences"}),
        is_dangerous=True,
    ),
    Action(
        id="alert_here",
        is_wish=True,
        keys=("A",),
        label="Alert on the selected instrument: a price or a change",
        group="Alerts",
        hint="alert",
        panes=frozenset({"prices", "rules"}),
        is_dangerous=True,
    ),
    Action(
        id="remove",
        is_wish=True,
        keys=("delete",),
        label="Remove the selected alert rule, position or portfolio",
        group="Commands",
        hint="remove",
        panes=_RULES | {"portfolios", "positions"},
        is_dangerous=True,
    ),
    Action(
        id="hold",
        is_wish=True,
        keys=("h",),
        label="Hold: put a position into the chosen portfolio, or change it",
        group="Portfolios",
        hint="hold",
        panes=_HELD,
        is_dangerous=True,
    ),
    Action(
        id="new_portfolio",
        is_wish=True,
        keys=("u",),
        label="New portfolio",
        group="Portfolios",
        hint="new",
        panes=_HELD,
        is_dangerous=True,
    ),
    Action(
        id="choose_next",
        keys=("b",),
        label="The next portfolio, or class of the market",
        group="Portfolios",
        hint="next",
        panes=_HELD | _MARKET,
    ),
    Action(
        id="watch_this",
        is_wish=True,
        keys=("w",),
        label="Put the selected instrument on the watchlist, or take it off",
        group="Portfolios",
        hint="watch",
        panes=frozenset({"prices", "positions", "movers"}),
        is_dangerous=True,
    ),
    Action(
        id="watch_next",
        keys=("W",),
        label="Prices of the next watchlist only, after the last one of all",
        group="Portfolios",
        panes=frozenset({"prices"}),
    ),
    Action(
        id="mute",
        is_wish=True,
        keys=("B",),
        label="Mute toasts and the bell of this console, and back",
        group="Alerts",
    ),
    Action(
        id="drill",
        is_wish=True,
        keys=("X",),
        label="Fire drill: let a simulated venue misbehave",
        group="Commands",
        is_dangerous=True,
        only_in_demos=True,
    ),
    *(
        Action(
            id="chart",
            argument=f"'{deed}'",
            keys=keys,
            label=label,
            group="Chart",
            hint=hint,
            panes=_CHART,
            is_local=True,
        )
        for deed, keys, label, hint in (
            ("shorter", ("comma",), "Shorter bars: 1m 5m 15m 1h 1d", "shorter"),
            ("longer", ("full_stop",), "Longer bars", "longer"),
            ("zoom_in", ("plus", "equals_sign"), "Nearer; the wheel does it too", "near"),
            ("zoom_out", ("minus",), "Further away", "far"),
            ("move_left", ("left",), "Crosshair to the bar before, or where you click", "crosshair"),
            ("move_right", ("right",), "Crosshair to the bar after", ""),
            ("pan_left", ("pageup", "shift+left"), "Back in time; dragging does it too", "older"),
            ("pan_right", ("pagedown", "shift+right"), "Forward in time", ""),
            (
                "study_averages",
                ("i",),
                "Averages, Bollinger bands and VWAP in the chart, and back",
                "averages",
            ),
            ("study_panels", ("I",), "RSI and MACD under the chart, and back", "panels"),
            ("study_levels", ("h",), "Levels and zones in the chart, and back", "levels"),
            ("first", ("home",), "The oldest bars that are loaded", ""),
            ("newest", ("end",), "The newest bars", "now"),
            ("kind", ("l",), "Candles or a line", "line"),
            ("volume", ("v",), "With or without volume", ""),
            ("glyphs", ("g",), "Fine, block or ASCII characters", ""),
            ("instrument_before", ("up",), "The instrument before it in the prices", ""),
            ("instrument_after", ("down",), "The instrument after it", ""),
        )
    ),
    Action(
        id="freeze",
        is_wish=True,
        keys=("f",),
        label="Freeze the screen, and go on",
        group="Screen",
        hint="freeze",
    ),
    Action(id="time_zone", is_wish=True, keys=("z",), label="UTC or local time", group="Screen"),
    Action(id="theme", keys=("T",), label="Next theme", group="Screen", on_app=True),
    Action(
        id="palette", keys=("colon", "ctrl+p"), label="All commands", group="Screen", hint="cmd", on_app=True
    ),
    Action(id="help", is_wish=True, keys=("question_mark",), label="Help", group="Screen", hint="help"),
    Action(id="suspend", keys=("ctrl+z",), label="Suspend to the shell", group="Screen", on_app=True),
    Action(id="leave", keys=("q", "ctrl+c"), label="Quit", group="Screen", hint="quit", on_app=True),
)


def action_named(id: str) -> Action:  # noqa: A002
    """The first action of that id."""
    return next(action for action in ACTIONS if action.id == id)


def bindings(*, on_app: bool) -> list[Binding]:
    """The table as Textual wants it, for the app or for the main screen."""
    return [
        Binding(",".join(action.keys), action.call, action.label, show=False)
        for action in ACTIONS
        if action.on_app is on_app and not action.is_local
    ]


def local_bindings(pane: str) -> list[Binding]:
    """Those of the table that only this pane has."""
    return [
        Binding(",".join(action.keys), action.call, action.label, show=False)
        for action in ACTIONS
        if action.is_local and action.applies_to(pane)
    ]


def key_line(pane: str) -> tuple[Action, ...]:
    """The actions that the line of keys shows while this pane has the focus."""
    return tuple(action for action in ACTIONS if action.hint and action.applies_to(pane))


def offered(*, is_demo: bool) -> tuple[Action, ...]:
    """The actions that this engine has a use for."""
    return tuple(action for action in ACTIONS if is_demo or not action.only_in_demos)


def groups(*, is_demo: bool) -> dict[str, tuple[Action, ...]]:
    """The same by group, in the order of the table."""
    actions = offered(is_demo=is_demo)
    names = dict.fromkeys(action.group for action in actions)
    return {name: tuple(action for action in actions if action.group == name) for name in names}
