"""Flags, environment, file and defaults, in that order, become the effective settings."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import platformdirs
from msgspec import Struct
from msgspec.structs import fields, replace

from rtp_tui.config.desks import desk
from rtp_tui.config.directories import APPLICATION, user_config_directory
from rtp_tui.config.document import leaves
from rtp_tui.config.environment import environment_layer
from rtp_tui.config.errors import ConfigurationError, ConfigurationInvalid, Place
from rtp_tui.config.file import ConfigFile, parsed, read_file
from rtp_tui.config.instruments import instruments_of
from rtp_tui.config.locate import KeyPath
from rtp_tui.config.public import public_instruments
from rtp_tui.config.settings import Settings
from rtp_tui.config.validate import Checked, Layer, dotted, expanded, is_table, validate
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.monitoring.profiles import profile_of
from rtp_tui.notify.settings import kind_of, lacks, needs_reference
from rtp_tui.tui.actions.keymap import problems_of

_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

FLAGS: dict[str, KeyPath] = {
    "--host": ("server", "host"),
    "--port": ("server", "port"),
    "--token-file": ("server", "token_file"),
    "--data-dir": ("data_dir",),
    "--read-only": ("read_only",),
    "--theme": ("theme",),
    "--ascii": ("ascii",),
    "--strict": ("storage", "strict"),
    "--log-level": ("log_level",),
    "--log-file": ("log_file",),
}
"""The keys that flags set."""


class SettingsSources(Struct, frozen=True, kw_only=True):
    """Where to look for settings."""

    file: Path | None = None
    """Named by a flag; it must exist."""
    desk: str = ""
    """A ready-made desk that stands for the file, one of `DESK_NAMES`; what it names lies beside the user's."""
    environment: Mapping[str, str] = {}
    flags: Mapping[str, object] = {}
    """By the names of `FLAGS`."""
    user_file: bool = True
    """The file that the environment names, or that lies in the user's configuration directory, counts."""


class LoadedSettings(Struct, frozen=True, kw_only=True):
    """The effective settings, where each key was set, and what is worth saying about them."""

    settings: Settings
    origins: dict[str, str]
    """`file:line`, `environment NAME`, `command line --flag` or `default`, by dotted key."""
    warnings: tuple[str, ...] = ()
    file: Path | None = None
    """The file that was read."""


def user_config_file() -> Path:
    """Where a user's configuration lies when nothing says otherwise."""
    return user_config_directory() / "config.toml"


def user_state_directory() -> Path:
    """Where a console that has no data directory of its own leaves what it writes."""
    return Path(platformdirs.user_state_dir(APPLICATION))


def user_cache_directory() -> Path:
    """Where lies what every engine of this user can use and any of them can make again."""
    return Path(platformdirs.user_cache_dir(APPLICATION))


def shared_calendars() -> Path:
    """The snapshot of exchanges' sessions that all engines of this user begin with."""
    return user_cache_directory() / "calendars.json"


def config_path(sources: SettingsSources) -> tuple[Path | None, bool]:
    """The configuration file, and whether someone named it."""
    if sources.file is not None:
        return expanded(sources.file), True
    if not sources.user_file:
        return None, False
    if named := sources.environment.get("RTP_CONFIG"):
        return expanded(Path(named)), True
    return user_config_file(), False


def load_settings(sources: SettingsSources) -> LoadedSettings:
    """Read, check and combine all sources. Raises ConfigurationInvalid with every mistake of all of them."""
    path, named = config_path(sources)
    from_environment, warnings = environment_layer(sources.environment)
    file_layer, unreadable = (_desk_layer(sources.desk), ()) if sources.desk else _file_layer(path, named)
    layers = [layer for layer in (file_layer, from_environment, _flag_layer(sources.flags)) if layer]
    checked = [validate(layer) for layer in layers]
    mistakes = [*unreadable, *(error for part in checked for error in part.errors)]
    settings, places = _combined(checked)
    if not unreadable:
        mistakes += _contradictory(settings, places, mistakes)
    if mistakes:
        raise ConfigurationInvalid(tuple(mistakes))
    return LoadedSettings(
        settings=settings,
        origins={dotted(key): str(places.get(key, "default")) for key, _ in leaves(settings)},
        warnings=(*warnings, *_warnings(settings)),
        file=path if file_layer and not sources.desk else None,
    )


def _file_layer(path: Path | None, named: bool) -> tuple[Layer | None, tuple[ConfigurationError, ...]]:
    if path is None or not (named or _is_there(path)):
        return None, ()
    try:
        file = read_file(path)
    except ConfigurationInvalid as error:
        return None, error.errors
    return Layer(tree=file.tree, place=lambda key: _file_place(file, key), base=path.absolute().parent), ()


def _desk_layer(name: str) -> Layer:
    file = parsed(Path(f"desk {name}"), desk(name).text)
    return Layer(tree=file.tree, place=lambda key: _file_place(file, key), base=user_config_file().parent)


def _is_there(path: Path) -> bool:
    """Something is there, even if it cannot be looked at."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _file_place(file: ConfigFile, key: KeyPath) -> Place:
    """The line of a key; of the table around it where it is not there."""
    present = next((key[:end] for end in range(len(key), 0, -1) if key[:end] in file.lines), ())
    return Place(path=str(file.path), line=file.lines.get(present, 1), key=dotted(key))


def _flag_layer(flags: Mapping[str, object]) -> Layer:
    tree: dict[str, Any] = {}
    for name, value in flags.items():
        *tables, key = map(str, FLAGS[name])
        table = tree
        for part in tables:
            table = table.setdefault(part, {})
        table[key] = value
    names = {path: name for name, path in FLAGS.items()}
    return Layer(tree=tree, place=lambda key: Place(path="command line", key=names.get(key, "")), base=Path())


def _combined(checked: list[Checked]) -> tuple[Settings, dict[KeyPath, Place]]:
    values: dict[str, Any] = {}
    places: dict[KeyPath, Place] = {}
    for part in checked:
        _merge(values, part.values)
        places |= part.places
    settings = _built(Settings, values)
    assert isinstance(settings, Settings)
    return _completed(settings, places), places


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Tables are merged, everything else is replaced."""
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _built(kind: type[Struct], values: Mapping[str, Any]) -> Struct:
    types = {field.name: field.type for field in fields(kind)}
    return kind(**{name: _built_field(types[name], value) for name, value in values.items()})


def _built_field(kind: Any, value: Any) -> object:
    if is_table(kind):
        return _built(kind, value)
    if get_origin(kind) is dict:
        element = get_args(kind)[1]
        return {name: _built(element, row) if is_table(element) else row for name, row in value.items()}
    return value


def _completed(settings: Settings, places: Mapping[KeyPath, Place]) -> Settings:
    """Fill in what depends on the machine and on other settings."""
    members = tuple(member for group in settings.instrument_sets for member in instruments_of(group))
    instruments = (*settings.instruments, *members)
    if not instruments and ("instruments",) not in places:
        instruments = public_instruments()
    return replace(
        settings,
        instruments=instruments,
        data_dir=settings.data_dir or platformdirs.user_data_dir(APPLICATION),
        server=replace(settings.server, read_only=settings.server.read_only or settings.read_only),
    )


def _contradictory(
    settings: Settings, places: Mapping[KeyPath, Place], mistakes: Sequence[ConfigurationError]
) -> Iterator[ConfigurationError]:
    """Check what settings must be to each other, wherever each was set, but for those that are mistaken."""
    mistaken = " ".join(error.place.key for error in mistakes).lower().replace("-", "_")
    for key, others, message in _contradictions(settings):
        if not any(other in mistaken for other in others):
            place = places.get(key, Place(path="default", key=dotted(key)))
            yield ConfigurationError(place=place, message=message)


def _contradictions(settings: Settings) -> Iterator[tuple[KeyPath, tuple[str, ...], str]]:
    """Keys, the other keys that it takes for a contradiction, and what it is."""
    server = settings.server
    if not (is_loopback(server.host) or server.token_file or server.insecure):
        message = f'"{server.host}" is not loopback: give token_file, or insecure = true'
        yield ("server", "host"), ("token_file", "insecure"), message
    if bool(server.tls_certificate) != bool(server.tls_key):
        given, other = "tls_certificate", "tls_key"
        if server.tls_key:
            given, other = other, given
        yield ("server", given), (other,), "tls_certificate and tls_key belong together"
    if not profile_of(settings.health).weights:
        yield (
            ("health", "profile"),
            ("health.weights",),
            "no part counts: give parts points in [health.weights]",
        )
    yield from ((("keys", name), (f"keys.{name}",), words) for name, words in problems_of(settings.keys))
    yield from _of_channels(settings)
    yield from _of_alert_rules(settings)
    yield from _of_instruments(settings.instruments)


def _of_instruments(instruments: Iterable[Instrument]) -> Iterator[tuple[KeyPath, tuple[str, ...], str]]:
    ids: set[str] = set()
    priced: dict[str, InstrumentId] = {}
    for instrument in instruments:
        if instrument.id in ids:
            yield ("instrument_sets",), ("instruments[",), f'"{instrument.id}" is already defined'
            continue
        ids.add(instrument.id)
        for feed in instrument.feeds:
            other = priced.setdefault(feed, instrument.id)
            if other != instrument.id:
                message = f'feed "{feed}" is of "{other}" already, and not of "{instrument.id}" too'
                yield ("instruments",), ("instrument_sets",), message


def _of_alert_rules(settings: Settings) -> Iterator[tuple[KeyPath, tuple[str, ...], str]]:
    if not settings.alert_rules:
        return
    from rtp_tui.monitoring.alerts.rules import MOST_RULES, understood  # heavy: few configurations have any
    from rtp_tui.monitoring.alerts.shelf import completed, unknown_subject  # heavy: likewise

    key: KeyPath = ("alert_rules",)
    if len(settings.alert_rules) > MOST_RULES:
        yield key, (), f"{len(settings.alert_rules)} rules of alerts are too many: at most {MOST_RULES}"
        return
    known = [instrument.id for instrument in settings.instruments]
    for position, spec in enumerate(settings.alert_rules):
        unknown = unknown_subject(understood(completed(spec)), known) if spec.enabled else ""
        if unknown:
            yield (*key, position, "condition"), ("alert_rules", "instruments"), f"{spec.id}: {unknown}"


def _of_channels(settings: Settings) -> Iterator[tuple[KeyPath, tuple[str, ...], str]]:
    for name, channel in settings.channels.items():
        key: KeyPath = ("channels", name)
        if not _CHANNEL.fullmatch(name):
            yield key, (), f'"{name[:40]}" is no name for a channel: lower-case letters, digits, - and _'
            continue
        try:
            kind = kind_of(name, channel)
        except ValueError as mistake:
            yield (*key, "kind"), (f"channels.{name}.kind",), str(mistake)
            continue
        if needs_reference(kind) and channel.url.lower().startswith("http"):
            words = "holds a secret: write env:NAME, file:PATH or keyring:SERVICE/USER"
            yield (*key, "url"), (f"channels.{name}.url",), words


def _lacking(settings: Settings) -> Iterator[str]:
    for name, channel in settings.channels.items():
        lacking = lacks(kind_of(name, channel), channel) if channel.enabled else ""
        if lacking:
            yield f"channels.{name} sends nothing: {lacking}"


def _unsent(settings: Settings) -> Iterator[str]:
    name, has_channels = settings.reports.channel, settings.features.notifications
    channel = settings.channels.get(name) if has_channels else None
    if name and (channel is None or not channel.enabled):
        known = ", ".join(known for known, one in settings.channels.items() if one.enabled and has_channels)
        yield f"reports.channel sends nothing: {name} is none of the channels in use ({known or 'there are none'})"


def _warnings(settings: Settings) -> Iterator[str]:
    yield from _lacking(settings)
    yield from _unsent(settings)
    server = settings.server
    if server.insecure and not server.token_file and not is_loopback(server.host):
        yield f"server.insecure: whoever reaches {server.host} is let in without a token"


def is_loopback(host: str) -> bool:
    """Only programs of this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
