"""`rtp-tui db`: the history file, while an engine runs or not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options, loaded
from rtp_tui.clock import SystemClock
from rtp_tui.storage.backup import PREFIX, SUFFIX, back_up, check_whole, copy_companions, restore
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.lock import DataDirectory, DirectoryInUse
from rtp_tui.storage.migrate import shipped_migrations
from rtp_tui.storage.opening import in_words, open_reader
from rtp_tui.text import byte_text, safe

_LONGEST_PATH = 1_024


class _Place:
    """Where the history of a configuration is."""

    def __init__(self, options: GlobalOptions) -> None:
        found = loaded(options)
        settings = found.settings
        self.data_dir = Path(settings.data_dir)
        self.configuration = found.file
        self.history = Path(settings.storage.path) if settings.storage.path else self.data_dir / "history.db"

    def require(self) -> None:
        """Raises CommandFailed where there is no history."""
        if not self.history.is_file():
            raise CommandFailed(f"there is no history file at {_shown(self.history)}")


@click.group()
@global_options()
def db() -> None:
    """Check, back up, restore and shrink the history file."""


@db.command()
@global_options()
@click.pass_obj
def check(options: GlobalOptions) -> int:
    """Read the whole history file; exit code 1 where it is damaged. An engine may go on meanwhile."""
    place = _Place(options)
    place.require()
    with _told(place.history):
        check_whole(place.history)
        with closing(open_reader(place.history)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            lines = list(_contents(connection))
    click.echo(
        f"{_shown(place.history)}: sound, {byte_text(place.history.stat().st_size)}, version {version}"
    )
    for line in lines:
        click.echo(f"  {line}")
    newest = shipped_migrations()[-1].version
    if version > newest:
        raise CommandFailed(f"it is newer than this program, which knows version {newest}")
    return exit_codes.OK


@db.command()
@global_options()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def backup(options: GlobalOptions, folder: Path | None) -> int:
    """Copy the history, what was changed while running and the configuration to FOLDER. An engine may go on meanwhile."""
    place = _Place(options)
    place.require()
    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, tz=UTC)
    folder = place.data_dir / "backups" if folder is None else folder
    target = folder / f"{PREFIX}{now:%Y%m%d-%H%M%S}{SUFFIX}"
    if target.exists():
        raise CommandFailed(f"{_shown(target)} exists already", exit_codes.CANNOT_CREATE)
    with _told(place.history, target):
        with closing(open_reader(place.history)) as connection:
            size = back_up(target, connection)
        copy_companions(target, place.data_dir, place.configuration)
    click.echo(f"{_shown(target)}: {byte_text(size)}")
    return exit_codes.OK


@db.command("restore")
@global_options()
@click.argument("backup_file", metavar="BACKUP", type=click.Path(path_type=Path))
@click.pass_obj
def put_back(options: GlobalOptions, backup_file: Path) -> int:
    """Put a backup in the place of the history; what was there is kept under another name. No engine may run."""
    place = _Place(options)
    if not backup_file.is_file():
        raise CommandFailed(f"there is no backup at {_shown(backup_file)}")
    with _alone(place.data_dir), _told(backup_file, place.history):
        kept = restore(backup_file, place.history, place.data_dir, SystemClock().now_ms())
    for path in kept:
        click.echo(f"kept as {_shown(path)}", err=True)
    click.echo(f"{_shown(place.history)}: restored from {_shown(backup_file)}")
    return exit_codes.OK


@db.command()
@global_options()
@click.pass_obj
def vacuum(options: GlobalOptions) -> int:
    """Give unused room in the history file back to the disk. No engine may run."""
    place = _Place(options)
    place.require()
    before = place.history.stat().st_size
    with _alone(place.data_dir), _told(place.history):
        check_whole(place.history)
        with closing(sqlite3.connect(place.history, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    after = place.history.stat().st_size
    click.echo(f"{_shown(place.history)}: {byte_text(before)} before, {byte_text(after)} now")
    return exit_codes.OK


def _contents(connection: sqlite3.Connection) -> Iterator[str]:
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    for (table,) in tables:
        (count,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - its own name
        yield f"{table}: {count:,} rows"


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Nobody else works on the directory. Raises CommandFailed where somebody does."""
    try:
        with DataDirectory(data_dir).locked():
            yield
    except DirectoryInUse as error:
        raise CommandFailed(f"{error}: end it first, rtp-tui stop --server", exit_codes.IN_USE) from None
    except StoreUnusable as error:
        raise CommandFailed(str(error), exit_codes.CANNOT_CREATE) from None


@contextmanager
def _told(path: Path, written: Path | None = None) -> Iterator[None]:
    """What goes wrong with files, in words. Raises CommandFailed."""
    try:
        yield
    except sqlite3.Error as error:
        raise CommandFailed(safe(in_words(error, path), _LONGEST_PATH)) from None
    except OSError as error:
        where = _shown(Path(error.filename or written or path))
        raise CommandFailed(f"{where}: {error.strerror}", exit_codes.CANNOT_WRITE) from None


def _shown(path: Path) -> str:
    return safe(str(path), _LONGEST_PATH)
