"""Clients: who follows the server, how much they are sent, and whether they keep up."""

from collections.abc import Sequence

from rtp_tui.model.clients import ClientList, ClientStatus
from rtp_tui.text import byte_text, compact
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import duration_text, since_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

NOBODY = ClientList(at_ms=0, total=0)


class Clients(Pane):
    """One row a follower; those who fell behind come first."""

    name = "clients"
    title = "Clients"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="id", title="ID", width=5, right=True, is_number=True),
        Column(name="name", title="NAME", width=10, rank=1, grows_to=14),
        Column(name="address", title="ADDRESS", width=15, grows_to=39),
        Column(name="scope", title="SCOPE", width=7, rank=6),
        Column(name="since", title="SINCE", width=5, rank=7, right=True),
        Column(name="channels", title="CHAN", width=5, rank=5, right=True, is_number=True),
        Column(name="pace", title="PACE", width=5, rank=4, right=True),
        Column(name="sent", title="SENT", width=5, rank=3, right=True, is_number=True),
        Column(name="rate", title="MSG/S", width=5, rank=1, right=True, is_number=True),
        Column(name="buffer", title="BUFFER", width=7, rank=1, right=True, is_number=True),
        Column(name="gaps", title="GAPS", width=5, rank=2, right=True, is_number=True),
        Column(name="state", title="STATE", width=8),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        everybody = sorted(listed(scene).clients, key=lambda client: (not client.is_behind, client.id))
        return [str(client.id) for client in everybody]

    def row(self, scene: Scene, key: str) -> Row:
        client = client_of(scene, key)
        if client is None:
            return Row(key, (Cell("·", Tone.DIM), Cell(key, Tone.DIM), *_GONE))
        plain = Tone.TEXT if scene.is_trusted else Tone.DIM
        troubled = Tone.WARN if scene.is_trusted else Tone.DIM
        return Row(
            key,
            (
                _mark(scene, client),
                Cell(key, plain),
                Cell(client.name or "–", Tone.BRIGHT if client.name and scene.is_trusted else Tone.DIM),
                Cell(client.address, plain),
                Cell(client.scope.value, Tone.DIM),
                Cell(since_text(scene.now_ms - client.connected_ms), Tone.DIM),
                Cell(str(client.channels), plain),
                Cell(pace_text(client), Tone.DIM),
                Cell(compact(client.sent), plain),
                Cell(rate_text(client), plain),
                Cell(byte_text(client.buffered_bytes), troubled if client.is_behind else Tone.DIM),
                Cell(compact(client.gaps), troubled if client.gaps else Tone.DIM),
                Cell(state_text(scene, client), troubled if client.is_behind else Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        client = client_of(scene, key)
        if client is None:
            return None
        values: dict[str, Value] = {
            "mark": float(not client.is_behind),
            "id": client.id,
            "name": client.name or None,
            "address": client.address,
            "scope": client.scope.value,
            "since": (scene.now_ms - client.connected_ms) / 1000,
            "channels": client.channels,
            "pace": client.conflate_ms,
            "sent": client.sent,
            "rate": client.rate,
            "buffer": client.buffered_bytes,
            "gaps": client.gaps,
            "state": state_text(scene, client),
        }
        return values[column]

    def is_fault(self, scene: Scene, key: str) -> bool:
        client = client_of(scene, key)
        return not scene.is_trusted or (client is not None and client.is_behind)

    def subtitle(self, scene: Scene) -> str:
        everybody = listed(scene)
        if not everybody.clients:
            return ""
        if not scene.is_trusted:
            return "not known"
        named = len(everybody.clients)
        some = f", {named} shown" if everybody.total > named else ""
        behind = behind_count(scene)
        return (
            f"{everybody.total} in all{some}, {behind} behind"
            if behind
            else f"{everybody.total} in all{some}"
        )

    def empty(self, scene: Scene) -> str:
        if not scene.is_trusted:
            return "not known: the engine is not heard"
        if scene.state.measurements.server is None:
            return "nothing is served: set server.enabled, or start with --serve"
        return "nobody follows the server: rtp-tui --connect URL would"


_GONE = (Cell("gone", Tone.DIM), *(Cell("", Tone.DIM) for _ in Clients.columns[3:]))


def listed(scene: Scene) -> ClientList:
    """Those whom the engine named last."""
    return scene.state.measurements.clients or NOBODY


def client_of(scene: Scene, key: str) -> ClientStatus | None:
    """The follower of a row; None when it has gone."""
    return next((client for client in listed(scene).clients if str(client.id) == key), None)


def behind_count(scene: Scene) -> int:
    """How many do not read what they are sent."""
    return sum(client.is_behind for client in listed(scene).clients)


def pace_text(client: ClientStatus) -> str:
    """How often it is written to at most; `every` for every change."""
    return duration_text(client.conflate_ms) if client.conflate_ms else "every"


def rate_text(client: ClientStatus) -> str:
    """Messages a second."""
    return f"{client.rate:.1f}" if client.rate < 1000 else compact(client.rate)


def state_text(scene: Scene, client: ClientStatus) -> str:
    """Whether it reads what it is sent."""
    if not scene.is_trusted:
        return "unknown"
    return "behind" if client.is_behind else "keeps up"


def _mark(scene: Scene, client: ClientStatus) -> Cell:
    if not scene.is_trusted:
        return Cell("?", Tone.DIM)
    return Cell("○", Tone.WARN) if client.is_behind else Cell("●", Tone.OK)
