"""Settings from environment variables: `RTP_SECTION__KEY`, and the names that people already have."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rtp_tui.config.errors import Place
from rtp_tui.config.locate import KeyPath
from rtp_tui.config.settings import Settings
from rtp_tui.config.typed import from_text
from rtp_tui.config.validate import Layer, keys_of
from rtp_tui.text import nearest

PREFIX = "RTP_"

FAMILIAR: dict[str, KeyPath] = {
    "WS_PORT": ("server", "port"),
    "LOG_LEVEL": ("log_level",),
    "CACHE_MAX_SIZE": ("cache", "max_size"),
    "ENABLE_JOB_SCHEDULER": ("features", "scheduler"),
    "ENABLE_WEBSOCKET_SERVER": ("features", "server"),
    "ALERT_EMAIL_RECIPIENTS": ("channels", "email", "recipients"),
    "SMTP_HOST": ("channels", "email", "host"),
    "SMTP_PORT": ("channels", "email", "port"),
    "ENABLE_MARKET_HOURS_ADAPTATION": ("features", "market_hours_adaptation"),
}
"""Names from before, each with the key that it sets."""

SECRETS: dict[str, KeyPath] = {
    "COINGECKO_API_KEY": ("sources", "coingecko", "api_keys"),
    "ALPHA_VANTAGE_API_KEY": ("sources", "alphavantage", "api_keys"),
    **{f"TWELVEDATA_API_KEY_{number}": ("sources", "twelvedata", "api_keys") for number in range(1, 10)},
    "SMTP_USERNAME": ("channels", "email", "username"),
    "SMTP_PASSWORD": ("channels", "email", "password"),
    "SLACK_WEBHOOK_URL": ("channels", "slack", "url"),
    "DHAN_CLIENT_ID": ("sources", "dhan", "client_id"),
    "DHAN_API_TOKEN": ("sources", "dhan", "api_token"),
}
"""Names of secrets, each with the key that refers to it; the secret stays where it is."""

_NOT_KEYS = {"RTP_CONFIG", "RTP_RECORDINGS", "RTP_BROWSER"}
_SHORT = {"RTP_TOKEN_FILE": ("server", "token_file")}
_SQLITE = "sqlite:///"


def environment_layer(environment: Mapping[str, str]) -> tuple[Layer, tuple[str, ...]]:
    """What the environment sets, and warnings; a variable that is empty is not set."""
    given = {name: value for name, value in environment.items() if value}
    tree: dict[str, Any] = {}
    names = {path: name for path, name, value in _assignments(given) if _put(tree, path, value)}
    layer = Layer(tree=tree, place=lambda path: _place(names, path), base=Path(), reads=from_text)
    return layer, tuple(_warnings(given))


def _assignments(given: Mapping[str, str]) -> Iterator[tuple[KeyPath, str, object]]:
    """Paths and values, what overrides coming last."""
    yield from _database(given)
    for name, path in FAMILIAR.items():
        if name in given:
            yield path, name, given[name]
    yield from _secrets(given)
    for name in sorted(given):
        if path := _path_of(name):
            yield path, name, given[name]


def _database(given: Mapping[str, str]) -> Iterator[tuple[KeyPath, str, object]]:
    if (url := given.get("DATABASE_URL", "")).startswith(_SQLITE) and url != _SQLITE:
        yield ("storage", "path"), "DATABASE_URL", url.removeprefix(_SQLITE)


def _secrets(given: Mapping[str, str]) -> Iterator[tuple[KeyPath, str, object]]:
    several: dict[KeyPath, list[str]] = {}
    for name, path in SECRETS.items():
        if name in given:
            several.setdefault(path, []).append(name)
    for path, names in several.items():
        references = [f"env:{name}" for name in names]
        yield path, names[0], references if path[-1] == "api_keys" else references[0]


def _path_of(name: str) -> KeyPath:
    """The key that an `RTP_` variable sets; empty where it is none of ours."""
    if not name.startswith(PREFIX) or name in _NOT_KEYS:
        return ()
    path = tuple(name.removeprefix(PREFIX).lower().split("__"))
    return _SHORT.get(name) or (path if len(path) > 1 or path[0] in keys_of(Settings) else ())


def _put(tree: dict[str, Any], path: KeyPath, value: object) -> bool:
    *parents, last = map(str, path)
    for part in parents:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            return False
    tree[last] = value
    return True


def _place(names: Mapping[KeyPath, str], path: KeyPath) -> Place:
    """The variable of a key, or the first that sets something below it or above it."""
    for key, name in names.items():
        if key[: len(path)] == path or path[: len(key)] == key:
            return Place(path="environment", key=name)
    return Place(path="environment")


def _warnings(given: Mapping[str, str]) -> Iterator[str]:
    if (url := given.get("DATABASE_URL")) and not url.startswith(_SQLITE):
        yield "DATABASE_URL is ignored: it is not sqlite:///PATH, so it belongs to something else"
    valid = (*_NOT_KEYS, *_SHORT, *(PREFIX + key.upper() for key in keys_of(Settings)))
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in _NOT_KEYS and not _path_of(name):
            meant = nearest(name, valid)
            yield f"{name} is ignored: it is no setting" + (f' (did you mean "{meant}"?)' if meant else "")
