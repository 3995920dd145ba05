"""Keys that come faster than they are answered, each handed on when the one before is done."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import events, work
from textual.app import App
from textual.driver import Driver
from textual.message_pump import MessagePump

from rtp_tui.tui.keys_apart import keys_apart

_MOST_ROUNDS = 6
"""What a key brings about in turn: an action, what it asks of the app, a screen, the screen's own focus, a text."""


class KeysInTurn:
    """What is typed into an app, in order.

    Textual hands a key to whoever has the focus when the key comes, though the one before may be about to move it:
    of `/btc`, delivered in one piece, the letters would be taken for keys of the pane.
    """

    def __init__(
        self,
        app: App[None],
        hand_on: Callable[[events.InputEvent], Awaitable[None]],
        longest_s: float = 1.0,
    ) -> None:
        """No key waits longer: something holds up the console then, and the next may be the key that ends it."""
        self._app = app
        self._hand_on = hand_on
        self._longest_s = longest_s
        self._typed: asyncio.Queue[events.InputEvent] = asyncio.Queue()
        self._unanswered = 0

    @property
    def are_done(self) -> bool:
        """Whatever was typed has been handed on and answered."""
        return self._unanswered == 0

    def take(self, event: events.InputEvent) -> None:
        """Something typed, pasted or pointed at."""
        self._unanswered += 1
        self._typed.put_nowait(event)

    async def run(self) -> None:
        """Hand on one after the other, for as long as the app lasts."""
        while True:
            event = await self._typed.get()
            await self._hand_on(event)
            if isinstance(event, events.Key | events.Paste):
                await self._settle()
            self._unanswered -= 1

    async def _settle(self) -> None:
        """Wait until what the last one brought about is done: twice over nobody else has the keys, or more to do."""
        had_keys = None
        for _ in range(_MOST_ROUNDS):
            has_keys = self._app.focused or self._app.screen
            path = has_keys.ancestors_with_self
            for pump in path:
                if not await _catch_up(pump, self._longest_s):
                    return
            if has_keys is had_keys and not any(pump.message_queue_size for pump in path):
                return
            had_keys = has_keys


class TypedInTurn(App[None]):
    """An app that answers what is typed in order, once it was told to."""

    def __init__(self, driver_class: type[Driver]) -> None:
        super().__init__(driver_class=driver_class)
        self.typed = KeysInTurn(self, super().on_event)

    @work(group="keys")
    async def hand_on_keys(self) -> None:
        """Hand on what is typed, for as long as the app lasts."""
        await self.typed.run()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent) and not event.is_forwarded:
            for one in keys_apart(event):
                self.typed.take(one)
        else:
            await super().on_event(event)


async def _catch_up(pump: MessagePump, longest_s: float) -> bool:
    """Wait until a widget has handled what it has been sent so far, or has ended; False when that takes too long."""
    heard = asyncio.get_running_loop().create_future()
    if not pump.call_later(_hear, heard):
        return True
    # An app that runs has no task of its own; with it ends whoever waits here.
    until = (heard,) if isinstance(pump, App) else (heard, pump.task)
    done, _ = await asyncio.wait(until, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


def _hear(heard: asyncio.Future[None]) -> None:
    if not heard.done():
        heard.set_result(None)
