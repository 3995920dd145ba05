"""Five desks, each a configuration of its own that fits the venues' limits and what they give for nothing."""

import tomllib
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from rtp_tui.config.desks import DESK_NAMES, desk, desks
from rtp_tui.config.load import SettingsSources, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.config.symbol_lists import rows_of
from rtp_tui.feeds.carriers import subscriptions_of
from rtp_tui.feeds.pacing import Pacing
from rtp_tui.model.instrument import Priority
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.default_jobs import DEFAULT_JOBS
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import build_polling_sources, build_sources
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock

DAY_S = 86_400
FREE = SourceSettings()
FREE_CALLS_A_DAY = {
    "coingecko": 5 * 60 * 24,
    "yahoo": 2_000 * 24,
    "alphavantage": FREE.alphavantage.calls_per_day,
    "twelvedata": FREE.twelvedata.credits_per_day,
}
"""What providers that are asked answer without a plan; of Yahoo people report 2,000 an hour, documented is nothing."""
CONNECTIONS = {"twelvedata": 1, "dhan": 5}
"""What a person may have open; of the public venues far more than a desk needs."""
SYMBOLS_OF_A_SMALL_PLAN = {"twelvedata": 8}
EQUIPMENT = equipment(lambda address: FakeHttp(lambda path, params: a_reply()))


def configured(name: str) -> Settings:
    return load_settings(SettingsSources(desk=name, user_file=False)).settings


def subscribed(settings: Settings, provider: str) -> tuple[Subscription, ...]:
    named = (pair for instrument in settings.instruments for pair in subscriptions_of(instrument))
    return tuple(subscription for name, subscription in named if name == provider)


def interval_s(settings: Settings, provider: str) -> float:
    """How often the job that asks a provider most often does so."""
    carried = [i for i in settings.instruments if any(f.startswith(f"{provider}:") for f in i.feeds)]
    return min(
        (job.interval_ms or 0) / 1000
        for job in DEFAULT_JOBS
        if job.kind == "poll" and selected(job.instruments or (), carried)
    )


def test_the_example_has_the_desks_that_can_be_named() -> None:
    assert tuple(desks()) == DESK_NAMES


@pytest.mark.parametrize("name", DESK_NAMES)
def test_a_desk_that_is_written_is_what_it_is_without_being_written(name: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(desk(name).text)

    written = load_settings(SettingsSources(file=file)).settings
    assert written.instruments == configured(name).instruments
    assert (written.markets, written.jobs) == (configured(name).markets, configured(name).jobs)


@pytest.mark.parametrize("name", DESK_NAMES)
def test_a_desk_names_enabled_providers_alone_and_each_instrument_once(name: str) -> None:
    settings = configured(name)
    known = {**build_sources(FREE, EQUIPMENT), **build_polling_sources(FREE, EQUIPMENT)}
    ids = [instrument.id for instrument in settings.instruments]
    assert len(ids) == len(set(ids)) > 0
    assert {feed.partition(":")[0] for i in settings.instruments for feed in i.feeds} <= set(known)
    assert tomllib.loads(desk(name).text)


@pytest.mark.parametrize("name", DESK_NAMES)
def test_the_sockets_of_a_desk_are_within_the_limits_of_their_venues(name: str) -> None:
    settings = configured(name)
    for provider, source in build_sources(FREE, EQUIPMENT).items():
        wanted = subscribed(settings, provider)
        connections = source.endpoints(wanted)
        assert [one for part in connections for one in part.subscriptions] == list(wanted)
        assert len(connections) <= CONNECTIONS.get(provider, 3)
        assert len(wanted) <= SYMBOLS_OF_A_SMALL_PLAN.get(provider, 5_000)


def questions_a_day(settings: Settings) -> Iterator[tuple[str, float]]:
    for provider, source in build_polling_sources(FREE, EQUIPMENT).items():
        if wanted := subscribed(settings, provider):
            pace_s = Pacing(source, FakeClock()).pace_ms(len(wanted)) / 1000
            every_s = max(interval_s(settings, provider), pace_s)
            yield provider, ceil(len(wanted) / source.batch_limit) * DAY_S / every_s


@pytest.mark.parametrize("name", DESK_NAMES)
def test_what_a_desk_asks_is_within_what_is_free(name: str) -> None:
    asked = dict(questions_a_day(configured(name)))
    assert {provider: calls for provider, calls in asked.items() if calls > FREE_CALLS_A_DAY[provider]} == {}


def test_the_quota_of_a_desk_is_close_where_more_companies_are_asked_for_than_a_day_has_questions() -> None:
    assert dict(questions_a_day(configured("treasury")))["alphavantage"] == pytest.approx(25)


def test_fifty_coins_have_another_venue_and_a_market_capitalisation_each() -> None:
    instruments = configured("crypto").instruments
    providers = [[feed.partition(":")[0] for feed in one.feeds] for one in instruments]
    assert len(instruments) == 50
    assert all(one[0] == "binance" and {"okx", "bybit"} & set(one) for one in providers)
    assert all(one[-1] == "coingecko" for one in providers)
    assert instruments[0].name == "Bitcoin"


def test_five_hundred_indian_shares_have_twenty_among_them_that_come_first() -> None:
    settings = configured("nse500")
    first = {i.id for i in settings.instruments if i.priority is Priority.HIGH}
    assert len(settings.instruments) == 500
    assert len(first) == 20
    assert {"stocks:M&M", "stocks:BAJAJ-AUTO", "stocks:NAM-INDIA"} <= {i.id for i in settings.instruments}
    assert "stocks:M&M" in first
    assert settings.markets["XBOM"].when_closed == "stop"


def test_the_peso_is_traded_at_its_own_hours_and_falls_back_to_what_wants_no_key() -> None:
    settings = configured("usdcop")
    [peso] = settings.instruments
    assert peso.feeds == ("twelvedata:USD/COP", "yahoo:COP=X")
    assert (settings.markets[peso.market].open, settings.markets[peso.market].close) == ("08:00", "12:55")


def test_a_list_beside_the_configuration_counts_instead_of_the_one_that_comes_with_the_program(
    tmp_path: Path,
) -> None:
    assert len(rows_of(str(tmp_path / "nse500.txt"))) == 500
    (tmp_path / "nse500.txt").write_text("RELIANCE  # the largest\n")
    assert rows_of(str(tmp_path / "nse500.txt")) == ({"symbol": "RELIANCE"},)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no column symbol"),
        ("name,okx\nBitcoin,BTC-USDT\n", "no column symbol"),
        ("symbol,okx\nBTC\n", "BTC has 1 of 2 columns"),
    ],
)
def test_a_table_of_symbols_that_is_none_is_said(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(ValueError, match=reason):
        rows_of(str(tmp_path / "mine.csv"))
