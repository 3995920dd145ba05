"""The command palette: every action by its words."""

from collections.abc import Coroutine
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from rtp_tui.tui.actions import ACTIONS, Action


class ActionCommands(Provider):
    """Offers the table of actions."""

    async def discover(self) -> Hits:
        for action in ACTIONS:
            yield DiscoveryHit(action.label, self._runner(action), help=_help(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in ACTIONS:
            score = matcher.match(action.label)
            if score > 0:
                yield Hit(score, matcher.highlight(action.label), self._runner(action), help=_help(action))

    def _runner(self, action: Action) -> "partial[Coroutine[None, None, bool]]":
        return partial(self.app.run_action, action.call, default_namespace=self.screen)


def _help(action: Action) -> str:
    return f"{action.group}, key {action.key_text}"
