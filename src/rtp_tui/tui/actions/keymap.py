"""A user's own keys: the table of actions with other keys, and what is wrong with those that were wished for."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from rtp_tui.text import nearest
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.table import ACTIONS

_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "/": "slash", ":": "colon", "?": "question_mark", ",": "comma", ".": "full_stop", "+": "plus",
        "=": "equals_sign", "-": "minus", "!": "exclamation_mark", "$": "dollar_sign", "|": "vertical_line",
        "\\": "backslash", ">": "greater_than_sign", "<": "less_than_sign", "&": "ampersand", "*": "asterisk",
        "'": "apostrophe", ";": "semicolon", '"': "quotation_mark", "(": "left_parenthesis",
        ")": "right_parenthesis", "[": "left_square_bracket", "]": "right_square_bracket",
        "{": "left_curly_bracket", "}": "right_curly_bracket", "_": "underscore", "@": "at",
        "#": "number_sign", "%": "percent_sign", "^": "circumflex_accent", "`": "grave_accent", "~": "tilde",
        "esc": "escape", "del": "delete", "return": "enter",
    }
)  # fmt: skip
_NAMED = frozenset(
    [
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "tab",
        "enter",
        "escape",
        "space",
        "backspace",
        "delete",
        "insert",
    ]
)
_KEY = re.compile(r"(?:(?:ctrl|shift|ctrl\+shift)\+)?(\w+)")
_CURSOR = frozenset(["up", "down", "j", "k", "g", "home", "end", "pageup", "pagedown"])
"""What moves the cursor of each table is not to be had for anything else."""


def keys_of(text: str) -> tuple[str, ...]:
    """`f ctrl+f ?` as Textual names these keys; as they are where they are none."""
    return tuple(_SIGNS.get(word, word) for word in text.split())


class Keymap:
    """The table of actions as this user has it."""

    def __init__(self, own: Mapping[str, str] = MappingProxyType({}), *, read_only: bool = False) -> None:
        self.own = own
        self.read_only = read_only
        """What is dangerous is refused, and not offered."""
        self.actions = tuple(
            replace(action, keys=keys_of(own[action.name])) if action.name in own else action
            for action in ACTIONS
        )
        self._keys = {action.name: action.key_text.partition(" ")[0] for action in self.actions}

    def key(self, name: str) -> str:
        """The first key of an action, as people read it: `?` of `help`, `2` of `show_pane.jobs`."""
        return self._keys[name]

    @property
    def for_textual(self) -> dict[str, str]:
        """What Textual is to bind differently, by the ids of bindings."""
        return {name: ",".join(keys_of(keys)) for name, keys in self.own.items()}

    def key_line(self, pane: str, *, is_past: bool = False) -> tuple[Action, ...]:
        """The actions that the line of keys shows while this pane has the focus; none that would be refused."""
        here = [
            action
            for action in self.actions
            if action.applies_to(pane) and not (action.is_dangerous and (self.read_only or is_past))
        ]
        if not is_past:
            return tuple(action for action in here if action.hint)
        through_time = [replace(action, hint=action.past_hint) for action in here if action.past_hint]
        return (*through_time, *(action for action in here if action.hint and not action.past_hint))

    def offered(self, *, is_demo: bool) -> tuple[Action, ...]:
        """The actions that this engine has a use for."""
        return tuple(action for action in self.actions if is_demo or not action.only_in_demos)

    def groups(self, *, is_demo: bool) -> dict[str, tuple[Action, ...]]:
        """The same by group, in the order of the table."""
        actions = self.offered(is_demo=is_demo)
        names = dict.fromkeys(action.group for action in actions)
        return {name: tuple(action for action in actions if action.group == name) for name in names}


def problems_of(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Actions whose keys cannot be, and why."""
    known = {action.name for action in ACTIONS}
    for name, text in own.items():
        if name not in known:
            meant = nearest(name, known)
            yield name, f"no action {name}" + (f' (did you mean "{meant}"?)' if meant else "")
        elif mistaken := next((key for key in keys_of(text) if not _is_key(key)), ""):
            yield name, f'"{mistaken}" is no key: a character, ctrl+o, shift+left, f5, space'
        elif not keys_of(text):
            yield name, "is without a key"
    if known.issuperset(own):
        yield from _clashes(own)


def _clashes(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    actions = Keymap(own).actions
    for action in (action for action in actions if action.name in own):
        taken = [one for one in actions if one is not action and _meet(one, action)]
        for key in action.keys:
            other = next((one for one in taken if key in one.keys), None)
            if other is not None:
                yield action.name, f'"{key}" is the key of {other.name} already: {other.label}'
            elif key in _CURSOR and not action.is_local:
                yield action.name, f'"{key}" moves the cursor in each table'


def _meet(one: Action, other: Action) -> bool:
    """A key can mean only one of them."""
    return one.is_local is other.is_local and bool(
        not one.is_local or not one.panes or one.panes & other.panes
    )


def _is_key(key: str) -> bool:
    named = _KEY.fullmatch(key)
    if named is None:
        return False
    plain = named[1]
    is_function_key = re.fullmatch(r"f\d{1,2}", plain) is not None
    return len(plain) == 1 or plain in _NAMED or plain in _SIGNS.values() or is_function_key
