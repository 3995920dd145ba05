"""The interface keeps what its description promises, whatever is sent to it."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.accept.running import served

pytestmark = pytest.mark.accept

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
ENDS_OR_REPLACES_THE_ENGINE = ("/stop", "/reload", "/api/command", "/drill/{fault}")
EXAMPLES = int(os.environ.get("RTP_OPENAPI_EXAMPLES", "5"))
"""Of each operation, beside those that its description leads to by itself."""


@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed (extra dev)")
def test_what_is_generated_from_the_description_meets_no_fault_and_nothing_undescribed(
    tmp_path: Path,
) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0") as running:
        tried = subprocess.run(
            [*command(running.url), *excluded()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=1_800,
            check=False,
        )
        still_there = running.get("/livez").status_code
    assert tried.returncode == 0, tried.stdout[-10_000:] + tried.stderr[-2_000:]
    assert "passed" in tried.stdout
    assert still_there == 200
    assert "Traceback" not in running.said


def command(url: str) -> list[str]:
    """Try everything at `url`, in the same way each time."""
    return [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json",
        "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
        "--generation-deterministic", "--continue-on-failure",
        "--warnings", "off", "--no-color",
    ]  # fmt: skip


def excluded() -> list[str]:
    """What would end the server under test."""
    return [word for path in ENDS_OR_REPLACES_THE_ENGINE for word in ("--exclude-path", path)]
