"""Sources of settings, their precedence, and their mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.load import LoadedSettings, SettingsSources, config_path, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.model.instrument import Priority
from rtp_tui.monitoring.profiles import profile_of

Load = Callable[..., LoadedSettings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_text(text: str = "", **others: object) -> LoadedSettings:
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(SettingsSources(file=file, **others))  # type: ignore[arg-type]

    return load_text


@pytest.fixture
def mistakes(load: Load, tmp_path: Path) -> Callable[..., list[str]]:
    def mistakes_of(text: str, **others: object) -> list[str]:
        with pytest.raises(ConfigurationInvalid) as caught:
            load(text, **others)
        return [line.removeprefix(f"{tmp_path}/") for line in str(caught.value).splitlines()]

    return mistakes_of


def test_nothing_means_defaults() -> None:
    settings = load_settings(SettingsSources(user_file=False)).settings

    assert settings.server == Settings().server
    assert settings.data_dir.endswith("rtp-tui")
    assert {i.id for i in settings.instruments} >= {"crypto:BTC", "crypto:ETH"}


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    for sources in (
        SettingsSources(file=tmp_path / "none"),
        SettingsSources(environment={"RTP_CONFIG": str(tmp_path / "none")}),
    ):
        with pytest.raises(ConfigurationInvalid, match="there is no such file"):
            load_settings(sources)


def test_a_flag_names_the_file_before_the_environment_does(tmp_path: Path) -> None:
    sources = SettingsSources(file=tmp_path / "a", environment={"RTP_CONFIG": "b"})

    assert config_path(sources) == (tmp_path / "a", True)


def test_flags_come_before_the_environment_before_the_file_before_defaults(load: Load) -> None:
    text = '[server]\nport = 1\nhost = "127.0.0.2"\nname = "file"'
    environment = {"RTP_SERVER__PORT": "2", "RTP_SERVER__HOST": "127.0.0.3"}

    loaded = load(text, environment=environment, flags={"--port": 3})

    assert (loaded.settings.server.port, loaded.settings.server.host) == (3, "127.0.0.3")
    assert loaded.settings.server.name == "file"
    assert loaded.origins["server.port"] == "command line --port"
    assert loaded.origins["server.host"] == "environment RTP_SERVER__HOST"
    assert loaded.origins["server.name"].endswith("config.toml:4")
    assert loaded.origins["server.enabled"] == "default"


def test_durations_and_sizes_are_read_at_the_edge(load: Load) -> None:
    storage = load('[storage]\ntick_retention = "90m"\ntick_max_size = "1GB"').settings.storage

    assert (storage.tick_retention_ms, storage.tick_max_bytes) == (5_400_000, 1_000_000_000)


def test_paths_start_at_the_file_that_names_them(load: Load, tmp_path: Path) -> None:
    settings = load('data_dir = "here"\n[storage]\npath = "/there/x.db"').settings

    assert settings.data_dir == str(tmp_path / "here")
    assert settings.storage.path == "/there/x.db"


def test_read_only_holds_for_clients_too(load: Load) -> None:
    assert load("", flags={"--read-only": True}).settings.server.read_only


def test_markets_are_merged_over_their_sources(load: Load) -> None:
    text = '[markets.usdcop]\ntimezone = "America/Bogota"\nopen = "08:00"\nclose = "12:55"'

    market = load(text, environment={"RTP_MARKETS__USDCOP__CLOSE": "13:00"}).settings.markets["usdcop"]

    assert (market.open, market.close, market.factor_closed) == ("08:00", "13:00", 3.0)


def test_an_instrument_without_a_name_is_called_by_its_symbol(load: Load) -> None:
    (instrument,) = load(
        '[[instruments]]\nid = "fx:USDCOP"\nfeeds = ["twelvedata:USD/COP"]'
    ).settings.instruments

    assert (instrument.name, instrument.feeds) == ("USDCOP", ("twelvedata:USD/COP",))


def test_an_empty_list_of_instruments_is_meant(load: Load) -> None:
    assert load("instruments = []").settings.instruments == ()


def test_a_set_gives_an_instrument_for_each_symbol(load: Load, tmp_path: Path) -> None:
    (tmp_path / "symbols.txt").write_text("# NSE\nTCS\nINFY # software\n\n")
    text = (
        '[[instrument_sets]]\nclass = "stocks"\nsymbols = ["RELIANCE"]\nsymbols_file = "symbols.txt"\n'
        'feeds = ["dhan:{symbol}"]\ncurrency = "INR"\nmarket = "XBOM"\npriority_symbols = ["TCS"]'
    )

    instruments = load(text).settings.instruments

    assert [i.id for i in instruments] == ["stocks:RELIANCE", "stocks:TCS", "stocks:INFY"]
    assert instruments[1].priority == Priority.HIGH
    assert instruments[2].feeds == ("dhan:INFY",)


def test_every_mistake_of_every_source_is_told_at_once(
    mistakes: Callable[..., list[str]],
) -> None:
    text = "porrt = 8\n[server]\nport = 70000\n[servr]\nx = 1\n"

    assert mistakes(text, environment={"RTP_NET__PROXI": "x"}) == [
        'config.toml:1: porrt: unknown key (did you mean "server.port"?)',
        "config.toml:3: server.port: 70000 is not a port; ports are 0 to 65535",
        'config.toml:4: servr: unknown key (did you mean "server"?)',
        'environment: RTP_NET__PROXI: unknown key (did you mean "proxy"?)',
    ]


INSTRUMENT = '[[instruments]]\nid = "crypto:BTC"\nfeeds = ["binance:BTCUSDT"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theme = 3", "1: theme: 3 is not text in quotes"),
        ('theme = "a\\u001b[31m"', "1: theme: holds control characters"),
        (
            'log_level = "warnin"',
            'is not one of debug, info, warning, error, critical (did you mean "warning"?)',
        ),
        (
            'theme = "midnigth"',
            '1: theme: "midnigth" is not one of contrast, daylight, deuteranopia, midnight, terminal, tritanopia (did you mean "midnight"?)',
        ),
        ("demo = true", "1: demo: unknown key"),
        ("server = 3", "1: server: 3 is not a table"),
        ("[server]\nport = true", "2: server.port: true is not a whole number"),
        ('[server]\nport = "80"', '2: server.port: "80" is not a whole number'),
        ("[server]\nport = -1", "-1 is not a port"),
        ("[server]\nmax_clients = 0", "0 is not between 1 and 1000000"),
        ('[server]\ntrusted_proxies = ["10.0.0.0/8", "proxy"]', '"proxy" is not an address or a network'),
        ("[server]\nenabled = 1", "1 is not true or false"),
        ('[server]\nallowed_hosts = "x"', '"x" is not an array'),
        ("[server]\nallowed_hosts = [1]", "1 is not text in quotes"),
        ('[server]\nhost = "0.0.0.0"', '2: server.host: "0.0.0.0" is not loopback'),
        ('[server]\ntls_key = "x"', "belong together"),
        ('[health]\nprofile = "rtq"', '2: health.profile: "rtq" is not one of rtp, equities, signals, own'),
        ('[health]\nprofile = "own"', "2: health.profile: no part counts: give parts points"),
        ("[health.weights]\nfreshness = -1", "2: health.weights.freshness: -1.0 is not between 0 and 1000"),
        ("[health.weights]\nfreshnes = 1", 'unknown key (did you mean "freshness"?)'),
        ("[health]\nweights = 5", "5 is not a table"),
        ('[storage]\ntick_retention = "-5m"', '2: storage.tick_retention: "-5m" is not a duration'),
        ("[storage]\ntick_retention = 30", "30 is not a duration in quotes"),
        ('[storage]\ntick_max_size = "5"', '"5" is not a size'),
        ("[storage]\ntick_retention_ms = 5", 'unknown key (did you mean "tick_retention"?)'),
        ('[net]\nproxy = "proxy:8080"', "is not a URL that begins with http://"),
        ("[sources.binanse]\nx = 1", '1: sources.binanse: unknown key (did you mean "binance"?)'),
        ('[sources.binance]\nws_url = "http://x"', "is not a URL that begins with ws:// or wss://"),
        ('[sources.binance]\nrest_url = "https://"', "is not a URL"),
        ('[sources.binance]\nrest_url = "https://x:99999"', "is not a URL"),
        ('[sources.binance]\ntrades = "all"', '"all" is not one of trade, aggTrade'),
        (
            '[sources.twelvedata]\napi_keys = ["0123abcd"]',
            "2: sources.twelvedata.api_keys: is not a reference",
        ),
        ("instruments = 3", "3 is not an array of tables"),
        ("instruments = [3]", "1: instruments[0]: 3 is not a table"),
        ("[[instruments]]\n", "1: instruments[0].id: is missing"),
        ('[[instruments]]\nid = "crypto BTC"', '2: instruments[0].id: "crypto BTC" is not class:SYMBOL'),
        ('[[instruments]]\nid = "cripto:BTC"', '(did you mean "crypto"?)'),
        (f'[[instruments]]\nid = "crypto:{"A" * 33}"', "is not class:SYMBOL"),
        ('[[instruments]]\nfeeds = ["binanse:X"]', '"binanse" is an unknown source'),
        ('[[instruments]]\nfeeds = ["binance"]', '"binance" is not provider:SYMBOL'),
        ("[[instruments]]\nfeeds = []", "names no feed"),
        ('[[instruments]]\nfeeds = ["okx:A", "okx:A"]', '"okx:A" is named twice'),
        ('[[instruments]]\npriority = "hi"', '"hi" is not one of high, medium, low (did you mean "high"?)'),
        (INSTRUMENT * 2, '5: instruments[1].id: "crypto:BTC" is already defined on line 2'),
        (
            f'{INSTRUMENT}[[instruments]]\nid = "crypto:XBT"\nfeeds = ["okx:B", "binance:BTCUSDT"]',
            'feed "binance:BTCUSDT" is of "crypto:BTC" already, and not of "crypto:XBT" too',
        ),
        ('[[instrument_sets]]\nclass = "stocks"\nfeeds = ["dhan:{symbol}"]', "names no symbols"),
        (
            '[[instrument_sets]]\nclass = "stocks"\nfeeds = ["dhan:{symbol}"]\nsymbols_file = "none.txt"',
            "none.txt cannot be read: No such file or directory",
        ),
        (
            f'{INSTRUMENT}[[instrument_sets]]\nclass = "crypto"\nfeeds = ["okx:{{symbol}}"]\nsymbols = ["BTC"]',
            '"crypto:BTC" is already defined',
        ),
        ("[markets]\nx = 1", "2: markets.x: 1 is not a table"),
        ("[policies.x]\nfailure_rate_pct = 0", "0.0 is not a percentage above 0, at most 100"),
        ("[policies.x]\nprobes = 0", "2: policies.x.probes: 0 is not between 1 and 10000"),
        ("[policies.x]\ncalls_per_minute = 0", "0.0 is not a positive number"),
        ('[policies.x]\nopen = "0s"', '"0s" is out of range'),
        ("[policies.x]\nwindow_type = 5", "5 is not one of count, time"),
        ('[markets.x]\ntimezone = "Bogota"', '2: markets.x.timezone: "Bogota" is no time zone'),
        ('[markets.x]\ntimezone = "../../etc/passwd"', "is no time zone"),
        ("[markets.x]\nopen = 08:00:00", "08:00:00 is not text in quotes"),
        ('[markets.x]\nclose = "25:00"', '"25:00" is not a time of day'),
        ("[markets.x]\nfactor_closed = nan", "nan is not a number"),
        ("[markets.x]\nfactor_closed = 1" + 400 * "0", "1" + 59 * "0" + " is not a number"),
        ("[markets.x]\nfactor_closed = -3", "-3.0 is not a positive number"),
        ("[markets.x]\nweekdays = [7]", "weekdays are 0"),
        ('[[jobs]]\nid = "x"\ninterval = "-1s"', '3: jobs[0].interval: "-1s" is not a duration'),
        ('[[jobs]]\nid = "x"\ncron = "never"', '"never" is not a cron expression'),
        ('[[jobs]]\nid = "x"\ncron = "0 0 * * *"\ninterval = "1s"', "exclude each other"),
        ('[[jobs]]\nid = "x"\nkind = "polls"', '(did you mean "poll"?)'),
        ('[[jobs]]\nid = "x"\ninstruments = ["cripto:*"]', '(did you mean "crypto"?)'),
    ],
)
def test_a_mistake_is_told_with_its_line(mistakes: Callable[..., list[str]], text: str, message: str) -> None:
    told = mistakes(text)

    assert any(message in line for line in told), told
    assert all(line.startswith("config.toml:") for line in told)


def test_what_a_mistake_quotes_is_safe_to_show(mistakes: Callable[..., list[str]]) -> None:
    (told,) = mistakes('"\\u001b]0;x\\u0007bad\\u202e" = 1')

    assert told == "config.toml:1: bad: unknown key"


def test_countless_mistakes_are_cut_short(mistakes: Callable[..., list[str]]) -> None:
    told = mistakes("\n".join(f"zq{number} = 1" for number in range(1500)))

    assert len(told) == 1001
    assert told[-1].endswith("and more of the same")


def test_listening_beyond_loopback_can_be_insisted_on(load: Load) -> None:
    loaded = load('[server]\nhost = "0.0.0.0"\ninsecure = true')

    assert "0.0.0.0 is let in without a token" in loaded.warnings[0]
    assert not load('[server]\nhost = "0.0.0.0"\ninsecure = true\ntoken_file = "tokens"').warnings


def test_a_home_that_is_not_there_is_no_reason_to_fail(load: Load, tmp_path: Path) -> None:
    assert load('data_dir = "~nobody-of-this-name/x"').settings.data_dir.endswith("~nobody-of-this-name/x")


def test_what_settings_must_be_to_each_other_is_told_beside_other_mistakes(
    mistakes: Callable[..., list[str]],
) -> None:
    told = mistakes('log_level = "loud"\n[server]\nhost = "0.0.0.0"\ntls_key = "key.pem"')

    assert [line.partition(" ")[0] for line in told] == ["config.toml:1:", "config.toml:3:", "config.toml:4:"]


def test_a_mistaken_setting_is_not_called_a_missing_one_too(mistakes: Callable[..., list[str]]) -> None:
    (told,) = mistakes('[server]\nhost = "0.0.0.0"\ntoken_file = 5')

    assert "server.token_file: 5 is not text" in told


def test_an_id_is_defined_twice_although_something_else_of_it_is_wrong(
    mistakes: Callable[..., list[str]],
) -> None:
    told = mistakes(INSTRUMENT + "name = 5\n" + INSTRUMENT)

    assert len(told) == 2
    assert any('"crypto:BTC" is already defined on line 2' in line for line in told)


def test_the_health_score_is_weighed_as_the_file_says(load: Load) -> None:
    text = '[health]\nprofile = "own"\n[health.weights]\nfreshness = 60\njobs = 0.5'

    health = load(text).settings.health

    assert profile_of(health).weights == (("freshness", 60), ("jobs", 0.5))
