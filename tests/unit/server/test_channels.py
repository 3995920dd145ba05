"""What subscriptions stand for."""

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.server.cadence import pace_of
from rtp_tui.server.channels import all_meant, meant

INSTRUMENTS = [InstrumentId(one) for one in ("crypto:BTC", "crypto:ETH", "stocks:AAPL")]


@pytest.mark.parametrize(
    ("subscription", "channels"),
    [
        ("crypto:BTC", {"crypto:BTC"}),
        ("crypto:*", {"crypto:BTC", "crypto:ETH"}),
        ("index:*", set()),
        ("*", set(INSTRUMENTS)),
        ("price_updates", set(INSTRUMENTS)),
        ("general", {"general", "health"}),
        ("pipeline", {"pipeline"}),
        ("portfolio:mine", {"portfolio:mine"}),
        ("alerts", {"alerts"}),
    ],
)
def test_a_subscription_stands_for_channels(subscription: str, channels: set[str]) -> None:
    found = meant(subscription, INSTRUMENTS)
    assert found is not None
    assert set(found) == channels


@pytest.mark.parametrize(
    "subscription", ["", "crypto:", "crypto:DOGE", "bonds:*", "snapshot", "**", "portfolio:"]
)
def test_what_is_no_channel_stands_for_nothing(subscription: str) -> None:
    assert meant(subscription, INSTRUMENTS) is None


def test_several_subscriptions_hold_each_channel_once() -> None:
    assert all_meant(("crypto:BTC", "crypto:*", "health"), INSTRUMENTS) == {
        "crypto:BTC",
        "crypto:ETH",
        "health",
    }


def test_who_follows_all_portfolios_hears_of_each_but_once() -> None:
    followed = ("portfolio_updates", "portfolio:mine", "risk:mine")
    assert all_meant(followed, INSTRUMENTS) == {"portfolio_updates", "risk:mine"}
    assert all_meant((*followed, "risk_metrics_updates"), INSTRUMENTS) == {
        "portfolio_updates",
        "risk_metrics_updates",
    }


@pytest.mark.parametrize(
    ("wish_ms", "pace_ms"), [(0, 0), (1, 50), (50, 50), (100, 100), (101, 150), (1000, 1000), (1001, 2000)]
)
def test_nearly_equal_wishes_share_a_pace(wish_ms: int, pace_ms: int) -> None:
    assert pace_of(wish_ms) == pace_ms
