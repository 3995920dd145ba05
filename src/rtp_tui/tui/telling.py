"""Toasts, the bell and the desktop: what the console says of alerts by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual.notifications import SeverityLevel

from rtp_tui.model.alerts import Severity
from rtp_tui.text import safe
from rtp_tui.tui.desktop_notice import desktop_notice

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

_LOUDNESS: Mapping[Severity, SeverityLevel] = MappingProxyType(
    {Severity.INFO: "information", Severity.WARNING: "warning", Severity.CRITICAL: "error"}
)


class Telling:
    """Says what began to fire, unless that is switched off or muted."""

    def __init__(self, app: "ConsoleApp") -> None:
        self._app = app

    def tell_alarms(self, now: float, now_ms: int) -> None:
        """One toast, the bell and a notice of the desktop for what is due."""
        app = self._app
        toast = app.follower.alarms.due(now) if app.settings.notifies else None
        if toast is not None and not app.follower.is_muted(now_ms):
            words = app.plain(safe(f"{toast.words}   {app.main.keymap.key('show_pane.alerts')} shows alerts"))
            app.notify(words, title="alert", severity=_LOUDNESS[toast.severity], markup=False, timeout=8)
            app.bell()
            self._tell_desktop(toast.words)

    def turn_mute(self) -> None:
        """Tell nothing at this console from now on, or again."""
        alarms, key = self._app.follower.alarms, self._app.main.keymap.key("mute")
        alarms.turn_mute()
        words = f"muted: no toast and no bell at this console; {key} ends that"
        self._app.notify(words if alarms.is_muted else "alerts tell again", markup=False, timeout=4)

    def _tell_desktop(self, words: str) -> None:
        settings, driver = self._app.settings, self._app._driver
        if driver is not None and not settings.in_browser:
            title = settings.name or "rtp-tui"
            driver.write(desktop_notice(settings.notice_dialect, title, self._app.plain(words)))
