"""Which engine follows the one that runs."""

import pytest

from rtp_tui.cli.succession import Succession
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.settings import Settings
from rtp_tui.model.errors import Failed
from rtp_tui.server.settings import ServerSettings

FIRST = Settings(data_dir="first", server=ServerSettings(port=0))
CHANGED = Settings(data_dir="changed", theme="paper", server=ServerSettings(port=9))


class Engine:
    """Counts how often it is stopped."""

    def __init__(self) -> None:
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def succession() -> Succession:
    return Succession(FIRST, lambda: CHANGED)


def refuse() -> Settings:
    raise ConfigurationInvalid(())


def test_one_engine_runs_and_none_follows(succession: Succession) -> None:
    assert succession.take() is FIRST
    assert succession.take() is None


def test_a_hangup_stops_the_engine_and_the_next_keeps_directory_and_port(succession: Succession) -> None:
    engine = Engine()
    succession.take()
    succession.begun(engine.stop)
    succession.note_port("http://127.0.0.1:4711")
    succession.on_hangup()
    following = succession.take()
    assert engine.stops == 1
    assert following is not None
    assert (following.theme, following.data_dir, following.server.port) == ("paper", "first", 4711)


def test_a_hangup_between_two_engines_stops_the_second_for_a_third(succession: Succession) -> None:
    engine = Engine()
    succession.take()
    succession.on_hangup()
    succession.begun(engine.stop)
    assert engine.stops == 1
    assert succession.take() is not None


async def test_an_end_between_two_engines_stops_the_second_for_good(succession: Succession) -> None:
    engine = Engine()
    succession.take()
    succession.on_hangup()
    succession.take()
    succession.end(130)
    succession.begun(engine.stop)
    assert (engine.stops, succession.take(), succession.exit_code) == (1, None, 130)


async def test_a_hangup_after_the_end_revives_nothing(succession: Succession) -> None:
    succession.take()
    succession.end(0)
    succession.on_hangup()
    assert succession.take() is None


async def test_a_configuration_that_cannot_be_used_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    succession, engine = Succession(FIRST, refuse), Engine()
    succession.take()
    succession.begun(engine.stop)
    with pytest.raises(Failed, match="kept as it was"):
        await succession.reload()
    succession.on_hangup()
    assert "kept as it was" in capsys.readouterr().err
    assert (engine.stops, succession.take()) == (0, None)
