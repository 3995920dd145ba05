"""The pane of clients: its rows, its place, and sending one away."""

from typing import Any

import pytest

from rtp_tui.model.clients import ClientList
from rtp_tui.model.commands import DisconnectClient
from rtp_tui.model.errors import UnknownClient
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.tui.cells import Tone, shown_columns
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.layout import Layout, visible_panes
from rtp_tui.tui.panes.clients import Clients
from rtp_tui.tui.panes.status_line import Meter, status_line
from rtp_tui.tui.proposals import Nothing, Proposal, proposal
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.sheet import Question
from rtp_tui.tui.timeline import Timeline
from tests.factories import NOW_MS, a_client_status
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene, a_state


def listed(*changes: dict[str, Any], total: int | None = None) -> ClientList:
    clients = tuple(a_client_status(**one) for one in changes)
    return ClientList(at_ms=NOW_MS, total=len(clients) if total is None else total, clients=clients)


def a_served(*changes: dict[str, Any], total: int | None = None, **scene: Any) -> Scene:
    clients = listed(*changes, total=total)
    return a_scene(a_state(ServerStatus(at_ms=NOW_MS, clients=clients.total), clients), **scene)


def cells(scene: Scene, key: str = "7") -> dict[str, tuple[str, Tone]]:
    row = Clients().row(scene, key)
    return {
        column.name: (cell.text, cell.tone) for column, cell in zip(Clients.columns, row.cells, strict=True)
    }


def test_a_row_tells_who_it_is_and_how_much_it_is_sent() -> None:
    assert {name: text for name, (text, _) in cells(a_served({})).items()} == {
        "mark": "●",
        "id": "7",
        "name": "ops",
        "address": "10.0.0.7",
        "scope": "control",
        "since": "3m",
        "channels": "4",
        "pace": "100ms",
        "sent": "12.4k",
        "rate": "9.5",
        "buffer": "0B",
        "gaps": "0",
        "state": "keeps up",
    }


def test_one_that_is_behind_is_a_fault_by_glyph_and_word() -> None:
    scene = a_served({"is_behind": True, "buffered_bytes": 412_000, "gaps": 2})
    row = cells(scene)

    assert (row["mark"], row["state"]) == (("○", Tone.WARN), ("behind", Tone.WARN))
    assert (row["buffer"], row["gaps"]) == (("412.0kB", Tone.WARN), ("2", Tone.WARN))
    assert Clients().is_fault(scene, "7")
    assert not Clients().is_fault(a_served({"gaps": 2}), "7")


def test_those_behind_come_first_and_the_others_do_not_move() -> None:
    scene = a_served({"id": 9, "sent": 99_999}, {"id": 3, "sent": 1}, {"id": 12, "is_behind": True})
    assert Clients().keys(scene) == ["12", "3", "9"]


def test_nothing_is_known_of_clients_while_the_engine_is_not_heard() -> None:
    scene = a_served({"is_behind": True}, connection=Connection.OFFLINE)
    assert cells(scene)["mark"] == ("?", Tone.DIM)
    assert cells(scene)["state"][0] == "unknown"
    assert Clients().subtitle(scene) == "not known"


def test_the_border_counts_all_of_them_also_those_that_are_not_named() -> None:
    assert Clients().subtitle(a_served({}, {"id": 8, "is_behind": True})) == "2 in all, 1 behind"
    assert Clients().subtitle(a_served({}, {"id": 8}, total=1_500)) == "1500 in all, 2 shown"


def test_an_empty_pane_says_whether_anything_is_served() -> None:
    assert "server.enabled" in Clients().empty(a_scene(a_state()))
    assert Clients().empty(a_served()) == "nobody follows the server: rtp-tui --connect URL would"


def test_a_client_that_went_since_the_rows_were_chosen_leaves_a_row_that_says_so() -> None:
    row = Clients().row(a_served(), "7")
    assert [cell.text for cell in row.cells[:3]] == ["·", "7", "gone"]
    assert len(row.cells) == len(Clients.columns)


@pytest.mark.parametrize("width", [78, 80, 118, 198])
def test_what_matters_most_is_on_screen_at_every_width(width: int) -> None:
    shown = [Clients.columns[index].name for index, _ in shown_columns(Clients.columns, width)]
    assert {"mark", "id", "name", "address", "rate", "buffer", "gaps", "state"} <= set(shown)
    if width > 100:
        assert len(shown) == len(Clients.columns)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 99_999, "channels": 1_000, "conflate_ms": 60_000, "sent": 2**53, "rate": 98_765.4},
        {
            "conflate_ms": 0,
            "buffered_bytes": 4_194_304,
            "gaps": 9_999,
            "connected_ms": NOW_MS - 400 * 86_400_000,
        },
        {"is_behind": True, "sent": 999_499, "rate": 999.94, "conflate_ms": 950},
    ],
)
def test_no_figure_is_wider_than_its_column(changes: dict[str, Any]) -> None:
    row = cells(a_served(changes), str(changes.get("id", 7)))
    widths = {column.name: column.width for column in Clients.columns}
    assert {name: text for name, (text, _) in row.items() if len(text) > widths[name]} == {}


def test_the_pane_stands_in_the_whole_width_below_and_only_while_it_is_looked_at() -> None:
    looked_at = visible_panes(Layout.MEDIUM, 40, "clients", is_maximised=False, parts_matter=False)
    assert looked_at == {"prices", "feeds", "breakers", "health", "clients"}
    quiet = visible_panes(Layout.LARGE, 60, "prices", is_maximised=False, parts_matter=True)
    assert "clients" not in quiet


def test_sending_one_away_says_who_it_is_and_asks() -> None:
    found = proposal("disconnect_client", "clients", a_served({}), "7")
    assert isinstance(found, Proposal)
    assert (found.command, found.question) == (DisconnectClient(client=7), "Disconnect client 7?")
    assert found.touches[0] == "ops is at 10.0.0.7, connected for 3m, and follows 4 channels."
    assert proposal("disconnect_client", "clients", a_served(), "7") == Nothing("that client is gone")


def line(scene: Scene, width: int = 120) -> str:
    return "".join(cell.text for cell in status_line(scene, Meter(), "prod", width))


def test_the_status_line_counts_clients_and_warns_of_those_behind() -> None:
    behind = a_served({}, {"id": 8, "is_behind": True})
    assert "clients 1 " in line(a_served({}))
    assert "clients ○ 1 of 2 behind" in line(behind)
    assert Tone.WARN in {cell.tone for cell in status_line(behind, Meter(), "prod", 120)}
    assert "clients" not in line(a_scene(a_state()))


def test_who_falls_behind_is_news_once() -> None:
    timeline, before = Timeline(), a_state()
    many = listed(*({"id": number, "is_behind": True} for number in range(1, 6)))
    timeline.note(many, before, NOW_MS)
    timeline.note(many, a_state(many), NOW_MS)
    timeline.note(listed({"is_behind": True}), a_state(many), NOW_MS)

    assert [(entry.source, entry.message) for entry in timeline.entries] == [
        ("server", "clients 1, 2, 3 and 2 more fell behind"),
        ("server", "client 7 fell behind"),
    ]


async def test_zero_shows_the_clients_and_enter_all_that_is_known_of_one() -> None:
    async with running_console() as console:
        await console.press("0")
        assert "0 Clients[4]" in console.text
        assert "4 in all, 1 behind" in console.text
        assert "2001:db8:85a3:1234:5678:8a2e:370:7334"[:28] in console.text
        await console.press("enter")
        assert "2: so often it was left out" in console.text


async def test_the_palette_leads_to_the_clients() -> None:
    async with running_console() as console:
        await console.choose("clients")
        assert "0 Clients[4]" in console.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_pane_has_its_heading_and_its_worst_row_at_every_size(size: tuple[int, int]) -> None:
    async with running_console(size=size) as console:
        await console.press("0")
        heading = next(row for row in console.lines if "ADDRESS" in row)
        worst = next(row for row in console.lines if "dashboard" in row)
        assert heading.rstrip(" │").endswith("STATE")
        assert worst.rstrip(" │").endswith("behind")


async def test_faults_only_leaves_those_behind_and_a_filter_finds_an_address() -> None:
    async with running_console() as console:
        await console.press("0", "F")
        assert console.pane("clients").keys == ["12"]
        await console.press("F", "slash")
        await console.type("10.0.0.7")
        await console.press("enter")
        assert console.pane("clients").keys == ["1044"]


async def test_one_is_sent_away_only_when_agreed() -> None:
    async with running_console() as console:
        await console.press("0", "D")
        assert isinstance(console.app.screen, Question)
        assert "dashboard is at 10.0.0.31" in console.text
        await console.press("n")
        assert console.api.orders == []
        await console.press("D", "y")
        assert console.api.orders == [DisconnectClient(client=12)]
        assert console.toasts == ["client 12 disconnected"]


async def test_one_who_left_before_is_told_in_the_engines_words() -> None:
    async with running_console() as console:
        console.api.refusal = UnknownClient("no client 12 is connected")
        await console.press("0", "D", "y")
        assert console.toasts == ["refused: no client 12 is connected"]
