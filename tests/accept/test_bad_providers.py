"""Providers that answer badly, and jobs that cannot be: said clearly, bounded, and never the end of the engine."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accept.bad_provider import KINDS, bad_provider
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.accept.terminal import cpu_s
from tests.accept.venues import JOBS, POLICY, SOL, instruments, sources, write_configuration

pytestmark = pytest.mark.accept

HOUR_MS, FREEZE_CAP_MS = 3_600_000, 3 * 86_400_000
SAID = {
    "html": "did not answer what it documents",
    "empty": "did not answer what it documents",
    "patience": "429",
    "nonsense": "429",
    "endless": "answered more than",
    "silent": " 2 s",
}
"""What is said of each kind of trouble; of an answer without any price nothing is but that it is not heard."""
BAD_JOBS = {
    'id = "bad-cron"\nkind = "health"\ncron = "61 * * * *"': "jobs[0].cron",
    'id = "zero"\nkind = "health"\ninterval = "0s"': "jobs[0].interval",
    'id = "unknown"\nkind = "nope"\ninterval = "1m"': "jobs[0].kind",
    'id = "long"\nkind = "health"\ninterval = "10s"\ntimeout = "1m"': "jobs[0]: timeout",
    'id = "twice"\nkind = "health"\ninterval = "1m"\n[[jobs]]\nid = "twice"\nkind = "health"\ninterval = "2m"': "jobs[1].id",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with bad_provider() as found:
        yield found


def job(engine: Running, id_: str) -> Any:
    return engine.get(f"/jobs/{id_}").json()


def configured(home: Path, port: int, kind: str, policy: str = POLICY) -> tuple[str, ...]:
    """The arguments of an engine that is priced by a provider with this kind of trouble."""
    urls = {"coingecko": f'rest_url = "http://127.0.0.1:{port}/{kind}"\n'}
    path = write_configuration(home / "config.toml", sources(urls), policy, instruments((SOL,)), JOBS)
    return ("--serve", "--port", "0", "--config", str(path), "--data-dir", str(home / "d"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_answers_badly_is_a_failed_job_and_no_more(
    tmp_path: Path, port: int, kind: str
) -> None:
    with served(tmp_path, *configured(tmp_path, port, kind)) as engine:
        wait_for(lambda: job(engine, "crypto-prices")["runs"] >= 1)
        feeds = engine.get("/feeds").json()["feeds"]
        (breaker,) = engine.get("/breakers").json()["breakers"]
        (quote,) = engine.get("/market/latest").json()["quotes"]
        last_error = breaker["last_error"] or job(engine, "crypto-prices")["last_error"] or ""

        assert SAID.get(kind, "") in last_error
        assert "<" not in last_error
        assert quote["freshness"] == "unknown"
        assert feeds[0]["state"] == ("polling" if kind == "nothing" else "reconnecting")
        if kind == "patience":
            assert (breaker["state"], breaker["time_to_probe_ms"] <= FREEZE_CAP_MS) == ("open", True)
            assert breaker["time_to_probe_ms"] > HOUR_MS - 60_000
        assert engine.process.poll() is None
        assert "Traceback" not in engine.said
        assert cpu_s(engine.process.pid) < 10
        assert engine.end() == 0


@pytest.mark.parametrize(
    ("table", "field"), BAD_JOBS.items(), ids=lambda text: text.split('"')[1] if '"' in text else ""
)
def test_a_configuration_with_a_job_that_cannot_be_is_listed_by_its_field(
    tmp_path: Path, table: str, field: str
) -> None:
    path = write_configuration(tmp_path / "config.toml", f"[[jobs]]\n{table}\n")
    for command in (("config", "check"), ("--serve",)):
        refused = subprocess.run(
            [*RTP_TUI, *command, "--config", str(path), "--data-dir", str(tmp_path / "d")],
            env=clean_environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert refused.returncode == 78, refused
        assert field in refused.stdout + refused.stderr
