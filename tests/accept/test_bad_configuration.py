"""A configuration that cannot be right: everything that is wrong with it at once, exit 78, and nothing written."""

import random
import re
import subprocess
from pathlib import Path

import pytest

from tests.accept.running import PATIENCE_S, RTP_TUI, clean_environment

pytestmark = pytest.mark.accept

BAD_CONFIGURATION = 78
COMMANDS = (("config", "check"), ("config", "show"), ("--serve",), ("--demo", "--serve"), ())

MISTAKES = """\
log_level = "loud"
colour = "red"
theme = "midnigt"
[server]
port = 70000
hots = "0.0.0.0"
name = 5
max_clients = -1
[storage]
tick_retention = "-5m"
tick_max_size = 5
[sources.binanse]
enabled = true
[sources.binance]
enabled = "yes"
ws_url = "http://x"
trades = "all"
api_keys = ["hunter2"]
[sources.coingecko]
api_keys = ["hunter2"]
[[instruments]]
id = "crypto/BTC"
feeds = ["binanse:BTCUSDT"]
[[instruments]]
id = "kripto:BTC"
feeds = []
[[instruments]]
nmae = "x"
[[instruments]]
id = "crypto:ETH"
name = "\\u001b]0;PWNED\\u0007"
feeds = ["binance:ETHUSDT"]
[[instruments]]
id = "crypto:ETH"
feeds = ["binance:ETHUSDT"]
[[jobs]]
id = "crypto-prices"
interval = "-30s"
[[jobs]]
id = "stock-prices"
interval = -30
kind = "pol"
[nets]
proxy = "none"
"""

EXPECTED = """\
1: log_level: "loud" is not one of
2: colour: unknown key
3: theme: "midnigt" is not one of * (did you mean "midnight"?)
5: server.port: 70000 is not a port
6: server.hots: unknown key (did you mean "host"?)
7: server.name: 5 is not text
8: server.max_clients: -1 is not between
10: storage.tick_retention: "-5m" is not a duration
11: storage.tick_max_size: 5 is not a size
12: sources.binanse: unknown key (did you mean "binance"?)
15: sources.binance.enabled: "yes" is not true or false
16: sources.binance.ws_url: is not a URL
17: sources.binance.trades: "all" is not one of
18: sources.binance.api_keys: unknown key
20: sources.coingecko.api_keys: is not a reference
22: instruments[0].id: "crypto/BTC" is not class:SYMBOL
23: instruments[0].feeds: "binanse" is an unknown source * (did you mean "binance"?)
25: instruments[1].id: class "kripto" is not one of * (did you mean "crypto"?)
26: instruments[1].feeds: names no feed
28: instruments[2].nmae: unknown key (did you mean "name"?)
27: instruments[2].id: is missing
27: instruments[2].feeds: is missing
31: instruments[3].name: holds control characters
34: instruments[4].id: "crypto:ETH" is already defined on line 30
38: jobs[0].interval: "-30s" is not a duration
41: jobs[1].interval: -30 is not a duration
42: jobs[1].kind: "pol" is not one of * (did you mean "poll"?)
43: nets: unknown key (did you mean "net"?)
"""


def refused(home: Path, config: Path, *command: str, **environment: str) -> list[str]:
    """What the program says on stderr when it refuses; that it left nothing behind is checked, too."""
    before = set(home.rglob("*"))
    ended = subprocess.run(
        [*RTP_TUI, *command, "--config", str(config)],
        env={**clean_environment(home), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (BAD_CONFIGURATION, b""), ended.stderr
    assert b"Traceback" not in ended.stderr
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", ended.stderr)
    assert b"hunter2" not in ended.stderr
    assert set(home.rglob("*")) == before
    return ended.stderr.decode().splitlines()


def says(line: str, config: Path, expected: str) -> bool:
    beginning, _, end = expected.partition(" * ")
    return line.startswith(f"{config}:{beginning}") and line.endswith(end)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_mistake_is_told_at_once_with_its_line_its_key_and_what_was_meant(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    config = tmp_path / "bad.toml"
    config.write_text(MISTAKES)

    told = refused(tmp_path, config, *command)

    missing = [one for one in EXPECTED.splitlines() if not any(says(line, config, one) for line in told)]
    assert missing == []
    assert len(told) == len(EXPECTED.splitlines()), told


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", 1, "binary"),
        (b"[server]\nport = 1\nname = \"\x00\"\n", 3, "binary"),
        (b"# fine\nname = \"\xff\xfe\"\n", 2, "UTF-8"),
        ("[server]\n".encode("utf-16"), 1, "UTF-16"),
        (random.Random(1).randbytes(16) + b"\x00", None, ""),
        (b"[server\nport = 1\n", 1, "TOML"),
        (b"[server]\nport = \n", 2, "TOML"),
        (b"[server]\nport = 1\nport = 2\n", 3, "TOML"),
        (b"[server]\n[server]\n", 2, "TOML"),
        (b"a = 1\n\x1b]0;PWNED\x07\n", 2, "TOML"),
        (b"a = '''never ends\n\n\n", None, "TOML"),
        (b"a = " + b"[" * 100_000, None, ""),
        (b"{\"server\": {\"port\": 1}}", 1, "TOML"),
        (b"server:\n  port: 1\n", 1, "TOML"),
        (b"#" * 5_000_000, None, "larger"),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[2]], ids=" ".join)
def test_what_is_no_toml_is_told_with_its_line(
    command: tuple[str, ...], content: bytes, line: int | None, words: str, tmp_path: Path
) -> None:
    config = tmp_path / "bad.toml"
    config.write_bytes(content)

    (told,) = refused(tmp_path, config, *command)

    assert told.startswith(f"{config}:" if line is None else f"{config}:{line}:")
    assert words in told


def test_a_named_file_that_is_not_there_or_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    assert "no such file" in refused(tmp_path, tmp_path / "absent.toml", "--serve")[0]
    assert "cannot be read" in refused(tmp_path, tmp_path / "directory", "--serve")[0]


@pytest.mark.parametrize(
    "content",
    ["server = 5", "[[server]]", "instruments = 5", "[instruments]", "instruments = [1, 'x', []]", "sources = []",
     "[sources]\nbinance = true", "jobs = {}", "[markets]\nx = 1", "port = 70000", "[server]\nport = 1e999",
     "[server]\nport = nan", "[server]\nport = 0x7fffffffffffffff", "[server]\nport = 1979-05-27", "[server]\nport = true",
     "[server]\nhost = ''", "[server]\nhost = '\\u202e'", "[server]\nname = \"\\u202eevil\"", "data_dir = 5",
     "[storage]\ntick_max_size = '0GB'", "[storage]\ntick_retention = '99999999999999y'", '"\\u001b[31m" = 1', '"" = 1',
     "[[instruments]]\nid = 'crypto:BTC'\nfeeds = ['binance:A B']", "[[instruments]]\nid = 'crypto:[red]'\nfeeds=['binance:A']",
     "[[instruments]]\nid = 'crypto:../../etc'\nfeeds = ['binance:A']", "[[instruments]]\nid = \"crypto:'; DROP\"\nfeeds = []"],
)  # fmt: skip
def test_whatever_stands_where_something_else_belongs_is_told_and_is_no_crash(
    content: str, tmp_path: Path
) -> None:
    config = tmp_path / "bad.toml"
    config.write_text(content)

    assert all(line.startswith(f"{config}:") for line in refused(tmp_path, config, "config", "check"))


def test_mistakes_of_the_environment_and_of_flags_are_told_together_with_the_files(tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("[server]\nport = 70000\n")

    told = refused(
        tmp_path,
        config,
        "--serve",
        "--theme",
        "midnigth",
        RTP_STORAGE__TICK_RETENTION="soon",
        RTP_SERVER__PROT="1",
    )

    assert len(told) == 4, told
    assert told[0].startswith(f"{config}:2: server.port: 70000")
    assert any("RTP_STORAGE__TICK_RETENTION" in line for line in told)
    assert any("RTP_SERVER__PROT" in line and 'did you mean "port"' in line for line in told)
    assert any("--theme" in line for line in told)


def test_what_settings_must_be_to_each_other_is_told_together_with_what_each_must_be(tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text('[server]\nhost = "0.0.0.0"\ntls_key = "key.pem"\n[storage]\ntick_retention = "-5m"\n')

    told = refused(tmp_path, config, "--serve")

    assert [line.partition(":")[2].split(":")[0] for line in sorted(told)] == ["2", "3", "5"]
