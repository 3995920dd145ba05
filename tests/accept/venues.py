"""Simulated venues as processes of their own, one a provider, and an engine that is pointed at them."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.accept.ports import free_port
from tests.accept.running import RTP_TUI, clean_environment

PROVIDERS = ("binance", "coinbase", "coingecko", "yahoo")
BTC, ETH = "crypto:BTC", "crypto:ETH"
SOL, ADA = "crypto:SOL", "crypto:ADA"
AAPL, USDCOP = "stocks:AAPL", "fx:USDCOP"
_ADDRESS = re.compile(r'^(\w+)(?: ws_url = "(\S+)")? rest_url = "(\S+)"$')

INSTRUMENTS = {
    BTC: ("binance:BTCUSDT", "coinbase:BTC-USD"),
    ETH: ("binance:ETHUSDT",),
    SOL: ("coingecko:solana",),
    ADA: ("coingecko:cardano",),
    AAPL: ("yahoo:AAPL",),
    USDCOP: ("yahoo:COP=X",),
}
"""A coin that is streamed with a standby, one without, coins that are polled, and what is no coin."""

POLICY = """\
[policies.polled]
window_calls = 4
minimum_calls = 2
open = "3s"
open_cap = "3s"
probes = 3
max_attempts = 1
attempt_timeout = "2s"
"""
"""Opens after two failures and probes after three seconds, so that a test need not wait for minutes; more probes than
calls at a time, so that a half-open breaker can be seen."""

JOBS = """\
[[jobs]]
id = "crypto-prices"
interval = "3s"
max_retries = 0
[[jobs]]
id = "stock-prices"
interval = "3s"
max_retries = 0
[[jobs]]
id = "fx-prices"
interval = "3s"
max_retries = 0
[[jobs]]
id = "treasury-metrics"    # asks too seldom to be well again while a test looks
enabled = false
"""
"""Within the quotas of the venues, and without attempts of their own beside the breaker's probes."""


HEALTH = "[health.weights]\nresources = 0\n"
"""How busy this machine is counts for nothing."""


class Venue:
    """`rtp-tui simulate` on a port that it keeps, so that it can be killed and come back."""

    def __init__(self, provider: str, home: Path) -> None:
        self.provider = provider
        self.port = free_port()
        self._home = home
        self._process: subprocess.Popen[str] | None = None
        self.urls = ""
        """The lines of its table of the configuration."""

    def start(self) -> None:
        """Run it, until it has said where it is."""
        self.launch()
        self.wait_until_told()

    def launch(self) -> None:
        """Have it begin."""
        self._process = subprocess.Popen(
            [*RTP_TUI, "simulate", "--port", str(self.port)],
            env=clean_environment(self._home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait_until_told(self) -> None:
        """Wait until it has said where it is."""
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if (found := _ADDRESS.match(line.strip())) and found[1] == self.provider:
                socket = f'ws_url = "{found[2]}"\n' if found[2] else ""
                self.urls = f'{socket}rest_url = "{found[3]}"\n'
                return
        raise AssertionError(f"{self.provider} never said where it is")

    def kill(self) -> None:
        """End it at once, as a machine does that loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


@contextmanager
def venues(home: Path) -> Iterator[dict[str, Venue]]:
    """All of them running while the block does, by provider."""
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        opened = {provider: Venue(provider, home) for provider in PROVIDERS}
        for venue in opened.values():
            stack.callback(venue.kill)
            venue.launch()
        for venue in opened.values():
            venue.wait_until_told()
        yield opened


def sources(urls: dict[str, str]) -> str:
    """A table for each provider; `urls` are the lines in it."""
    return "".join(f"[sources.{provider}]\n{lines}" for provider, lines in urls.items())


def instruments(ids: tuple[str, ...] = tuple(INSTRUMENTS)) -> str:
    """A table for each of these instruments, all of them traded around the clock."""
    return "".join(
        f'[[instruments]]\nid = "{id_}"\nmarket = "24x7"\nfeeds = {list(INSTRUMENTS[id_])}\n' for id_ in ids
    )


def write_configuration(path: Path, *tables: str) -> Path:
    """A configuration of these tables."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(tables))
    return path
