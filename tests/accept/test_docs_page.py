"""The page for people in a real browser: it shows prices, and pages of strangers do not."""

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.accept.running import served, wait_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.accept,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

PRICE = re.compile(r'data-instrument="crypto:BTC"><td>crypto:BTC</td><td class="number"[^>]*>[\d,]+\.\d\d<')
FOREIGN = """<p id="told">nothing yet</p><script>
const socket = new WebSocket("%s/ws");
socket.onopen = () => { document.getElementById("told").textContent = "let in"; };
socket.onclose = event => { document.getElementById("told").textContent = "turned away " + event.code; };
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def pages(folder: Path) -> Iterator[int]:
    """The port where the files of a folder are served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def browser(profile: Path, *arguments: str) -> Callable[[], str]:
    """What a page holds some seconds after it was loaded, in a browser that knows no network but this machine."""

    def look() -> str:
        assert CHROMIUM is not None
        return subprocess.run(
            [
                CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                "--virtual-time-budget=8000", "--dump-dom",
                "--host-resolver-rules=MAP foreign.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", *arguments,
            ],
            capture_output=True, text=True, timeout=120, check=True,
        ).stdout  # fmt: skip

    return look


def test_the_page_describes_the_interface_and_shows_prices_without_the_internet(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0") as running:
        look = browser(tmp_path / "profile", f"{running.url}/docs")
        page = wait_for(lambda: shown if PRICE.search(shown := look()) else "", within_s=120)
    assert "/market/latest/{id}" in page
    assert ">following<" in page


def test_a_page_of_strangers_is_turned_away(tmp_path: Path) -> None:
    with (
        served(tmp_path, "--demo", "--serve", "--port", "0") as running,
        pages(tmp_path) as port,
    ):
        (tmp_path / "page.html").write_text(FOREIGN % running.url.replace("http", "ws"))
        for host, told in (("foreign.example", "turned away 1006"), ("127.0.0.1", "let in")):
            look = browser(tmp_path / "profile", f"http://{host}:{port}/page.html")
            wait_for(lambda look=look, told=told: told in look(), within_s=120)  # type: ignore[misc]
