"""Everything a key can do: one table for bindings, footer, help, palette and tests."""

from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.alerts import ALERT_ACTIONS
from rtp_tui.tui.actions.chart import CHART_ACTIONS
from rtp_tui.tui.actions.commands import COMMAND_ACTIONS
from rtp_tui.tui.actions.evidence import EVIDENCE_ACTIONS
from rtp_tui.tui.actions.panes import PANE_ACTIONS
from rtp_tui.tui.actions.portfolios import PORTFOLIO_ACTIONS
from rtp_tui.tui.actions.rows import ROW_ACTIONS
from rtp_tui.tui.actions.screen import SCREEN_ACTIONS
from rtp_tui.tui.actions.time import TIME_ACTIONS

ACTIONS: tuple[Action, ...] = (
    *PANE_ACTIONS,
    *ROW_ACTIONS,
    *COMMAND_ACTIONS,
    *ALERT_ACTIONS,
    *PORTFOLIO_ACTIONS,
    *CHART_ACTIONS,
    *EVIDENCE_ACTIONS,
    *TIME_ACTIONS,
    *SCREEN_ACTIONS,
)
"""In the order of help and palette; of the line of keys too."""


def action_named(id: str) -> Action:  # noqa: A002
    """The first action of that id."""
    return next(action for action in ACTIONS if action.id == id)
