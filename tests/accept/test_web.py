"""The console in a browser: over the WebSocket of the page, and in a real browser."""

import asyncio
import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pyte
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from rtp_tui.browser.console_process import BROWSER
from rtp_tui.browser.visitor import known_as
from tests.accept.running import PATIENCE_S, clean_environment, wait_for

pytest.importorskip("textual_serve", reason="the extra `browser` is not installed")

pytestmark = pytest.mark.accept

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WITHIN_S = 120
OF_A_PAINTED_CONSOLE = 40_000
"""Bytes of its picture; a page that says that the console starts has five thousand."""
PRICED = r"BTC +[\d,]+\.\d\d"
QUESTION = b"\x1b[6n"
ANSWER = json.dumps(["stdin", "\x1b[1;1R"])


@contextmanager
def web(directory: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address that `rtp-tui web` prints, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rtp_tui", "web", "--demo", "--port", "0", "--data-dir", str(directory), *arguments],
        env=clean_environment(directory / "home"),
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN_S)


class BrowserTerminal:
    """What a page's terminal does: shows bytes, answers where the cursor is, sends keys."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    async def press(self, text: str) -> None:
        await self._socket.send(json.dumps(["stdin", text]))

    async def shows(self, pattern: str) -> str:
        """The screen, once something is on it."""
        picture = ""
        async with asyncio.timeout(WITHIN_S):
            while not re.search(pattern, picture):
                data = await self._socket.recv()
                if isinstance(data, bytes):
                    self._stream.feed(data)
                    for _ in range(data.count(QUESTION)):
                        await self._socket.send(ANSWER)
                    picture = "\n".join(self._screen.display)
        return picture


@asynccontextmanager
async def terminal(url: str, **headers: str) -> AsyncIterator[BrowserTerminal]:
    address = url.replace("http", "ws", 1).partition("?")[0]
    async with connect(
        f"{address}ws?width=120&height=40", max_size=None, additional_headers=headers
    ) as socket:
        yield BrowserTerminal(socket)


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def environment_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text().split("\0")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_browser_gets_the_console_and_its_keys_work(tmp_path: Path) -> None:
    with web(tmp_path, "--sessions", "1") as (url, process):
        async with terminal(url) as shown:
            assert "BTC" in await shown.shows(PRICED)
            await shown.press("?")
            assert "esc closes" in await shown.shows("esc closes")
            console = children(process.pid)[0]
            with pytest.raises(InvalidStatus, match="503"):
                async with terminal(url):
                    pass
        wait_for(lambda: not is_running(console), within_s=WITHIN_S)


async def test_a_console_is_told_which_browser_shows_it_and_tells_where_its_files_are(tmp_path: Path) -> None:
    with web(tmp_path) as (url, process):
        mine, theirs = (cookie_of(url) for _ in range(2))
        assert mine != theirs
        async with terminal(url, Cookie=mine) as shown:
            await shown.shows(PRICED)
            (console,) = children(process.pid)
            assert f"{BROWSER}={known_as(mine.partition('=')[2])}" in environment_of(console)
            await shown.press("e")
            assert socket.gethostname() in await shown.shows("runs this|this console")


def cookie_of(url: str) -> str:
    """What a browser is given with its first page."""
    return httpx.get(url, timeout=PATIENCE_S).headers["set-cookie"].partition(";")[0]


async def test_consoles_end_with_the_server_even_when_it_is_killed(tmp_path: Path) -> None:
    with web(tmp_path) as (url, process):
        async with terminal(url) as shown:
            await shown.shows("BTC")
            console = children(process.pid)[0]
            os.kill(process.pid, signal.SIGKILL)
            wait_for(lambda: not is_running(console), within_s=WITHIN_S)


def test_foreign_names_and_pages_are_turned_away_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    with web(tmp_path) as (url, _process):
        assert httpx.get(url, headers={"Host": "evil.example"}, timeout=PATIENCE_S).status_code == 403
        assert (
            httpx.get(url, headers={"Origin": "http://evil.example"}, timeout=PATIENCE_S).status_code == 403
        )
        page = httpx.get(url, timeout=PATIENCE_S)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
            assert httpx.get(url.rstrip("/") + path, timeout=PATIENCE_S).status_code == 200, path


def test_beyond_this_machine_a_token_is_wanted(tmp_path: Path) -> None:
    with web(tmp_path, "--host", "0.0.0.0") as (url, _process):
        bare, _, token = url.partition("?token=")
        assert httpx.get(bare, timeout=PATIENCE_S).status_code == 401
        assert httpx.get(f"{bare}?token=guess", timeout=PATIENCE_S).status_code == 401
        with httpx.Client(timeout=PATIENCE_S) as client:
            assert client.get(url).status_code == 303
            assert client.get(bare).status_code == 200
            assert client.get(f"{bare}static/js/textual.js").status_code == 200
        assert len(token) >= 32


def test_a_mistake_in_what_is_wanted_is_said(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "rtp_tui", "web", "--demo", "--connect", "http://127.0.0.1:1"],
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert told.returncode == 2
    assert "--connect does not go with --demo" in told.stderr


class Page:
    """A page of a real browser, led by its devtools."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sent = 0

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._sent += 1
        await self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            told = json.loads(await self._socket.recv())
            if told.get("id") == self._sent:
                return dict(told["result"])

    async def value(self, expression: str) -> object:
        return (await self.call("Runtime.evaluate", expression=expression))["result"].get("value")

    async def press(self, key: str) -> None:
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])


@contextmanager
def browser(profile: Path) -> Iterator[str]:
    """Where the devtools of a page are, in a browser that knows no network but this machine."""
    assert CHROMIUM is not None
    arguments = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--remote-debugging-port=0",
        "about:blank",
    )
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    process = subprocess.Popen(
        [CHROMIUM, f"--user-data-dir={profile}", "--window-size=1200,800", rules, *arguments],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        told = next(line for line in process.stderr if "DevTools listening on" in line)
        port = told.rpartition(":")[2].partition("/")[0]
        tabs = httpx.get(f"http://127.0.0.1:{port}/json", timeout=PATIENCE_S).json()
        yield next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    finally:
        process.terminate()
        process.communicate(timeout=WITHIN_S)


async def until(page: Page, expression: str) -> None:
    """Wait until a page says that something holds."""
    async with asyncio.timeout(WITHIN_S):
        while not await page.value(expression):  # noqa: ASYNC110 - the browser tells nobody
            await asyncio.sleep(0.3)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
async def test_a_real_browser_paints_the_console_and_takes_keys_without_a_click(tmp_path: Path) -> None:
    with web(tmp_path / "data") as (url, process), browser(tmp_path / "profile") as place:
        async with connect(place, max_size=None) as socket:
            page = Page(socket)
            await page.call("Page.navigate", url=url)
            await until(page, "document.body.classList.contains('-first-byte')")
            await until(page, "[...document.fonts].every(font => font.status === 'loaded')")
            await until(page, "document.activeElement.className === 'xterm-helper-textarea'")
            async with asyncio.timeout(WITHIN_S):
                while len(await page.picture()) < OF_A_PAINTED_CONSOLE:  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.3)
            await page.press("q")
            await until(page, "document.body.classList.contains('-closed')")
        wait_for(lambda: not children(process.pid), within_s=WITHIN_S)
