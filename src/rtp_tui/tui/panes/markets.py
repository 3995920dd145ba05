"""Markets: which trade now, and when the others will."""

from collections.abc import Sequence

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import left_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_MARKS = {
    SessionState.OPEN: Cell("●", Tone.OK),
    SessionState.PRE: Cell("◐", Tone.INFO),
    SessionState.POST: Cell("◐", Tone.INFO),
    SessionState.LUNCH: Cell("○", Tone.INFO),
    SessionState.UNKNOWN: Cell("?", Tone.DIM),
}
_CLOSED = Cell("·", Tone.DIM)


class Markets(Pane):
    """One row a market."""

    name = "markets"
    title = "Markets"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="market", title="MARKET", width=9, grows_to=14),
        Column(name="session", title="SESSION", width=8),
        Column(name="next", title="NEXT", width=15, rank=1, right=True),
        Column(name="at", title="AT", width=8, rank=2, right=True),
        Column(name="timezone", title="ZONE", width=8, rank=3, grows_to=20),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.state.quality.sessions)

    def row(self, scene: Scene, key: str) -> Row:
        session = scene.state.quality.sessions[key]
        mark = _MARKS.get(session.session, _CLOSED)
        word, at_ms = _next(session)
        countdown = "–" if at_ms is None else f"{word} in {left_text(at_ms - scene.now_ms)}"
        return Row(
            key,
            (
                mark if scene.is_trusted else Cell("?", Tone.DIM),
                Cell(session.market, Tone.BRIGHT if session.is_open and scene.is_trusted else Tone.DIM),
                Cell(session.session.value, Tone.DIM if mark.tone is Tone.OK else mark.tone),
                Cell(countdown, Tone.TEXT if at_ms and scene.is_trusted else Tone.DIM),
                Cell("" if at_ms is None else clock_text(at_ms, scene.zone, seconds=False), Tone.DIM),
                Cell(session.timezone, Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        session = scene.state.quality.sessions[key]
        if column in ("next", "at"):
            return _next(session)[1]
        return str(getattr(session, {"mark": "session"}.get(column, column)))

    def subtitle(self, scene: Scene) -> str:
        sessions = scene.state.quality.sessions.values()
        return f"{sum(session.is_open for session in sessions)} open" if sessions else ""

    def empty(self, scene: Scene) -> str:
        told = f"{scene.key('show_pane.parts')} tells how far it is"
        return f"no sessions known yet: the engine builds its calendars, {told}"


def _next(session: MarketSession) -> tuple[str, int | None]:
    if session.session is SessionState.OPEN:
        return "closes", session.next_close_ms
    return "opens", session.next_open_ms
