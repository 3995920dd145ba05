"""What the person asks of the engine: asked about first where it touches others, answered by a toast."""

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.model.commands import Command, Done
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import Explain
from rtp_tui.text import safe
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.alert_operations import AlertOperations
from rtp_tui.tui.asking import Asking
from rtp_tui.tui.command_log import log_text
from rtp_tui.tui.evidence import Evidence
from rtp_tui.tui.exporting import export_pane
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.orders import DEADLINE_S, KEPT_DEADLINE_S, READ_ONLY, Order, Orders, Outcome
from rtp_tui.tui.panes.alerts import alert_of
from rtp_tui.tui.panes.clients import client_of
from rtp_tui.tui.panes.gaps import gap_of
from rtp_tui.tui.panes.log import entry_of
from rtp_tui.tui.panes.quality import score_of
from rtp_tui.tui.panes.rules import rule_named
from rtp_tui.tui.panes.treasury import company_of
from rtp_tui.tui.portfolio_operations import PortfolioOperations, removal, watching
from rtp_tui.tui.prompting import Prompting
from rtp_tui.tui.proposals import Nothing, Proposal, proposal
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.alert_details import alert_text, rule_text, silence_text
from rtp_tui.tui.screens.details import breaker_text, client_text, feed_text, job_text
from rtp_tui.tui.screens.drills import DrillScreen
from rtp_tui.tui.screens.entry_details import entry_text
from rtp_tui.tui.screens.explanation import explanation_text, row_text
from rtp_tui.tui.screens.market_details import market_text
from rtp_tui.tui.screens.portfolio_details import portfolio_text, position_text, risk_text
from rtp_tui.tui.screens.quality_details import gap_details, quality_text
from rtp_tui.tui.screens.sheet import Details, Question, Sheet
from rtp_tui.tui.screens.signal_details import signal_text
from rtp_tui.tui.screens.treasury_details import treasury_text
from rtp_tui.tui.telling import Telling

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp
    from rtp_tui.tui.widgets.pane_view import PaneView


class Operations:
    """Runs one operation at a time on the row under the cursor."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders
        prompting = Prompting(app, self._execute, self._tell)
        self._alerts = AlertOperations(app, orders, prompting, self._tell)
        self._portfolios = PortfolioOperations(app, prompting)
        self.asking = Asking(app, orders)
        self.telling = Telling(app)
        self.evidence = Evidence(app, orders.log)

    async def perform(self, action: Action, view: "PaneView", scene: Scene) -> None:
        """Do what the action says with the selected row."""
        await self._perform(action, view, scene)
        if action.is_dangerous:
            self.asking.forget()

    async def _perform(self, action: Action, view: "PaneView", scene: Scene) -> None:
        key = view.cursor
        if action.is_dangerous and self._orders.read_only:
            self._tell(READ_ONLY)
        elif action.id == "drill":
            await self._drill(scene)
        elif action.id == "alert_here":
            await self._alerts.make_rule(scene, view.pane.name, key or "")
        elif action.id == "export":
            self._tell(await export_pane(view.pane, view.keys, scene, self._app.settings.exports))
        elif action.id == "commands":
            self._app.push_screen(Details("commands of this console", self._commands, scene))
        elif action.id == "new_portfolio":
            await self._portfolios.make(scene)
        elif action.id == "hold":
            nothing = await self._portfolios.hold(scene, view.pane.name, key)
            self._tell(Outcome(False, nothing.words)) if nothing else None
        elif key is None or key not in view.keys:
            self._tell(Outcome(False, "no row is selected"))
        elif action.id == "explain":
            await self._explain(view, scene, key)
        elif action.id == "copy":
            self._copy(view, scene, key)
        elif action.id == "acknowledge":
            await self._alerts.acknowledge(scene, key)
        elif action.id == "silence":
            await self._alerts.silence(scene, key)
        elif action.id == "end_silence":
            await self._alerts.end_silence(scene, view.pane.name, key)
        else:
            await self._carry_out(self._proposed(action, view, scene, key))

    def _proposed(self, action: Action, view: "PaneView", scene: Scene, key: str) -> Proposal | Nothing:
        if action.id == "watch_this":
            return watching(scene, self._app.main.watchlist, view.pane.instrument(scene, key))
        if action.id == "remove" and view.pane.name in ("portfolios", "positions"):
            return removal(scene, view.pane.name, key)
        return proposal(action.id, view.pane.name, scene, key)

    async def _execute(self, command: Order, deadline_s: float = DEADLINE_S) -> Outcome:
        """Carry out a command; an edit of a portfolio or a watchlist is shown meanwhile, and undone where it is refused."""
        follower = self._app.follower
        draft = None if self._orders.read_only else follower.drafts.begin(command)
        if draft is None:
            return await self._orders.execute(command, deadline_s)
        if follower.connection(self._app.clock.monotonic()) is not Connection.LIVE:
            self._tell(Outcome(True, "kept until the engine is heard again"))
        outcome = Outcome(False, "")
        follower.changes += 1
        try:
            outcome = await self._orders.execute(command, KEPT_DEADLINE_S)
        finally:
            follower.drafts.settle(*draft, follower.state.portfolio, is_done=outcome.is_done)
            follower.changes += 1
        return outcome

    async def order(self, command: Command[Done]) -> None:
        """Carry out what needs no row."""
        self._tell(await self._execute(command))

    async def propose(self, proposed: Proposal) -> None:
        """Carry out what was put into words, if that is agreed to."""
        self._tell(READ_ONLY) if self._orders.read_only else await self._carry_out(proposed)
        self.asking.forget()

    async def _drill(self, scene: Scene) -> None:
        status = scene.state.part.drill
        if status is None:
            self._tell(Outcome(False, "only a demo has drills: rtp-tui --demo"))
            return
        order = await self._app.push_screen_wait(DrillScreen(status, scene.now_ms))
        if order is not None:
            await self.order(order)

    async def _explain(self, view: "PaneView", scene: Scene, key: str) -> None:
        if view.pane.name not in ("prices", "chart"):
            title = self._app.plain(safe(_title(view, key)))
            self._app.push_screen(Details(title, partial(self._detail, view, key), scene))
            return
        answer = await self._orders.ask(Explain(instrument=InstrumentId(key)))
        if isinstance(answer, Outcome):
            self._tell(answer)
            return
        instrument = scene.state.market.instruments[InstrumentId(key)]
        self._show(f"{key}  {instrument.name}", explanation_text(scene, instrument, answer))

    def _copy(self, view: "PaneView", scene: Scene, key: str) -> None:
        cells = view.pane.row(scene, key).cells
        self._app.copy_to_clipboard("\t".join(cell.text.strip() for cell in cells))
        self._tell(Outcome(True, "row copied"))

    async def _carry_out(self, proposed: Proposal | Nothing) -> None:
        if isinstance(proposed, Nothing):
            self._tell(Outcome(False, proposed.words))
            return
        if proposed.question and not await self._is_agreed(proposed):
            return
        if proposed.meanwhile:
            self._tell(Outcome(True, proposed.meanwhile))
        self._tell(await self._execute(proposed.command, proposed.deadline_s))

    async def _is_agreed(self, proposed: Proposal) -> bool:
        lines = [line for line in (self._app.production_warning, *proposed.touches) if line]
        touches = Text(self._app.plain("\n".join(map(safe, lines))))
        question = Question(self._app.plain(safe(proposed.question)), touches)
        return await self._app.push_screen_wait(question)

    def _detail(self, view: "PaneView", key: str, scene: Scene) -> Text | None:
        return self._plain(_detail(view, scene, key)) if key in view.pane.keys(scene) else None

    def _commands(self, scene: Scene) -> Text:
        return self._plain(log_text(self._orders.log.orders, self._app.clock.now_ms(), scene.zone))

    def _show(self, title: str, text: Text) -> None:
        self._app.push_screen(Sheet(self._app.plain(safe(title)), self._plain(text)))

    def _plain(self, text: Text) -> Text:
        text.plain = self._app.plain(text.plain)
        return text

    def _tell(self, outcome: Outcome) -> None:
        severity = "information" if outcome.is_done else "warning"
        words = self._app.plain(safe(outcome.words))
        self._app.notify(words, severity=severity, markup=False, timeout=4)  # type: ignore[arg-type]


def _title(view: "PaneView", key: str) -> str:
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
}


def _detail(view: "PaneView", scene: Scene, key: str) -> Text:
    """A row at length."""
    state = scene.state
    match view.pane.name:
        case "jobs":
            return job_text(scene, state.job.jobs[key])
        case "breakers":
            return breaker_text(scene, state.breaker.breakers[key])
        case "feeds":
            return feed_text(scene, state.feed.feeds[key])
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
