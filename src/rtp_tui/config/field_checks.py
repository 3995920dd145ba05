"""Which check belongs to which field, and which fields name a file."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import fields

from rtp_tui.cache.settings import CacheSettings
from rtp_tui.config import checks
from rtp_tui.config.checks import Check, between, matching, passing
from rtp_tui.config.settings import InstrumentSet, Settings
from rtp_tui.feeds.settings import PollingSettings
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.signals import Strategy
from rtp_tui.monitoring.settings import HealthWeights
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.net.settings import NetSettings
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.reports.settings import ReportSettings
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings, MarketSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.sources.provider_settings import DhanSettings
from rtp_tui.storage.contract import StorageSettings

_MARKET = re.compile(r"[A-Za-z0-9_./-]{1,32}")
_CURRENCY = re.compile(r"[A-Z0-9]{2,10}")
_HOURS = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")

_hours = matching(_HOURS, "a time of day such as 08:00, at most 24:00")
_market = matching(_MARKET, "the name of a market")
_currency = matching(_CURRENCY, "a currency such as USD")

_AT_LEAST_ONE = ("window_calls", "minimum_calls", "probes", "max_attempts", "burst", "concurrency")
_PERCENT = ("failure_rate_pct", "slow_rate_pct", "retry_budget_pct")
_TARGETS = ("error_rate_pct", "coverage_pct", "accuracy_pct", "uptime_pct")
_policies: dict[tuple[type[Struct], str], Check] = {
    **{(PolicySettings, name): between(1, 10_000) for name in _AT_LEAST_ONE},
    **{(PolicySettings, name): checks.percent for name in _PERCENT},
    (PolicySettings, "calls_per_minute"): checks.positive,
    (PolicySettings, "retry_budget_floor"): between(0, 10_000),
    (PolicySettings, "max_waiting"): between(0, 10_000),
}

_BY_FIELD: dict[tuple[type[Struct], str], Check] = {
    (ServerSettings, "port"): checks.port,
    (ServerSettings, "host"): matching(re.compile(r"[A-Za-z0-9.:_%-]{1,255}"), "a host name or address"),
    (ServerSettings, "environment"): matching(
        re.compile(r"[A-Za-z0-9 ._-]{0,32}"), "a name such as prod or staging"
    ),
    (ServerSettings, "trusted_proxies"): checks.networks,
    (ServerSettings, "max_clients"): between(1, 1_000_000),
    (CacheSettings, "max_size"): between(1, 100_000),
    (ServerSettings, "max_clients_per_address"): between(1, 1_000_000),
    (NetSettings, "proxy"): checks.proxy,
    (PollingSettings, "workers_data"): between(1, 256),
    (PollingSettings, "batch_size"): between(1, 1_000),
    (Instrument, "id"): checks.instrument_id,
    (Instrument, "feeds"): checks.feed_names,
    (Instrument, "currency"): _currency,
    (Instrument, "market"): _market,
    (Instrument, "precision"): between(0, 12),
    (InstrumentSet, "asset_class"): checks.asset_class,
    (InstrumentSet, "symbols"): checks.symbols,
    (InstrumentSet, "priority_symbols"): checks.symbols,
    (InstrumentSet, "currency"): _currency,
    (InstrumentSet, "market"): _market,
    (MarketSettings, "timezone"): checks.time_zone,
    (MarketSettings, "open"): _hours,
    (MarketSettings, "close"): _hours,
    (MarketSettings, "weekdays"): checks.weekdays,
    (MarketSettings, "factor_closed"): checks.positive,
    (MarketSettings, "factor_weekend"): checks.positive,
    (ReportSettings, "timezone"): checks.time_zone,
    (ReportSettings, "channel"): matching(re.compile(r"[A-Za-z0-9._-]{0,64}"), "the name of a channel"),
    (JobSettings, "id"): matching(re.compile(r"[a-z0-9][a-z0-9._-]{0,63}"), "an id such as crypto-prices"),
    (JobSettings, "instruments"): checks.job_instruments,
    (JobSettings, "indicators"): checks.job_indicators,
    (JobSettings, "cron"): checks.cron,
    (JobSettings, "timezone"): checks.time_zone,
    (JobSettings, "after_close"): _market,
    (JobSettings, "max_retries"): between(0, 100),
    (ChannelSettings, "url"): checks.address,
    (ChannelSettings, "secret"): checks.reference,
    (ChannelSettings, "username"): checks.reference,
    (ChannelSettings, "password"): checks.reference,
    (ChannelSettings, "port"): checks.port,
    (ChannelSettings, "host"): matching(re.compile(r"[A-Za-z0-9.:-]{0,255}"), "a host name or address"),
    (ChannelSettings, "sender"): checks.mail_address,
    (ChannelSettings, "recipients"): checks.mail_addresses,
    (ChannelSettings, "timeout_ms"): between(100, 120_000),
    (NotificationSettings, "heartbeat_url"): checks.address,
    (NotificationSettings, "max_attempts"): between(1, 1_000),
    (NotificationSettings, "group_within_ms"): between(1, 600_000),
    (DhanSettings, "client_id"): checks.reference,
    (DhanSettings, "api_token"): checks.reference,
    (Settings, "theme"): checks.theme,
    **_policies,
    **{(TargetSettings, name): checks.percent for name in _TARGETS},
    **{(HealthWeights, part.name): between(0, 1_000) for part in fields(HealthWeights)},
}
_BY_NAME: dict[str, Check] = {
    "ws_url": checks.url("ws", "wss"),
    "rest_url": checks.url("http", "https"),
    "api_keys": checks.references,
}

PATHS = {
    (Settings, "data_dir"),
    (Settings, "log_file"),
    (StorageSettings, "path"),
    (ServerSettings, "token_file"),
    (ServerSettings, "tls_certificate"),
    (ServerSettings, "tls_key"),
    (ServerSettings, "access_log"),
    (NetSettings, "ca_file"),
    (InstrumentSet, "symbols_file"),
    (DhanSettings, "security_ids_file"),
}
"""Settings that name a file or directory; a relative one starts at the file that names it."""


def check_of(kind: type[Struct], name: str) -> Check | None:
    """The check of a field, if it has one."""
    if kind in (AlertRule, Strategy):
        written = _of_written_rules(kind).get(name)
        return passing(written) if written else None
    return _BY_FIELD.get((kind, name)) or _BY_NAME.get(name)


def _of_written_rules(kind: type[Struct]) -> Mapping[str, Callable[..., None]]:
    """The checks of what is written in the languages of alerts and signals."""
    from rtp_tui.analytics.signals.strategies import STRATEGY_CHECKS  # heavy: few configurations have any
    from rtp_tui.monitoring.alerts.shelf import RULE_CHECKS  # heavy: likewise

    return RULE_CHECKS if kind is AlertRule else STRATEGY_CHECKS
