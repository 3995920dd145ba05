"""Jump mode: a letter at the title of each pane, and a list of those that are not on screen."""

from collections.abc import Mapping
from string import ascii_letters
from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.screens.desk import Desk

_LETTERS = "asdfghjklqwertyuiopzxcvbnm" + ascii_letters[26:]
"""Those under the fingers first."""


class JumpPlace(Struct, frozen=True):
    """A pane that a letter goes to, and where the letter stands; nowhere for one that is off screen."""

    letter: str
    name: str
    title: str
    at: tuple[int, int] | None


def jump_places(desk: Desk, tabs: Mapping[str, int]) -> tuple[JumpPlace, ...]:
    """Every pane: those on screen from the upper left to the lower right, then the others."""
    names = (*PANE_NAMES, "chart")
    shown = [name for name in names if desk.views[name].display]
    shown.sort(key=lambda name: (desk.views[name].region.y, desk.views[name].region.x))
    ordered = shown + [name for name in names if name not in shown]
    return tuple(
        JumpPlace(letter, name, desk.panes[name].title, _place(desk, name, tabs))
        for letter, name in zip(_LETTERS, ordered, strict=False)
    )


def _place(desk: Desk, name: str, tabs: Mapping[str, int]) -> tuple[int, int] | None:
    if name in tabs:
        return tabs[name], 1
    region = desk.views[name].region
    return (region.x + 1, region.y) if desk.views[name].display else None


def list_place(desk: Desk) -> tuple[int, int]:
    """Within the largest pane, where a list covers no title."""
    largest = max(
        (view.region for view in desk.views.values() if view.display), key=lambda region: region.area
    )
    return largest.x + 2, largest.y + 1


class JumpScreen(ModalScreen[str | None]):
    """The letters; any other key goes away."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,ctrl+o", "dismiss(None)", "back")]

    def __init__(self, places: tuple[JumpPlace, ...], list_at: tuple[int, int]) -> None:
        super().__init__()
        self._places = places
        self._list_at = list_at

    def compose(self) -> ComposeResult:
        for place in self._places:
            if place.at is not None:
                label = Static(f" {place.letter} ", classes="jump-letter", markup=False)
                label.styles.offset = place.at
                yield label
        elsewhere = [place for place in self._places if place.at is None]
        if elsewhere:
            listed = Static(_listed(elsewhere), classes="jump-list", markup=False)
            listed.styles.offset = self._list_at
            yield listed

    def on_key(self, event: events.Key) -> None:
        event.stop()
        name = next((place.name for place in self._places if place.letter == event.character), None)
        self.dismiss(name)

    def on_click(self) -> None:
        self.dismiss(None)


def _listed(places: list[JumpPlace]) -> Text:
    """Three in a line, as they would be read in a newspaper."""
    text = Text()
    for index, place in enumerate(places):
        text.append(f" {place.letter} ", "bold reverse")
        text.append(f" {place.title:<15.15}" + ("\n" if index % 3 == 2 else " "))
    text.rstrip()
    return text
