"""What the person asks of the engine: asked about first where it touches others, answered by a toast."""

from typing import TYPE_CHECKING

from rich.text import Text

from rtp_tui.model.commands import Command, Done, Refresh
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.text import safe
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.alert_operations import AlertOperations
from rtp_tui.tui.batch import gathered, summary
from rtp_tui.tui.carrying import Carrying
from rtp_tui.tui.command_log import log_text
from rtp_tui.tui.environment import warning
from rtp_tui.tui.explaining import Explaining
from rtp_tui.tui.exporting import export_pane
from rtp_tui.tui.looking_back import refused_then
from rtp_tui.tui.orders import READ_ONLY, Orders, Outcome
from rtp_tui.tui.portfolio_operations import PortfolioOperations, removal, watching
from rtp_tui.tui.prompting import Prompting
from rtp_tui.tui.proposals import Nothing, Proposal, proposal
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.drills import DrillScreen
from rtp_tui.tui.screens.help import help_sheet
from rtp_tui.tui.screens.sheet import Details, Question
from rtp_tui.tui.several import refreshing, removing_positions, watching_all

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp
    from rtp_tui.tui.widgets.pane_view import PaneView

_MOST_TOLD = 1024
_SHORTEST_S, _LONGEST_S, _S_A_CHARACTER = 4.0, 12.0, 0.06
"""A toast stays as long as it takes to read it: reasons and paths are long."""


class Wishes:
    """Carries out one at a time, most of them on the row under the cursor."""

    def __init__(self, app: "ConsoleApp", orders: Orders) -> None:
        self._app = app
        self._orders = orders
        self._carrying = Carrying(app, orders, self._tell)
        prompting = Prompting(app, self._carrying, self._tell)
        self._alerts = AlertOperations(app, self._carrying, prompting, self._tell)
        self._portfolios = PortfolioOperations(app, prompting)
        self._explaining = Explaining(app, orders, self._tell)

    async def perform(self, action: Action, view: "PaneView", scene: Scene) -> None:
        """Do what the action says with the selected row."""
        given = self._carrying.given
        await self._perform(action, view, scene)
        if action.takes_many and self._carrying.given > given:
            view.clear_marks()
        if action.is_dangerous:
            self._app.operations.asking.forget()

    async def _perform(self, action: Action, view: "PaneView", scene: Scene) -> None:
        key = view.cursor
        if action.is_dangerous and scene.past is not None:
            self._tell(refused_then(scene))
        elif action.is_dangerous and self._orders.read_only:
            self._tell(READ_ONLY)
        elif action.id == "help":
            is_demo = self._app.drills is not None
            self._app.push_screen(help_sheet(self._app.looks.painter, self._app.main.keymap, is_demo=is_demo))
        elif action.id == "drill":
            await self._drill(scene)
        elif action.id == "alert_here":
            await self._alerts.make_rule(scene, view.pane.name, key or "")
        elif action.id == "export":
            keys = view.marks.keys or view.keys
            self._tell(await export_pane(view.pane, keys, scene, self._app.operations.files))
        elif action.id == "commands":
            self._app.push_screen(Details("commands of this console", self._commands, scene))
        elif action.id == "new_portfolio":
            await self._portfolios.make(scene)
        elif action.id == "hold":
            nothing = await self._portfolios.hold(scene, view.pane.name, key)
            self._tell(Outcome(False, nothing.words)) if nothing else None
        elif action.id == "explain":
            await self._explaining.explain(view, scene)
        else:
            await self._perform_with(
                action, view, scene, view.targets if action.takes_many else view.under_cursor
            )

    async def _perform_with(
        self, action: Action, view: "PaneView", scene: Scene, keys: tuple[str, ...]
    ) -> None:
        """Do what needs rows."""
        if not keys:
            self._tell(Outcome(False, "no row is selected"))
        elif action.id == "copy":
            self._copy(view, scene, keys)
        elif action.id == "acknowledge":
            await self._alerts.acknowledge(scene, keys)
        elif action.id == "silence":
            await self._alerts.silence(scene, keys)
        elif action.id == "end_silence":
            await self._alerts.end_silences(scene, view.pane.name, keys)
        elif len(keys) == 1:
            await self._carry_out(self._proposed(action, view, scene, keys[0]))
        else:
            await self._carry_out_for_all(action, view, scene, keys)

    async def _carry_out_for_all(
        self, action: Action, view: "PaneView", scene: Scene, keys: tuple[str, ...]
    ) -> None:
        """Ask once, do it for each marked row, say in one line what came of it."""
        found = [(key, self._proposed(action, view, scene, key)) for key in keys]
        if action.id == "watch_this":
            instruments = [one for key in keys if (one := view.pane.instrument(scene, key)) is not None]
            name = self._app.main.watchlist
            await self._carry_out(
                watching_all(scene.watchlists.get(name, Watchlist(name)), list(dict.fromkeys(instruments)))
            )
            return
        if action.id == "remove" and view.pane.name == "positions":
            await self._carry_out(removing_positions(scene, keys))
            return
        commands = [proposed.command for _, proposed in found if isinstance(proposed, Proposal)]
        refreshes = [command for command in commands if isinstance(command, Refresh)]
        if refreshes:
            await self._carry_out(refreshing(refreshes))
            return
        batch = gathered(action.hint, found)
        if not batch.steps:
            self._tell(summary(action.hint, batch.refused))
        elif await self._is_agreed(batch.question, batch.touches):
            self._tell(Outcome(True, f"{action.hint}: {len(batch.steps)} under way"))
            self._tell(await self._carrying.several(action.hint, batch))

    def _proposed(self, action: Action, view: "PaneView", scene: Scene, key: str) -> Proposal | Nothing:
        if action.id == "watch_this":
            return watching(scene, self._app.main.watchlist, view.pane.instrument(scene, key))
        if action.id == "remove" and view.pane.name in ("portfolios", "positions"):
            return removal(scene, view.pane.name, key)
        return proposal(action.id, view.pane.name, scene, key)

    async def order(self, command: Command[Done]) -> None:
        """Carry out what needs no row."""
        self._tell(await self._carrying.one(command))

    async def propose(self, proposed: Proposal) -> None:
        """Carry out what was put into words, if that is agreed to."""
        if self._app.lens.scrub.shown is not None:
            self._tell(refused_then(self._app.scene))
            return
        self._tell(READ_ONLY) if self._orders.read_only else await self._carry_out(proposed)
        self._app.operations.asking.forget()

    async def _drill(self, scene: Scene) -> None:
        status = self._app.drills
        if status is None:
            self._tell(Outcome(False, "only a demo has drills: rtp-tui --demo"))
            return
        order = await self._app.push_screen_wait(DrillScreen(status, scene.now_ms, lambda: self._app.drills))
        if order is not None:
            await self.order(order)

    def _copy(self, view: "PaneView", scene: Scene, keys: tuple[str, ...]) -> None:
        rows = [view.pane.row(scene, key).cells for key in keys]
        self._app.copy_to_clipboard(
            "\n".join("\t".join(cell.text.strip() for cell in cells) for cells in rows)
        )
        self._tell(Outcome(True, "row copied" if len(rows) == 1 else f"{len(rows)} rows copied"))

    async def _carry_out(self, proposed: Proposal | Nothing) -> None:
        if isinstance(proposed, Nothing):
            self._tell(Outcome(False, proposed.words))
            return
        if proposed.question and not await self._is_agreed(proposed.question, proposed.touches):
            return
        if proposed.meanwhile:
            self._tell(Outcome(True, proposed.meanwhile))
        self._tell(await self._carrying.one(proposed.command, proposed.deadline_s))

    async def _is_agreed(self, question: str, touches: tuple[str, ...]) -> bool:
        place = self._app.settings.name or self._app.settings.where
        lines = [line for line in (warning(self._app.scene, place), *touches) if line]
        text = Text(self._app.plain("\n".join(map(safe, lines))))
        return await self._app.push_screen_wait(Question(self._app.plain(safe(question)), text))

    def _commands(self, scene: Scene) -> Text:
        return self._plain(log_text(self._orders.log.orders, scene, self._app.clock.now_ms()))

    def _plain(self, text: Text) -> Text:
        text.plain = self._app.plain(text.plain)
        return text

    def _tell(self, outcome: Outcome) -> None:
        severity = "information" if outcome.is_done else "warning"
        words = self._app.plain(safe(outcome.words, _MOST_TOLD))
        timeout = min(_LONGEST_S, max(_SHORTEST_S, len(words) * _S_A_CHARACTER))
        self._app.notify(words, severity=severity, markup=False, timeout=timeout)  # type: ignore[arg-type]
