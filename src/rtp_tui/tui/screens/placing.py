"""Which pane has the keys, and which are on screen beside it."""

from msgspec import Struct
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.layout import (
    FIRST_PANES,
    PRESET_PANES,
    Layout,
    Preset,
    company_of,
    holds,
    layout_of,
    visible_panes,
)
from rtp_tui.tui.panes.parts import is_failing
from rtp_tui.tui.panes.status_line import mode_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.desk import BELOW, BESIDE, Desk
from rtp_tui.tui.widgets.pane_view import PaneView

_BOXES = ("#left", "#right", "#upper", "#accounts", "#lower")
_LEAST_PCT, _STEP_PCT = 15, 5


class Placed(Struct, frozen=True, kw_only=True):
    """What a person changed of where panes stand."""

    preset: Preset = Preset.DESK
    active: str = ""
    is_maximised: bool = False
    hidden: tuple[str, ...] = ()
    shares: dict[str, tuple[int | None, int | None]] = {}
    """By arrangement: how much of the height the lower half has, of the width the right side, in percent."""


class Placing:
    """Puts the panes of a desk in their places on a screen; told the scene, which says what matters."""

    def __init__(self, screen: Screen[None], desk: Desk) -> None:
        self._screen = screen
        self._desk = desk
        self._scene: Scene | None = None
        self._active = ""
        self._last = ""
        self._before_chart = ""
        self._is_charting = False
        self.is_maximised = False
        self.preset = Preset.DESK
        self._hidden: set[str] = set()
        self._shares: dict[str, tuple[int | None, int | None]] = {}
        self._given: tuple[int | None, int | None] = (None, None)
        """The shares that the boxes have now."""

    @property
    def active_name(self) -> str:
        """The pane that keys go to."""
        return self._active or ("parts" if self._is_starting() else "prices")

    @property
    def placed(self) -> Placed:
        """What the person changed, to be kept."""
        active = "" if self._active == "chart" else self._active
        return Placed(
            preset=self.preset,
            active=active,
            is_maximised=self.is_maximised,
            hidden=tuple(sorted(self._hidden)),
            shares=dict(self._shares),
        )

    def restore(self, placed: Placed) -> None:
        """Place the panes as they were; names that are no panes any more are left out."""
        self.preset, self._shares = placed.preset, dict(placed.shares)
        self._active = placed.active if placed.active in self._desk.views else ""
        self._hidden = {name for name in placed.hidden if name in self._desk.views}
        if placed.is_maximised is not self.is_maximised:
            self.turn_maximised()

    def go_to(self, name: str) -> None:
        """Give the keys to a pane, which is not hidden any more."""
        if name != self.active_name:
            self._last = self.active_name
        self._active = name
        self._hidden.discard(name)

    def go_back(self) -> None:
        """Give the keys to the pane that had them before."""
        self.go_to(self._last or self.active_name)

    def go_to_next(self) -> None:
        """Give the keys to the pane after this one; within the preset that is looked at."""
        names = (*PANE_NAMES, "chart")
        if PRESET_PANES[self.preset] and self.active_name in PRESET_PANES[self.preset]:
            names = tuple(name for name in names if name in PRESET_PANES[self.preset])
        names = tuple(name for name in names if name not in self._hidden or name == self.active_name)
        self.go_to(names[(names.index(self.active_name) + 1) % len(names)])

    def use(self, preset: Preset) -> None:
        """Show the panes of a preset."""
        self.preset = preset
        self.go_to(FIRST_PANES[preset])

    def use_next(self) -> None:
        """Show the panes of the next preset."""
        presets = list(Preset)
        self.use(presets[(presets.index(self.preset) + 1) % len(presets)])

    def hide(self, name: str) -> None:
        """Take a pane off the screen until somebody goes to it; another one gets the keys."""
        shown = [one for one in (*PANE_NAMES, "chart") if self._desk.views[one].display and one != name]
        if name == self.active_name and not shown:
            return
        if name == self.active_name:
            self.go_to(shown[0])
        self._hidden.add(name)

    def show_all(self) -> None:
        """Hide nothing any more, and give all panes the room that they had at first."""
        self._hidden.clear()
        self._shares.clear()

    def grow(self, by: int) -> None:
        """Give the half of the screen that the pane is in more room, or less."""
        below, beside = self._shares.get(self._arrangement, (None, None))
        lower, right = self._box("#lower"), self._box("#right")
        body, upper = self._box("#body"), self._box("#upper")
        if not (lower.display and upper.display) and not (right.display and self._box("#left").display):
            return
        if self.active_name in BESIDE and right.display and self._box("#left").display:
            beside = _moved(beside, _room(right).width, _room(upper).width, by)
        elif lower.display and upper.display:
            below = _moved(
                below, _room(lower).height, _room(body).height, by if self.active_name in BELOW else -by
            )
        else:
            beside = _moved(beside, _room(right).width, _room(upper).width, -by)
        self._shares[self._arrangement] = (below, beside)

    def turn_chart(self) -> bool:
        """Go to the chart, or from it to where one came from; True when it was opened."""
        if self.active_name == "chart":
            self._is_charting = False
            self.go_to(self._before_chart or "prices")
            return False
        self._is_charting, self._before_chart = True, self.active_name
        self.go_to("chart")
        return True

    def turn_maximised(self) -> None:
        """Give the pane the whole screen, or take it back."""
        self.is_maximised = not self.is_maximised
        self._screen.set_class(self.is_maximised, "-maximised")

    def fit(self, width: int, height: int) -> None:
        """Take the style of a size."""
        layout = layout_of(width, height)
        for kind in Layout:
            self._screen.set_class(kind is layout, f"-{kind}")

    def place(self, scene: Scene) -> None:
        """Show the panes that belong on screen now, and the boxes that have any."""
        self._scene = scene
        self._screen.set_class(scene.past is not None, "-past")
        self.show_visible(self._screen.size.width, self._screen.size.height)
        for side in _BOXES:
            box = self._box(side)
            box.display = any(child.display for child in box.children)
        self._share_out()

    def show_visible(self, width: int, height: int) -> None:
        """Show the panes that belong on a screen of this size."""
        visible = self._visible(width, height)
        for preset in Preset:
            self._screen.set_class(self._is_held(preset, width, height), f"-preset-{preset}")
        # Of the panes alone: a class of the screen has the styles of everything on it read again.
        self._desk.prices.set_class("chart" in visible, "-charted")
        self._desk.views["parts"].set_class(self._is_starting() or self.active_name == "parts", "-read")
        for name, view in self._desk.views.items():
            if view.display is not (name in visible):
                view.display = name in visible
        is_desk = not self._is_held(self.preset, width, height)
        self._screen.set_class(is_desk and bool(company_of(self.active_name)), "-reading-below")

    def _visible(self, width: int, height: int) -> frozenset[str]:
        if self._is_held(self.preset, width, height):
            panes = PRESET_PANES[self.preset]
        else:
            panes = visible_panes(
                layout_of(width, height),
                height,
                self.active_name,
                is_maximised=self.is_maximised,
                parts_matter=self._parts_matter(),
                with_chart=self._is_charting,
            )
        return panes - self._hidden | {self.active_name}

    def _is_held(self, preset: Preset, width: int, height: int) -> bool:
        layout = layout_of(width, height)
        return preset is self.preset and holds(
            preset, layout, self.active_name, is_maximised=self.is_maximised
        )

    @property
    def _arrangement(self) -> str:
        """What shares of the screen are remembered for."""
        if self._is_held(self.preset, *self._screen.size):
            return self.preset
        return "below" if company_of(self.active_name) else Preset.DESK

    def _share_out(self) -> None:
        """Give the lower half and the right side what the person gave them, where both halves are on screen."""
        below, beside = self._shares.get(self._arrangement, (None, None))
        can_share = layout_of(*self._screen.size) in (Layout.MEDIUM, Layout.LARGE)
        lower, right = self._box("#lower"), self._box("#right")
        has_halves = can_share and lower.display and self._box("#upper").display
        has_sides = can_share and right.display and self._box("#left").display
        given = (below if has_halves else None, beside if has_sides else None)
        if given != self._given:
            self._given = given
            lower.styles.height = None if given[0] is None else f"{given[0]}%"
            right.styles.width = None if given[1] is None else f"{given[1]}%"

    def _box(self, selector: str) -> Widget:
        return self._screen.query_one(selector)

    def _is_starting(self) -> bool:
        return self._scene is None or mode_of(self._scene).word == "STARTING"

    def _parts_matter(self) -> bool:
        parts = self._scene.state.part.parts.values() if self._scene else ()
        return self._is_starting() or any(map(is_failing, parts))


def _room(box: Widget) -> Region:
    """What the panes of a box take; it is not drawn itself, and so has no size of its own."""
    return Region.from_union([view.region for view in box.query(PaneView) if view.region])


def _moved(share_pct: int | None, cells: int, of: int, by: int) -> int:
    now = share_pct if share_pct is not None else round(100 * cells / max(1, of))
    return max(_LEAST_PCT, min(100 - _LEAST_PCT, now + by * _STEP_PCT))
