"""Files that show what was seen and what had happened: a picture of the screen, and the bundle of an incident."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from textual.notifications import SeverityLevel

from rtp_tui.api.incident.gathering import MINUTES, Incident, gather, moment_of
from rtp_tui.api.incident.harmless import harmless_json
from rtp_tui.api.incident.members import Member
from rtp_tui.text import safe
from rtp_tui.tui.command_log import CommandLog
from rtp_tui.tui.exporting import NO_FOLDER, csv_text, name_at, not_written
from rtp_tui.tui.files import Files
from rtp_tui.tui.orders import Outcome
from rtp_tui.tui.panes.past import moment_words
from rtp_tui.tui.panes.status_line import mode_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.timeline import Entry

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

PICTURE, INCIDENT = "picture", "incident"
SHOWN_S = 12
"""A path is read, and perhaps written down."""
_UNDER_WAY = Outcome(False, "a bundle is being gathered already")


class Evidence:
    """Takes one thing at a time, while the screen goes on."""

    def __init__(self, app: "ConsoleApp", log: CommandLog, files: Files) -> None:
        self._app = app
        self._log = log
        self._files = files

    async def take(self, what: str) -> None:
        """A picture or a bundle, into the folder of exports; where it is, or why it is not, is told."""
        folder = self._files.folder
        if folder is None:
            self._tell(NO_FOLDER)
            return
        is_picture = what == PICTURE
        with self._files.under_way("the picture of the screen" if is_picture else "the incident bundle"):
            outcome = await (self._picture(folder) if is_picture else self._incident(folder))
        self._tell(outcome)

    async def _picture(self, folder: Path) -> Outcome:
        name = name_at("screen", self._app.clock.now_ms())
        svg, text = screen_of(self._app)
        try:
            path = await self._files.write(name, "svg", svg)
            await self._files.write(name, "txt", text)
        except OSError as error:
            return not_written(folder, error)
        return Outcome(True, f"the screen is in {self._files.place(path)}, and as text beside it")

    async def _incident(self, folder: Path) -> Outcome:
        follower = self._app.follower
        if follower.gathering:
            return _UNDER_WAY
        self._say("begins")
        try:
            wanted = self._wanted(scene := self._app.scene)
            bundle = await gather(self._app.api, self._app.clock, wanted, self._say)
            name = name_at(INCIDENT, self._app.clock.now_ms())
            path = await self._files.write(name, "zip", bundle.content)
        except OSError as error:
            return not_written(folder, error)
        finally:
            follower.gathering = ""
            follower.changes += 1
        missing = (
            f"; {len(bundle.missing)} of its files not whole, its README says why" if bundle.missing else ""
        )
        then = "" if _moment_ms(scene) is None else f" up to {moment_words(scene, wanted.until_ms)}, as shown"
        words = f"{len(bundle.content) / 1000:,.0f} kB{then} in {self._files.place(path)}{missing}"
        follower.timeline.note_console(f"incident bundle: {words}", self._app.clock.now_ms())
        return Outcome(True, words)

    def _wanted(self, scene: Scene) -> Incident:
        """Of the moment on screen, so that the state is what the picture of it shows."""
        now_ms, then_ms = self._app.clock.now_ms(), _moment_ms(scene)
        state = scene.state.snapshot("", now_ms if then_ms is None else then_ms)
        until_ms = moment_of(state, now_ms) if then_ms is None else then_ms
        return Incident(
            state=state,
            until_ms=until_ms,
            instruments=self._app.main.desk.instruments_of_interest(tuple(scene.state.market.instruments)),
            more=self._of_the_console(scene, until_ms - MINUTES * 60_000),
        )

    def _of_the_console(self, scene: Scene, since_ms: int) -> Sequence[Member]:
        app = self._app
        svg, text = screen_of(app)
        size, settings = app.size, app.settings
        told = {
            "version": settings.version,
            "columns": size.width,
            "rows": size.height,
            "theme": app.theme,
            "ascii": settings.ascii_only,
            "local": settings.local,
            "over_ssh": settings.over_ssh,
            "link_rtt_ms": app.link.rtt_ms,
            "frames_per_second": app.frame_clock.fps,
            "shows": mode_of(scene).word,
            "problems": app.operations.errands.problems,
        }
        return (
            Member("screen.svg", svg),
            Member("screen.txt", text),
            Member("console.json", harmless_json(told, indented=True).encode("utf-8", "replace")),
            Member("timeline.csv", _timeline(scene.timeline, since_ms)),
            Member("commands.csv", _commands(self._log)),
        )

    def _say(self, how_far: str) -> None:
        self._app.follower.gathering = how_far
        self._app.follower.changes += 1

    def _tell(self, outcome: Outcome) -> None:
        severity: SeverityLevel = "information" if outcome.is_done else "warning"
        words = self._app.plain(safe(outcome.words, 1024))
        self._app.notify(words, severity=severity, markup=False, timeout=SHOWN_S if outcome.is_done else 4)


def screen_of(app: "ConsoleApp") -> tuple[bytes, bytes]:
    """What is on screen now: as SVG, and as text."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        record=True, legacy_windows=False, safe_box=False,
    )  # fmt: skip
    console.print(app.screen._compositor.render_update(full=True))
    text = console.export_text(clear=False)
    svg = console.export_svg(title=app.title)
    return svg.encode("utf-8", "replace"), text.encode("utf-8", "replace")


def _moment_ms(scene: Scene) -> int | None:
    """Which moment is on screen, where that is not now."""
    return scene.now_ms if scene.past is not None else scene.frozen_ms


def _timeline(entries: Sequence[Entry], since_ms: int) -> bytes:
    rows = [
        (entry.at_ms, entry.topic, entry.source, entry.message, entry.cause)
        for entry in entries
        if entry.at_ms >= since_ms
    ]
    return csv_text(("at_ms", "topic", "source", "message", "cause"), rows).encode("utf-8", "replace")


def _commands(log: CommandLog) -> bytes:
    rows = [(one.at_ms, one.command, one.subject, one.words, one.ended_ms) for one in log.orders]
    return csv_text(("at_ms", "command", "subject", "result", "ended_ms"), rows).encode("utf-8", "replace")
