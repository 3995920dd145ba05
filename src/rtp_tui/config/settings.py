"""Everything that can be configured, composed from the rooms' own settings.

In a file a field `x_ms` is the key `x`, written as a duration, and `x_bytes` the key `x_size`, written as a size.
"""

from typing import Literal

from msgspec import Struct, field

from rtp_tui.cache.settings import CacheSettings
from rtp_tui.feeds.settings import PollingSettings
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.signals import Strategy
from rtp_tui.monitoring.settings import HealthSettings
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.net.settings import NetSettings
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.reports.settings import ReportSettings
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings, MarketSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.storage.contract import StorageSettings


class FeatureSettings(Struct, frozen=True, kw_only=True):
    """Parts that can be switched off; false wins over everything."""

    scheduler: bool = True
    processor: bool = True
    streaming: bool = True
    server: bool = True
    market_hours_adaptation: bool = True
    resilience: bool = True
    portfolio: bool = True
    risk: bool = True
    alerts: bool = True
    signals: bool = True
    notifications: bool = True
    monitoring: bool = True
    performance: bool = True


class InstrumentSet(Struct, frozen=True, kw_only=True):
    """Many instruments that differ in their symbol alone; `{symbol}` in a feed's name stands for it.

    `{column}` stands for another column of `symbols_file`; where that is empty, there is no such feed.
    """

    asset_class: str = field(name="class")
    feeds: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    symbols_file: str = ""
    """One symbol a line, `#` begins a comment; or a `.csv` whose first line names its columns.

    The lists that come with the program, `coins50.csv` and `nse500.txt`, are found by their names.
    """
    market: str = "24x7"
    currency: str = "USD"
    priority_symbols: tuple[str, ...] = ()


LogLevel = Literal["debug", "info", "warning", "error", "critical"]
LogFormat = Literal["text", "json"]


class Settings(Struct, frozen=True, kw_only=True):
    """The effective configuration: flags, environment, file and defaults, in that order."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    cache: CacheSettings = CacheSettings()
    net: NetSettings = NetSettings()
    features: FeatureSettings = FeatureSettings()
    health: HealthSettings = HealthSettings()
    targets: TargetSettings = TargetSettings()
    reports: ReportSettings = ReportSettings()
    sources: SourceSettings = SourceSettings()
    polling: PollingSettings = PollingSettings()
    policies: dict[str, PolicySettings] = {}
    markets: dict[str, MarketSettings] = {}
    instruments: tuple[Instrument, ...] = ()
    """Those of the file and of its sets; the public ones where the configuration names none."""
    instrument_sets: tuple[InstrumentSet, ...] = ()
    jobs: tuple[JobSettings, ...] = ()
    alert_rules: tuple[AlertRule, ...] = ()
    notifications: NotificationSettings = NotificationSettings()
    channels: dict[str, ChannelSettings] = {}
    strategies: tuple[Strategy, ...] = ()
    theme: str = "midnight"
    remember: bool = True
    """The console is as it was left: sets of panes, filters, order, theme, time zone."""
    keys: dict[str, str] = {}
    """Own keys of the console by the names of actions."""
    ascii: bool = False
    """The console shows nothing but ASCII."""
    log_level: LogLevel = "info"
    log_file: str = ""
    log_format: LogFormat = "text"
    data_dir: str = ""
    read_only: bool = False
    demo: bool = False
    """Set by `--demo` alone; no key of the file."""
