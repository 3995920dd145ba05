"""A ready-made desk as its user runs it, a served engine of its own, with the simulated world in the place of the real one."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import asdict

from rtp_tui.config.desks import desk
from rtp_tui.config.symbol_lists import rows_of
from rtp_tui.simulator.dhan_shares import SEGMENT, SHARES
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from tests.accept.running import RTP_TUI, Running, clean_environment

_MARKET = re.compile(r'^market = "\w+"', re.MULTILINE)
_KEYS = {
    "COINGECKO_API_KEY": "",
    "ALPHA_VANTAGE_API_KEY": "a-key",
    "TWELVEDATA_API_KEY_1": "a-key",
    "DHAN_CLIENT_ID": "a-client",
    "DHAN_API_TOKEN": "a-token",
}


def security_ids() -> dict[str, int]:
    """A number of the simulated broker for each share of the desk: the real one where it has that share."""
    named = {share.symbol: share.id for share in SHARES}
    symbols = [row["symbol"] for row in rows_of("nse500.txt")]
    free = iter([share.id for share in SHARES if share.symbol not in symbols])
    return {symbol: named.get(symbol) or next(free) for symbol in symbols}


@contextmanager
def desk_engine(
    name: str, folder: Path, port: int, *, dhan_url: str | None = None, set_by: dict[str, str] | None = None
) -> Iterator[Running]:
    """The engine of a desk, all of its markets open, while the block runs.

    `dhan_url` is where the broker is found, if not at the exchange's own port; `set_by` are further variables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.toml"
    file.write_text(_MARKET.sub('market = "24x7"', desk(name).text))
    ids = folder / "ids.csv"
    rows = (f"{symbol},{SEGMENT},{number}\n" for symbol, number in security_ids().items())
    ids.write_text("symbol,segment,security_id\n" + "".join(rows))
    environment = {
        **clean_environment(folder),
        **_KEYS,
        **_addresses(f"127.0.0.1:{port}"),
        "RTP_SOURCES__DHAN__SECURITY_IDS_FILE": str(ids),
        **(set_by or {}),
    }
    if dhan_url is not None:
        environment["RTP_SOURCES__DHAN__REST_URL"] = f"{dhan_url}/dhan"
        environment["RTP_SOURCES__DHAN__WS_URL"] = f"{dhan_url.replace('http', 'ws', 1)}/dhan"
    arguments = ("--serve", "--port", "0", "--config", str(file), "--data-dir", str(folder / "d"))
    log = folder / "stderr.txt"
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [*RTP_TUI, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        running = Running(process, log)
        try:
            running.wait_until_listening(30)
            yield running
        finally:
            if process.poll() is None:
                process.kill()


def _addresses(place: str) -> dict[str, str]:
    """Every provider's addresses as variables that set them; a provider with an address alone is simulated."""
    settings = simulated_venues(SourceSettings(), f"ws://{place}", f"http://{place}")
    real = SourceSettings()
    return {
        f"RTP_SOURCES__{provider.upper()}__{key.upper()}": value
        for provider in settings.__struct_fields__
        for key, value in asdict(getattr(settings, provider)).items()
        if key.endswith("_url") and value != getattr(getattr(real, provider), key)
    }
