"""Everything a key can do: one table for bindings, footer, help, palette and tests."""

from textual.binding import Binding

from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.alerts import ALERT_ACTIONS
from rtp_tui.tui.actions.chart import CHART_ACTIONS
from rtp_tui.tui.actions.commands import COMMAND_ACTIONS
from rtp_tui.tui.actions.evidence import EVIDENCE_ACTIONS
from rtp_tui.tui.actions.panes import PANE_ACTIONS
from rtp_tui.tui.actions.portfolios import PORTFOLIO_ACTIONS
from rtp_tui.tui.actions.rows import ROW_ACTIONS
from rtp_tui.tui.actions.screen import SCREEN_ACTIONS

ACTIONS: tuple[Action, ...] = (
    *PANE_ACTIONS,
    *ROW_ACTIONS,
    *COMMAND_ACTIONS,
    *ALERT_ACTIONS,
    *PORTFOLIO_ACTIONS,
    *CHART_ACTIONS,
    *EVIDENCE_ACTIONS,
    *SCREEN_ACTIONS,
)
"""In the order of help and palette; of the line of keys too."""


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


def bindings_of(id: str) -> list[Binding]:  # noqa: A002
    """Those of one kind of action, for screens that lie over the main one."""
    return [
        Binding(",".join(action.keys), action.call, action.label, show=False)
        for action in ACTIONS
        if action.id == id
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
