"""The command palette: every action by its words, and in a demo every drill."""

from collections.abc import Coroutine
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from rtp_tui.model.commands import StartDrill
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.alert_words import Misunderstood, alert_proposal
from rtp_tui.tui.answers import EVERYTHING
from rtp_tui.tui.instrument_words import instrument_proposal
from rtp_tui.tui.literal import literal
from rtp_tui.tui.portfolio_words import portfolio_proposal
from rtp_tui.tui.proposals import Proposal
from rtp_tui.tui.screens.drills import DRILL_S
from rtp_tui.tui.watching import watch_wanted

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp


class ActionCommands(Provider):
    """Offers the table of actions."""

    async def discover(self) -> Hits:
        for action in self._offered():
            yield DiscoveryHit(action.label, self._runner(action), help=_help(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._offered():
            score = matcher.match(action.label)
            if score > 0:
                yield Hit(score, matcher.highlight(action.label), self._runner(action), help=_help(action))

    def _offered(self) -> tuple[Action, ...]:
        return _console(self).main.keymap.offered(is_demo=_console(self).drills is not None)

    def _runner(self, action: Action) -> "partial[Coroutine[None, None, bool]]":
        return partial(self.app.run_action, action.call, default_namespace=self.screen)


class DrillCommands(Provider):
    """Offers `drill outage binance` and the like once some of it is typed, where there is something to drill."""

    async def search(self, query: str) -> Hits:
        console, matcher = _console(self), self.matcher(query)
        status = console.drills
        for fault, venue in () if status is None else product(status.faults, status.venues):
            words = f"drill {fault} {venue}"
            score = matcher.match(words)
            if score > 0:
                order = StartDrill(fault=fault, venue=venue, seconds=DRILL_S)
                yield Hit(
                    score,
                    matcher.highlight(words),
                    partial(console.propose, Proposal(command=order)),
                    help=f"for {DRILL_S:g} s",
                )


class InstrumentCommands(Provider):
    """Offers what `instrument add ID FEED ...` and `instrument remove ID` ask for, once it is typed whole."""

    async def search(self, query: str) -> Hits:
        console = _console(self)
        known = console.follower.state.market.instruments
        proposed = instrument_proposal(query, known)
        if proposed is not None:
            yield Hit(1.0, Text(query), partial(console.propose, proposed), help=literal(proposed.question))
        elif "instrument".startswith(query.strip()[:10]) and query.strip():
            yield Hit(
                0.1, Text("instrument add ID FEED ... | instrument remove ID"), _nothing, help="type it whole"
            )


class AlertCommands(Provider):
    """Offers what `alert`, `ack`, `silence`, `unsilence`, `mute` and `unmute` ask for, once it is typed whole."""

    async def search(self, query: str) -> Hits:
        console = _console(self)
        state, now_ms = console.follower.state, console.clock.now_ms()
        view = console.main.active
        selected = state.alert.active.get(view.cursor or "") if view.pane.name == "alerts" else None
        words = query.strip()
        if words and any(form.startswith(words.split()[0]) for form in ALERT_FORMS):
            proposed = alert_proposal(words, state.alert.active, state.market.instruments, now_ms, selected)
            if proposed is not None:
                help_ = proposed.question or "asks the engine"
                yield Hit(TYPED_WHOLE, Text(words), partial(console.propose, proposed), help=literal(help_))
                return
            for form, meaning in ALERT_FORMS.items():
                if form.startswith(words.split()[0]):
                    yield Hit(0.2, Text(form), _nothing, help=meaning)


class PortfolioCommands(Provider):
    """Offers what `portfolio`, `watchlist` and `watch` ask for, once it is typed whole."""

    async def search(self, query: str) -> Hits:
        console, words = _console(self), query.strip()
        forms = [form for form in PORTFOLIO_FORMS if words and form.startswith(words.split()[0])]
        if not forms:
            return
        scene = console.lens.scene(console.follower, console.clock.monotonic(), console.clock.now_ms())
        if (wanted := watch_wanted(words, scene.watchlists)) is not None:
            yield Hit(TYPED_WHOLE, Text(words), partial(_watch, console, wanted), help="prices of it only")
            return
        proposed = portfolio_proposal(
            words, scene.portfolios, scene.watchlists, scene.state.market.instruments
        )
        if isinstance(proposed, Proposal):
            help_ = proposed.question or "shown at once"
            yield Hit(TYPED_WHOLE, Text(words), partial(console.propose, proposed), help=literal(help_))
            return
        if isinstance(proposed, Misunderstood):
            yield Hit(TYPED_WHOLE, Text(words), _nothing, help=literal(proposed.words))
            return
        for form in forms:
            yield Hit(0.2, Text(form), _nothing, help=PORTFOLIO_FORMS[form])


async def _watch(console: "ConsoleApp", name: str) -> None:
    console.main.show_watchlist(None if name == EVERYTHING else name)


PORTFOLIO_FORMS = {
    "portfolio new NAME [EUR]": "makes a portfolio; type it whole",
    "portfolio NAME add crypto:BTC 0.5 [@60000]": "puts so much more in, at what one cost",
    "portfolio NAME set crypto:BTC 0.5 [@60000]": "all that is held of it",
    "portfolio NAME remove crypto:BTC": "takes it out",
    "portfolio NAME benchmark crypto:BTC": "what beta is measured against; none for nothing",
    "portfolio delete NAME": "asks first",
    "watch NAME": "prices of a watchlist only; watch all shows all again",
    "watchlist NAME add crypto:BTC": "remove takes it off",
    "watchlist delete NAME": "asks first",
}
TYPED_WHOLE = 100.0
"""Before every action that some of the words are found in."""
ALERT_FORMS = {
    "alert crypto:BTC price > 70000 for 5m": "makes a rule; type it whole",
    "alert remove ID": "removes a rule",
    "ack [ID] [why]": "acknowledges an alert, the selected one without an ID",
    "silence 1h [RULE [ABOUT [why]]]": "1h, 8h, 2d, ...; the selected alert without a rule",
    "unsilence ID": "ends a silence",
    "mute 1h [why]": "no channel is told, and no console rings",
    "unmute": "all are told again",
}


async def _nothing() -> None:
    """It cannot be carried out as it stands."""


def _console(provider: Provider) -> "ConsoleApp":
    return cast("ConsoleApp", provider.app)


def _help(action: Action) -> str:
    return f"{action.group}, key {action.key_text}"
