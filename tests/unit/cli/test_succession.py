"""Which engine follows the one that runs."""

import pytest
from msgspec.structs import replace

from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.service import Service
from rtp_tui.cli.succession import Succession
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.settings import Settings
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.errors import Failed
from rtp_tui.server.settings import ServerSettings
from rtp_tui.storage.contract import StorageSettings
from tests.fakes import FakeClock
from tests.heard import Heard

FIRST = Settings(data_dir="first", server=ServerSettings(port=0))
CHANGED = Settings(
    data_dir="changed",
    read_only=True,
    server=ServerSettings(port=9),
    storage=StorageSettings(path="elsewhere.db", bar_retention_ms=1),
)
LOUDER = replace(FIRST, log_level="debug", theme="paper")


class Engine:
    """Counts how often it is stopped, and how often it read its files again."""

    def __init__(self) -> None:
        self.stops = 0
        self.rereads = 0
        self.adopted: list[Settings] = []

    def stop(self) -> None:
        self.stops += 1

    def reread(self) -> None:
        self.rereads += 1


class Process:
    """What outlives engines: a service manager that listens, and a log."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.logs: list[Settings] = []
        self.found = FIRST
        """What the configuration says when it is read again."""

    def succession(self) -> Succession:
        service = Service(self.heard, FakeClock(), None)
        return Succession(FIRST, lambda: self.found, service, self.logs.append)

    def begun(self, succession: Succession) -> Engine:
        """The next engine, running."""
        engine = Engine()
        assert succession.take() is not None
        succession.begun(engine.stop, engine.reread, engine.adopted.append)
        return engine


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def succession(process: Process) -> Succession:
    return process.succession()


def refuse() -> Settings:
    raise ConfigurationInvalid(())


def test_one_engine_runs_and_none_follows(succession: Succession) -> None:
    assert succession.take() is FIRST
    assert succession.take() is None


def test_a_hangup_stops_the_engine_and_the_next_keeps_directory_file_and_port(
    process: Process, succession: Succession, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = process.begun(succession)
    succession.note_port("http://127.0.0.1:4711")
    process.found = CHANGED
    succession.on_hangup()
    following = succession.take()
    assert engine.stops == 1
    assert following is not None
    assert (following.read_only, following.storage.bar_retention_ms) == (True, 1)
    assert (following.data_dir, following.storage.path, following.server.port) == ("first", "", 4711)
    said = capsys.readouterr().err
    for key in ("server.port", "storage.path", "data_dir"):
        assert f"{key} takes effect when the process is started again" in said


async def test_when_nothing_changed_the_engine_goes_on_and_reads_its_files_again(
    process: Process, succession: Succession
) -> None:
    engine = process.begun(succession)
    succession.note_port("http://127.0.0.1:4711")
    done = await succession.reload()
    assert done.message == "nothing changed; tokens and certificate are read again"
    assert (engine.stops, engine.rereads, succession.take()) == (0, 1, None)


async def test_another_way_of_logging_needs_no_other_engine(process: Process, succession: Succession) -> None:
    engine = process.begun(succession)
    process.found = LOUDER
    done = await succession.reload()
    assert "the log is written as configured now" in done.message
    assert process.logs[-1].log_level == "debug"
    assert (engine.stops, engine.rereads) == (0, 1)
    assert succession.up_to_date(replace(FIRST, demo=True)) == replace(LOUDER, demo=True)
    assert (await succession.reload()).message.startswith("nothing changed")


async def test_other_rules_of_alerts_are_taken_over_by_the_engine_that_runs(
    process: Process, succession: Succession
) -> None:
    engine = process.begun(succession)
    process.found = replace(FIRST, alert_rules=(AlertRule(id="memory", condition="memory > 1 GB"),))
    done = await succession.reload()
    assert done.message.startswith("alerts go by 1 configured rule now; ")
    assert (engine.stops, engine.adopted) == (0, [process.found])
    assert succession.up_to_date(FIRST) == process.found


async def test_files_that_cannot_be_used_are_said_and_the_old_kept(
    process: Process, succession: Succession
) -> None:
    engine = process.begun(succession)

    def fail() -> None:
        raise Failed("no such file")

    succession.begun(engine.stop, fail)
    with pytest.raises(Failed, match="tokens and certificate are kept as they were: no such file"):
        await succession.reload()
    assert (engine.stops, succession.take()) == (0, None)


async def test_a_log_that_cannot_be_written_keeps_the_configuration(process: Process) -> None:
    def fail(settings: Settings) -> None:
        raise CommandFailed("x.log: Permission denied")

    succession = Succession(FIRST, lambda: CHANGED, Service(process.heard, FakeClock(), None), fail)
    engine = process.begun(succession)
    with pytest.raises(Failed, match=r"kept as it was: x\.log"):
        await succession.reload()
    assert (engine.stops, succession.take()) == (0, None)


def test_a_hangup_between_two_engines_stops_the_second_for_a_third(
    process: Process, succession: Succession
) -> None:
    succession.take()
    process.found = CHANGED
    succession.on_hangup()
    engine = Engine()
    succession.begun(engine.stop, engine.reread)
    assert engine.stops == 1
    assert succession.take() is not None


def test_a_change_that_is_taken_back_before_the_next_engine_begins_is_not_lost(
    process: Process, succession: Succession
) -> None:
    process.begun(succession)
    process.found = CHANGED
    succession.on_hangup()
    process.found = FIRST
    succession.on_hangup()
    assert succession.take() == FIRST


async def test_an_end_between_two_engines_stops_the_second_for_good(
    process: Process, succession: Succession
) -> None:
    succession.take()
    process.found = CHANGED
    succession.on_hangup()
    succession.take()
    succession.end(130)
    engine = Engine()
    succession.begun(engine.stop, engine.reread)
    assert (engine.stops, succession.take(), succession.exit_code) == (1, None, 130)
    assert process.heard.messages[-1].startswith("STOPPING=1")


async def test_a_hangup_after_the_end_revives_nothing(process: Process, succession: Succession) -> None:
    succession.take()
    succession.end(0)
    process.found = CHANGED
    succession.on_hangup()
    assert succession.take() is None


async def test_a_configuration_that_cannot_be_used_stops_nothing(
    process: Process, capsys: pytest.CaptureFixture[str]
) -> None:
    succession = Succession(FIRST, refuse, Service(process.heard, FakeClock(), None), process.logs.append)
    engine = process.begun(succession)
    with pytest.raises(Failed, match="kept as it was"):
        await succession.reload()
    succession.on_hangup()
    assert "kept as it was" in capsys.readouterr().err
    assert (engine.stops, succession.take(), process.logs) == (0, None, [])
    assert process.heard.messages[-2].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert process.heard.messages[-1].startswith("READY=1\nSTATUS=the configuration is kept")


def test_an_engine_that_cannot_begin_is_followed_by_the_one_before(
    process: Process, succession: Succession, capsys: pytest.CaptureFixture[str]
) -> None:
    process.begun(succession)
    process.found = CHANGED
    succession.on_hangup()
    assert succession.take() != FIRST
    assert succession.falls_back(OSError("no tokens there"))
    assert succession.take() == FIRST
    assert "no tokens there" in capsys.readouterr().err
    assert not succession.falls_back(OSError("again"))


def test_the_first_engine_has_none_to_fall_back_to(succession: Succession) -> None:
    succession.take()
    assert not succession.falls_back(OSError("no tokens there"))
