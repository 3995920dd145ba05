"""What enter shows of a row, pane by pane."""

from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.tui.panes.alerts import alert_of
from rtp_tui.tui.panes.clients import client_of
from rtp_tui.tui.panes.gaps import gap_of
from rtp_tui.tui.panes.health import is_part
from rtp_tui.tui.panes.log import entry_of
from rtp_tui.tui.panes.quality import score_of
from rtp_tui.tui.panes.rules import rule_named
from rtp_tui.tui.panes.treasury import company_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.alert_details import alert_text, rule_text, silence_text
from rtp_tui.tui.screens.details import breaker_text, client_text, feed_text, job_text
from rtp_tui.tui.screens.engine_details import market_hours_text, part_text
from rtp_tui.tui.screens.entry_details import entry_text
from rtp_tui.tui.screens.explanation import row_text
from rtp_tui.tui.screens.health_details import health_text
from rtp_tui.tui.screens.market_details import market_text
from rtp_tui.tui.screens.portfolio_details import portfolio_text, position_text, risk_text
from rtp_tui.tui.screens.quality_details import gap_details, quality_text
from rtp_tui.tui.screens.signal_details import signal_text
from rtp_tui.tui.screens.treasury_details import treasury_text

if TYPE_CHECKING:
    from rtp_tui.tui.widgets.pane_view import PaneView


def row_title(view: "PaneView", key: str) -> str:
    """What stands above a row at length."""
    title = _TITLES.get(view.pane.name)
    return key if title is None else f"{title} {key}"


_TITLES = {
    "clients": "client",
    "alerts": "alert",
    "silences": "silence",
    "gaps": "gap",
    "signals": "signal",
    "treasury": "treasury",
    "log": "entry",
    "portfolios": "portfolio",
    "positions": "position",
    "risk": "risk:",
    "market": "market:",
    "markets": "market",
    "parts": "part",
    "health": "health:",
}


def row_details(view: "PaneView", scene: Scene, key: str) -> Text:
    """A row at length."""
    state = scene.state
    match view.pane.name:
        case "jobs":
            return job_text(scene, state.job.jobs[key])
        case "breakers":
            return breaker_text(scene, state.breaker.breakers[key])
        case "feeds":
            return feed_text(scene, state.feed.feeds[key])
        case "health" if is_part(scene, key):
            return health_text(scene, key)
        case "markets":
            return market_hours_text(scene, state.quality.sessions[key])
        case "parts":
            return part_text(scene, state.part.parts[key])
        case "alerts" if (alert := alert_of(scene, key)) is not None:
            return alert_text(scene, alert)
        case "silences":
            return silence_text(scene, state.alert.silences[key])
        case "rules" if (listed := rule_named(scene, key)) is not None:
            return rule_text(scene, listed)
        case "quality" if (score := score_of(scene, key)) is not None:
            return quality_text(scene, score)
        case "gaps" if (gap := gap_of(scene, key)) is not None:
            return gap_details(scene, gap)
        case "signals" if (signal := state.analytics.signals.get(key)) is not None:
            return signal_text(scene, signal)
        case "treasury" if (held := company_of(scene, key)) is not None:
            return treasury_text(scene, held)
        case "portfolios" if key in scene.portfolios:
            return portfolio_text(scene, key)
        case "positions" if scene.portfolio in scene.portfolios:
            return position_text(scene, key)
        case "risk":
            return risk_text(scene, key)
        case "market" if (seen := scene.answers.markets.get(key)) is not None:
            return market_text(scene, key, seen)
        case "log" if (entry := entry_of(scene, key)) is not None:
            return entry_text(scene, entry)
        case "clients" if (client := client_of(scene, key)) is not None:
            return client_text(scene, client)
        case _:
            return row_text(view.pane, view.pane.row(scene, key))
