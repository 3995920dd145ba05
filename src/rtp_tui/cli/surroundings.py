"""What can be looked at where no engine answers: the data directory, its disk, secrets, files, the port."""

import fcntl
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from rtp_tui.cli.verification import Check, Disk, Level, disk_checks
from rtp_tui.config.settings import Settings
from rtp_tui.sources.contract import AccessDenied
from rtp_tui.sources.secrets import Secrets
from rtp_tui.storage.lock import LOCK_NAME

HISTORY_NAME = "history.db"
BUSY_S = 0.3
"""A lock that somebody else holds on the history for longer is told."""


def local_checks(settings: Settings, environment: Mapping[str, str]) -> Iterator[Check]:
    """Every check of this machine; nothing is changed by them, and each bounded in time."""
    directory = Path(settings.data_dir)
    process = engine_of(directory)
    yield _directory(directory, process)
    yield from disk_checks(_disk(directory))
    yield from _history(Path(settings.storage.path or directory / HISTORY_NAME))
    yield from _secrets(settings, environment)
    yield from _files(settings)
    if settings.features.server and process is None:
        yield from _port(settings)


def engine_of(directory: Path) -> int | None:
    """The process that works on a data directory; 0 where it does not say which, None where none does."""
    try:
        with (directory / LOCK_NAME).open() as lock_file:
            try:
                fcntl.flock(lock_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                told = lock_file.read(32).strip()
                return int(told) if told.isdigit() else 0
    except OSError:
        return None
    return None


def _directory(directory: Path, process: int | None) -> Check:
    name = "data directory"
    if process is not None:
        who = f"process {process}" if process else "another process"
        advice = "wait a little, look at its log; rtp-tui stop, or end that process, if it hangs"
        return Check(name, Level.FAILURE, f"{who} works on {directory} and does not answer", advice)
    there = next(one for one in (directory, *directory.parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return Check(name, Level.FAILURE, f"{there} cannot be written", "make it writable, or set data_dir")
    return Check(name, Level.OK, f"{directory}, on which nobody works")


def _disk(directory: Path) -> Disk | None:
    for one in (directory, *directory.parents):
        try:
            usage = shutil.disk_usage(one)
        except OSError:
            continue
        return Disk(usage.free, usage.total)
    return None


def _history(path: Path) -> Iterator[Check]:
    if not path.exists():
        yield Check("history", Level.OK, f"{path} will be begun")
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_S)) as history:
            history.execute("BEGIN IMMEDIATE")
            tables = history.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            history.execute("ROLLBACK")
        yield Check("history", Level.OK, f"{path} can be read and written, {tables} tables")
    except sqlite3.Error as error:
        yield Check("history", Level.FAILURE, f"{path}: {error}", _history_advice(str(error)))


def _history_advice(error: str) -> str:
    if "locked" in error:
        return "end the program that keeps it locked"
    if "not a database" in error or "malformed" in error:
        return "start the engine: it sets the damaged file aside and saves what it can"
    return "look at its disk and its permissions"


def _secrets(settings: Settings, environment: Mapping[str, str]) -> Iterator[Check]:
    """References that hold no secret, of sources that are to be used; secrets themselves are never told."""
    used = {feed.partition(":")[0] for one in settings.instruments for feed in one.feeds}
    secrets, count = Secrets(environment), 0
    for provider, reference in _references(settings):
        if provider not in used:
            continue
        count += 1
        try:
            secrets.reveal(reference)
        except AccessDenied as error:
            yield Check(f"secret of {provider}", Level.FAILURE, str(error), _secret_advice(reference))
    yield Check("secrets", Level.OK, f"{count} looked for")


def _references(settings: Settings) -> Iterator[tuple[str, str]]:
    for provider in settings.sources.__struct_fields__:
        source = getattr(settings.sources, provider)
        if not getattr(source, "enabled", True):
            continue
        named = [getattr(source, name, "") for name in ("client_id", "api_token")]
        for reference in (*getattr(source, "api_keys", ()), *named):
            if reference:
                yield provider, reference


def _secret_advice(reference: str) -> str:
    kind, _, place = reference.partition(":")
    if kind == "env":
        return f"set {place} in the environment of the engine"
    if kind == "file":
        return f"write the secret into {place}, and let the engine's user read it (mode 0600)"
    return "put the secret there, or name another place in the configuration"


def _files(settings: Settings) -> Iterator[Check]:
    """Files that the server needs."""
    for name in ("token_file", "tls_certificate", "tls_key"):
        path = getattr(settings.server, name)
        if path and not os.access(path, os.R_OK):
            yield Check(
                f"server.{name}", Level.FAILURE, f"{path} cannot be read", "mend its path or its mode"
            )


def _port(settings: Settings) -> Iterator[Check]:
    """Whether a server could listen where it is to, no engine of this directory being there."""
    host, port = settings.server.host, settings.server.port
    if not port:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            advice = "end what listens there, or set server.port"
            yield Check("port", Level.FAILURE, f"{host}:{port}: {error.strerror}", advice)
            return
    yield Check("port", Level.OK, f"{host}:{port} is free")
