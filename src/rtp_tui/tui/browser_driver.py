"""Textual's driver for terminals in browsers; a console ends when whoever shows it is gone."""

import os
from functools import partial
from typing import TextIO

from textual.app import App
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Leaves at the end of its input, and does not fail for what nobody reads any more."""

    def __init__(
        self,
        app: App[None],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._stdout = _own_output(self.stdout)
        self._is_read = True
        self._write = partial(self._write_while_read)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._leave()

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def _leave(self) -> None:
        """In order, as when somebody leaves who is at a terminal."""
        self._app.call_later(self._app.run_action, "leave")

    def _write_while_read(self, data: bytes) -> int:
        """A pipe takes part of a long packet when it is interrupted: what is left follows."""
        left = memoryview(data)
        while left and self._is_read:
            try:
                left = left[os.write(self._stdout, left) :]
            except BrokenPipeError:
                self._is_read = False
        return len(data)


def _own_output(file: TextIO | None) -> int:
    assert file is not None, "a browser's console is read through standard output"
    return file.fileno()
