"""Settings from environment variables."""

import pytest

from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.load import LoadedSettings, SettingsSources, load_settings


def load(**environment: str) -> LoadedSettings:
    return load_settings(SettingsSources(environment=environment, user_file=False))


def test_text_is_read_as_the_type_of_its_key() -> None:
    settings = load(
        RTP_SERVER__PORT="9000",
        RTP_SERVER__ENABLED="yes",
        RTP_SERVER__ALLOWED_HOSTS="a.example, b.example",
        RTP_SERVER__ALLOWED_ORIGINS='["https://c.example"]',
        RTP_STORAGE__TICK_RETENTION="2h",
        RTP_MARKETS__X__FACTOR_CLOSED="2",
        RTP_THEME="daylight",
        RTP_INSTRUMENTS='[{id = "crypto:BTC", feeds = ["okx:BTC-USDT"]}]',
    ).settings

    assert (settings.server.port, settings.server.enabled) == (9000, True)
    assert settings.server.allowed_hosts == ("a.example", "b.example")
    assert settings.server.allowed_origins == ("https://c.example",)
    assert settings.storage.tick_retention_ms == 7_200_000
    assert settings.markets["x"].factor_closed == 2.0
    assert settings.theme == "daylight"
    assert [i.id for i in settings.instruments] == ["crypto:BTC"]


def test_familiar_names_set_their_keys() -> None:
    settings = load(
        WS_PORT="9001",
        LOG_LEVEL="DEBUG",
        ENABLE_JOB_SCHEDULER="false",
        ENABLE_WEBSOCKET_SERVER="0",
        ENABLE_MARKET_HOURS_ADAPTATION="no",
    ).settings

    assert (settings.server.port, settings.log_level) == (9001, "debug")
    assert not settings.features.scheduler
    assert not settings.features.server
    assert not settings.features.market_hours_adaptation


def test_our_own_name_comes_before_a_familiar_one() -> None:
    assert load(WS_PORT="1", RTP_SERVER__PORT="2").settings.server.port == 2


def test_secrets_are_referred_to_and_stay_where_they_are() -> None:
    loaded = load(TWELVEDATA_API_KEY_1="hunter1", TWELVEDATA_API_KEY_3="hunter3", DHAN_API_TOKEN="hunter4")

    assert loaded.settings.sources.twelvedata.api_keys == (
        "env:TWELVEDATA_API_KEY_1",
        "env:TWELVEDATA_API_KEY_3",
    )
    assert loaded.settings.sources.dhan.api_token == "env:DHAN_API_TOKEN"
    assert "hunter" not in repr(loaded)


def test_a_database_counts_only_when_it_is_a_file_of_ours() -> None:
    assert load(DATABASE_URL="sqlite:////srv/x.db").settings.storage.path == "/srv/x.db"

    other = load(DATABASE_URL="postgresql://u:hunter2@db/x")

    assert other.settings.storage.path == ""
    assert "DATABASE_URL is ignored" in other.warnings[0]
    assert "hunter2" not in other.warnings[0]


def test_the_data_directory_has_a_short_name() -> None:
    assert load(RTP_DATA_DIR="/srv/rtp").settings.data_dir == "/srv/rtp"


def test_an_empty_variable_is_not_set() -> None:
    assert load(RTP_SERVER__PORT="", WS_PORT="").settings.server.port == 8080


def test_a_short_name_that_is_no_key_is_ignored_with_a_warning() -> None:
    assert load(RTP_DATADIR="/x").warnings == (
        'RTP_DATADIR is ignored: it is no setting (did you mean "RTP_DATA_DIR"?)',
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("RTP_SERVER__PORT", "70000", "environment: RTP_SERVER__PORT: 70000 is not a port"),
        ("WS_PORT", "http", 'environment: WS_PORT: "http" is not a whole number'),
        ("RTP_SERVER__ENABLED", "maybe", '"maybe" is not true or false'),
        ("RTP_SERVR__PORT", "1", 'RTP_SERVR__PORT: unknown key (did you mean "server"?)'),
        ("RTP_SERVER__PORT__X", "1", "is not a whole number"),
        ("RTP_SERVER", "1", 'RTP_SERVER: "1" is not a table'),
        ("RTP_INSTRUMENTS", "[", "is not a TOML array"),
        ("RTP_STORAGE__TICK_RETENTION", "-5m", '"-5m" is not a duration'),
        ("LOG_LEVEL", "loud", "is not one of debug"),
    ],
)
def test_a_mistake_names_its_variable(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(**{name: value})

    assert message in str(caught.value)
