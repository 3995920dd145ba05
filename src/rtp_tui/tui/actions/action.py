"""One thing that a key can do."""

from msgspec import Struct


class Action(Struct, frozen=True, kw_only=True):
    """One thing that can be done; `id` names the method `action_<id>` that does it."""

    id: str
    keys: tuple[str, ...]
    label: str
    group: str
    hint: str = ""
    """One word for the line of keys; none where it is not shown there."""
    past_hint: str = ""
    """The same while the past is shown, where that line is about going through time."""
    argument: str = ""
    panes: frozenset[str] = frozenset()
    """Where it applies; everywhere when empty."""
    is_dangerous: bool = False
    """Changes something beyond this screen: read-only consoles refuse it."""
    on_app: bool = False
    """The app does it, not the screen."""
    only_in_demos: bool = False
    """Not shown where the engine has nothing to drill."""
    is_local: bool = False
    """Its keys mean this only while its pane has the focus; elsewhere they may mean something else."""
    is_wish: bool = False
    """The screen passes it on to the app, with the row that is selected."""

    takes_many: bool = False
    """Marked rows are what it is for, where there are any."""

    @property
    def name(self) -> str:
        """What a user's own keys call it: `freeze`, `show_pane.jobs`."""
        argument = self.argument.strip("'")
        return f"{self.id}.{argument}" if argument else self.id

    @property
    def call(self) -> str:
        """What Textual is told to run."""
        if self.is_wish:
            return f"screen.wish('{self.id}')"
        scope = "app." if self.on_app else "screen."
        return f"{scope}{self.id}({self.argument})" if self.argument else f"{scope}{self.id}"

    @property
    def key_text(self) -> str:
        """The keys as people read them."""
        return " ".join(_KEY_NAMES.get(key, key) for key in self.keys)

    def applies_to(self, pane: str) -> bool:
        """It does something while this pane has the focus."""
        return not self.panes or pane in self.panes


_KEY_NAMES = {
    "vertical_line": "|",
    "backslash": "\\",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "ampersand": "&",
    "asterisk": "*",
    "apostrophe": "'",
    "slash": "/",
    "colon": ":",
    "semicolon": ";",
    "number_sign": "#",
    "question_mark": "?",
    "escape": "esc",
    "enter": "enter",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "ctrl+p": "ctrl+p",
    "ctrl+z": "ctrl+z",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "dollar_sign": "$",
    "delete": "del",
}
