"""Keys typed faster than they are answered, in an app of their own."""

import asyncio

from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget

from rtp_tui.tui.keys_in_turn import KeysInTurn
from tests.fakes import settle


class Pane(Widget, can_focus=True):
    """Is done with a key when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[str] = []
        self.may_end = asyncio.Event()

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        self.got.append(event.key)
        await self.may_end.wait()


class Typed(App[None]):
    """Has its keys handed on in turn."""

    def __init__(self, longest_s: float) -> None:
        super().__init__()
        self.pane = Pane()
        self.keys: list[str] = []
        self.typed = KeysInTurn(self, self.hand_on, longest_s)

    def compose(self) -> ComposeResult:
        yield self.pane

    async def hand_on(self, event: events.InputEvent) -> None:
        assert isinstance(event, events.Key)
        self.keys.append(event.key)
        self.pane.post_message(event)

    def type(self, *keys: str) -> None:
        for key in keys:
            self.typed.take(events.Key(key, key))


async def test_a_key_waits_for_the_one_before() -> None:
    app = Typed(longest_s=60)
    async with app.run_test(), asyncio.TaskGroup() as group:
        running = group.create_task(app.typed.run())
        app.type("a", "b")
        await settle()
        assert app.keys == ["a"]
        app.pane.may_end.set()
        async with asyncio.timeout(20):
            while not app.typed.are_done:
                await settle()
        assert app.keys == app.pane.got == ["a", "b"]
        running.cancel()


async def test_no_key_waits_for_ever() -> None:
    app = Typed(longest_s=0.01)
    async with app.run_test(), asyncio.TaskGroup() as group:
        running = group.create_task(app.typed.run())
        app.type("a", "b")
        async with asyncio.timeout(20):
            while not app.typed.are_done:
                await settle()
        assert (app.keys, app.pane.got) == (["a", "b"], ["a"])
        app.pane.may_end.set()
        running.cancel()


async def test_whoever_ends_by_a_key_holds_up_none() -> None:
    app = Typed(longest_s=60)
    app.pane.may_end.set()
    async with app.run_test(), asyncio.TaskGroup() as group:
        running = group.create_task(app.typed.run())
        app.pane.focus()
        app.type("a")
        await app.pane.remove()
        app.type("b")
        async with asyncio.timeout(20):
            while not app.typed.are_done:
                await settle()
        assert app.keys == ["a", "b"]
        running.cancel()
