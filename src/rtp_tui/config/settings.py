"""Everything that can be configured, composed from the rooms' own settings."""

from msgspec import Struct

from rtp_tui.model.instrument import Instrument
from rtp_tui.net.settings import NetSettings
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.storage.contract import StorageSettings


class FeatureSettings(Struct, frozen=True, kw_only=True):
    """Parts that can be switched off; false wins over everything."""

    streaming: bool = True
    server: bool = True
    monitoring: bool = True


class Settings(Struct, frozen=True, kw_only=True):
    """The effective configuration: flags, environment, file and defaults, in that order."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    net: NetSettings = NetSettings()
    features: FeatureSettings = FeatureSettings()
    sources: SourceSettings = SourceSettings()
    markets: dict[str, MarketSettings] = {}
    instruments: tuple[Instrument, ...] = ()
    theme: str = "midnight"
    log_level: str = "info"
    log_file: str = ""
    data_dir: str = ""
    read_only: bool = False
    demo: bool = False
