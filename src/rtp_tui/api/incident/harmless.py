"""JSON that may leave the desk: secrets hidden, nothing in it that a terminal would obey."""

import msgspec

from rtp_tui.text import redacted, safe_json

_HIDDEN = "***"
Tree = dict[str, "Tree"] | list["Tree"] | tuple["Tree", ...] | str | int | float | bool | None


def harmless_json(value: object, *, indented: bool = False) -> str:
    """A model value, or what JSON was decoded to, as JSON text."""
    text = msgspec.json.encode(_hidden(msgspec.to_builtins(value)))
    return safe_json((msgspec.json.format(text, indent=2) if indented else text).decode("utf-8", "replace"))


def _hidden(tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {key: _HIDDEN if value and _is_secret(key) else _hidden(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_hidden(element) for element in tree]
    return redacted(tree) if isinstance(tree, str) else tree


def _is_secret(key: str) -> bool:
    """What follows the name of a secret is hidden in texts; here it stands apart from its name."""
    return redacted(f"{key}=x") != f"{key}=x"
