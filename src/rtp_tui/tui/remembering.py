"""Brings a console back to how it was left, and keeps how it is now."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rtp_tui.text import safe
from rtp_tui.tui.filtering import BadFilter
from rtp_tui.tui.memory import Damaged, Memory, MemoryKeeper, PaneMemory, merged
from rtp_tui.tui.recall import Recall
from rtp_tui.tui.scene import zone_from_memory, zone_to_memory
from rtp_tui.tui.widgets.pane_view import PaneView

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

SAVE_EVERY_S = 2.0


class Remembering:
    """Asks its keeper once, and tells it of changes seldom; without a keeper it does nothing."""

    def __init__(self, app: "ConsoleApp", keeper: MemoryKeeper | None) -> None:
        self._app = app
        self._keeper = keeper
        self._kept = Memory()
        self._looked_at = 0.0
        self._one_at_a_time = asyncio.Lock()
        self.commands = Recall()
        """What was typed as a command."""

    def restore(self) -> None:
        """Put everything where it was; what cannot be read is said, and forgotten."""
        if self._keeper is None:
            return
        try:
            memory = self._keeper.load()
        except (Damaged, OSError) as problem:
            # A damaged file is replaced; where one cannot even look, nothing is written either.
            self._keeper = self._keeper if isinstance(problem, Damaged) else None
            self._tell(f"the console begins as new, what it remembered cannot be read: {problem}")
            return
        self._apply(memory)
        self._kept = self._now()

    def keep_up(self, now: float) -> None:
        """Keep what has changed, off the loop; seldom, since nobody waits for it."""
        if self._keeper is None or now - self._looked_at < SAVE_EVERY_S:
            return
        self._looked_at = now
        memory = self._now()
        if memory != self._kept:
            before, self._kept = self._kept, memory
            self._app.operations.errands.run("remembering", partial(self._save, self._keeper, before, memory))

    async def leave(self) -> None:
        """Keep the last changes."""
        memory = self._now()
        if self._keeper is not None and memory != self._kept:
            await self._save(self._keeper, self._kept, memory)

    async def _save(self, keeper: MemoryKeeper, before: Memory, memory: Memory) -> None:
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(_add_to_kept, keeper, before, memory)
        except OSError as problem:
            self._keeper = None
            self._tell(f"what is changed here is not remembered: {problem.strerror or problem}")

    def _apply(self, memory: Memory) -> None:
        app = self._app
        if memory.theme in app.looks.themes and memory.configured_theme == app.settings.theme:
            app.looks.wear(memory.theme)
        app.lens.zone = zone_from_memory(memory.zone, app.clock.now_ms())
        app.main.placing.restore(memory.placed)
        app.main.finding.recall = Recall(memory.filters)
        self.commands = Recall(memory.commands)
        for name, pane in memory.panes.items():
            if name in app.main.desk.views:
                _restore(app.main.desk.views[name], pane)

    def _now(self) -> Memory:
        app = self._app
        panes = {name: _memory_of(view) for name, view in app.main.desk.views.items()}
        return Memory(
            theme=app.theme,
            configured_theme=app.settings.theme,
            zone=zone_to_memory(app.lens.zone),
            placed=replace(app.main.placing.placed),
            panes={name: pane for name, pane in panes.items() if pane != PaneMemory()},
            filters=app.main.finding.recall.texts,
            commands=self.commands.texts,
        )

    def _tell(self, words: str) -> None:
        self._app.notify(self._app.plain(safe(words)), severity="warning", markup=False, timeout=8)


def _add_to_kept(keeper: MemoryKeeper, before: Memory, memory: Memory) -> None:
    """What other consoles changed meanwhile stays as they left it. Raises OSError."""
    try:
        theirs = keeper.load()
    except Damaged:
        theirs = before = Memory()
    keeper.save(merged(theirs, before, memory))


def _memory_of(view: PaneView) -> PaneMemory:
    return PaneMemory(
        filter=view.filter_text,
        faults_only=view.faults_only,
        column=view.ordering.column,
        reverse=view.ordering.reverse,
    )


def _restore(view: PaneView, memory: PaneMemory) -> None:
    try:
        view.set_filter(memory.filter)
    except BadFilter:
        view.set_filter("")
    view.set_faults_only(memory.faults_only)
    if memory.column is None or memory.column in {column.name for column in view.columns}:
        view.ordering.column, view.ordering.reverse = memory.column, memory.reverse
