"""What is shipped to deploy with: a unit that systemd takes, and a container file that fits the program."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.accept.running import PATIENCE_S, RTP_TUI, clean_environment, served, wait_for
from tests.accept.without_executable_memory import ABSENT

pytestmark = pytest.mark.accept

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "rtp-tui.service"
CONTAINER = ROOT / "deploy" / "Containerfile"
INSTALLED = "/opt/rtp-tui/bin/rtp-tui"
MOST_EXPOSED = 20
"""Of 100; what has no network at all comes to about 5."""


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is absent")
    return found


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace(INSTALLED, f"{sys.executable} -m rtp_tui"))
    return path


def instructions() -> list[tuple[str, str]]:
    """Those of the container file, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", CONTAINER.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def last(name: str) -> str:
    return [value for instruction, value in instructions() if instruction == name][-1]


def test_systemd_takes_the_unit_without_a_word(analyze: str, unit: Path) -> None:
    checked = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_unit_is_exposed_to_little(analyze: str, unit: Path) -> None:
    judged = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


def test_the_program_runs_where_no_memory_becomes_executable(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.accept.without_executable_memory", *RTP_TUI]
    log = tmp_path / "stderr.txt"
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [*command, "--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d")],
            env=clean_environment(tmp_path),
            stderr=stderr,
        ) as process,
    ):
        try:
            wait_for(lambda: process.poll() is not None or "health: healthy" in log.read_text())
            if process.poll() == ABSENT:
                pytest.skip("this kernel cannot refuse executable memory")
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def test_the_container_runs_as_nobody_in_particular_and_ends_as_it_should() -> None:
    assert int(last("USER")) > 0
    assert last("STOPSIGNAL") == "SIGTERM"
    assert last("VOLUME") == '["/data"]'
    assert (last("ENTRYPOINT"), last("CMD")) == ('["rtp-tui"]', '["--serve"]')
    assert "PYTHONUNBUFFERED=1" in last("ENV")
    assert [name for name, _ in instructions()].count("FROM") == 2


def test_the_container_is_built_of_what_the_wheel_is_made_of() -> None:
    copied = [source for name, value in instructions() if name == "COPY" for source in value.split()[:-1]]
    sources = {source.removeprefix("./") for source in copied if not source.startswith(("-", "/"))}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    assert needed | set(wheel["force-include"]) | {"src"} <= sources


def test_the_containers_health_check_tells_an_engine_that_answers_from_none(tmp_path: Path) -> None:
    program = re.search(r'CMD \["python", "-c", "(.*)"\]$', last("HEALTHCHECK"))
    assert program is not None

    def check() -> int:
        here = program[1].replace("/data/", f"{tmp_path}/d/")
        return subprocess.run(
            [sys.executable, "-c", here], capture_output=True, timeout=PATIENCE_S, check=False
        ).returncode

    assert check() != 0
    with served(
        tmp_path / "home", "--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d")
    ) as engine:
        assert check() == 0
        engine.process.kill()
        engine.process.wait()
        assert check() != 0
