"""Commands as they are typed after a colon: `jobs`, `prices /btc`, `preset market`, `trigger backup`, `watch AAPL`."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from msgspec import Struct

from rtp_tui.model.commands import ControlBreaker, ControlFeed, ControlJob
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.layout import Preset
from rtp_tui.tui.portfolio_operations import watching
from rtp_tui.tui.proposals import Nothing, Proposal, proposal
from rtp_tui.tui.scene import Scene

MOST = 12
_VERBS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "trigger": ("trigger_job", ("jobs",)),
        "cancel": ("cancel_run", ("jobs",)),
        "disable": ("switch_job", ("jobs",)),
        "enable": ("switch_job", ("jobs",)),
        "restart": ("restart", ("feeds", "jobs")),
        "pause": ("pause", ("feeds", "jobs")),
        "resume": ("pause", ("feeds", "jobs")),
        "refresh": ("refresh_selected", ("prices", "feeds")),
        "reset": ("reset_breaker", ("breakers",)),
        "open": ("open_breaker", ("breakers",)),
        "close": ("close_breaker", ("breakers",)),
    }
)
_WATCHING = ("watch", "chart")
_PANES = (*PANE_NAMES, "chart")


class Deed(Struct, frozen=True, kw_only=True):
    """What was typed means this."""

    words: str
    """The whole command, for who completes it."""
    help: str = ""
    is_whole: bool = False
    """It was typed to its end."""
    proposed: Proposal | Nothing | None = None
    pane: str = ""
    """To go to."""
    filter: str | None = None
    preset: Preset | None = None
    hidden: str = ""
    chart: InstrumentId | None = None


def deeds_for(typed: str, scene: Scene, watchlist: str) -> tuple[Deed, ...]:
    """What it can mean or become, at most a screenful."""
    typed = " ".join(typed.split())
    if not typed:
        return ()
    verb, _, rest = typed.partition(" ")
    found = [*_going(verb, rest), *_arranging(verb, rest), *_ordering(verb, rest, scene)]
    found += _about_instruments(verb, rest, scene, watchlist)
    return tuple(islice(sorted(found, key=lambda deed: not deed.is_whole), MOST))


def _going(verb: str, rest: str) -> Iterator[Deed]:
    wanted = rest.removeprefix("/") if rest.startswith("/") else None
    for name in _PANES:
        if name == verb and (not rest or wanted is not None):
            words = name if wanted is None else f"{name} /{wanted}"
            yield Deed(
                words=words, help="go to the pane, /text filters it", is_whole=True, pane=name, filter=wanted
            )
        elif name.startswith(verb) and not rest:
            yield Deed(words=name, help="go to the pane", pane=name)


def _arranging(verb: str, rest: str) -> Iterator[Deed]:
    if verb == "preset":
        for preset in _beginning(Preset, rest):
            yield Deed(
                words=f"preset {preset}",
                help="a set of panes",
                is_whole=preset == rest,
                preset=Preset(preset),
            )
    if verb in ("show", "hide"):
        for name in _beginning(_PANES, rest):
            shown, hidden = (name, "") if verb == "show" else ("", name)
            yield Deed(
                words=f"{verb} {name}", help="a pane", is_whole=name == rest, pane=shown, hidden=hidden
            )


def _ordering(verb: str, rest: str, scene: Scene) -> Iterator[Deed]:
    _, panes = _VERBS.get(verb, ("", ()))
    for pane in panes:
        for key in _named(_rows(scene, pane), rest):
            yield Deed(
                words=f"{verb} {key}",
                help=pane,
                is_whole=_names(rest, key),
                proposed=_ordered(verb, pane, scene, key),
            )


def _ordered(verb: str, pane: str, scene: Scene, key: str) -> Proposal | Nothing:
    """What the verb says: never its opposite, as the key does that turns something on and off."""
    proposed = proposal(_VERBS[verb][0], pane, scene, key)
    command = proposed.command if isinstance(proposed, Proposal) else None
    if isinstance(command, ControlBreaker | ControlFeed | ControlJob) and command.action != verb:
        state = scene.state
        row = state.job.jobs.get(key) if pane == "jobs" else state.feed.feeds.get(key)
        return Nothing(f"nothing to {verb}: {key} is {row.state if row is not None else 'gone'}")
    return proposed


def _about_instruments(verb: str, rest: str, scene: Scene, watchlist: str) -> Iterator[Deed]:
    if verb not in _WATCHING or not rest:
        return
    for key in _named(scene.state.market.instruments, rest):
        instrument = InstrumentId(key)
        is_whole = _names(rest, key)
        if verb == "chart":
            yield Deed(words=f"chart {key}", help="its chart", is_whole=is_whole, chart=instrument)
        elif rest not in scene.watchlists:
            yield Deed(
                words=f"watch {key}",
                help=f"on {watchlist}, or off it",
                is_whole=is_whole,
                proposed=watching(scene, watchlist, instrument),
            )


def _rows(scene: Scene, pane: str) -> Iterable[str]:
    state = scene.state
    tables: Mapping[str, Iterable[str]] = {
        "jobs": state.job.jobs,
        "feeds": state.feed.feeds,
        "breakers": state.breaker.breakers,
        "prices": state.market.instruments,
    }
    return tables[pane]


def _beginning(names: Iterable[str], start: str) -> Iterator[str]:
    return (name for name in names if name.startswith(start.strip()))


def _names(typed: str, key: str) -> bool:
    """All of a key was typed, or all of its part after the colon."""
    return bool(typed) and typed.casefold() in (key.casefold(), key.partition(":")[2].casefold())


def _named(keys: Iterable[str], start: str) -> Iterator[str]:
    """Keys that begin so, or whose part after the colon does."""
    wanted = start.casefold()
    matching = (
        key
        for key in keys
        if key.casefold().startswith(wanted) or key.partition(":")[2].casefold().startswith(wanted)
    )
    return islice(matching, MOST)
