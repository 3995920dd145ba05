"""The table of actions as Textual wants it."""

from textual.binding import Binding

from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.table import ACTIONS


def bindings(*, on_app: bool) -> list[Binding]:
    """Those of the app, or of the main screen."""
    return [_binding(action) for action in ACTIONS if action.on_app is on_app and not action.is_local]


def bindings_of(id: str) -> list[Binding]:  # noqa: A002
    """Those of one kind of action, for screens that lie over the main one."""
    return [_binding(action) for action in ACTIONS if action.id == id]


def local_bindings(pane: str) -> list[Binding]:
    """Those of the table that only this pane has."""
    return [_binding(action) for action in ACTIONS if action.is_local and action.applies_to(pane)]


def _binding(action: Action) -> Binding:
    """Its id is what a user's own keys call it."""
    return Binding(",".join(action.keys), action.call, action.label, show=False, id=action.name)
