"""CoinGecko: prices, market capitalisation and 24-hour figures of coins, asked for in batches; treasuries.

Source: https://docs.coingecko.com/v3.0.1/reference/introduction
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.model.treasury import Treasuries
from rtp_tui.sources.coingecko_rest import COINS_PER_REQUEST, Coin, CoinGeckoRest
from rtp_tui.sources.coingecko_treasuries import treasuries_of
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.provider_settings import CoinGeckoSettings

RAW_BYTES = 1024


class CoinGeckoSource:
    """Prices in US dollars by the provider's ids, which are not symbols; the clock is only read."""

    name = "coingecko"
    cadence_ms = 60_000
    """The provider's own cache is up to a minute old, and a minute allows five questions without a key."""
    batch_limit = COINS_PER_REQUEST
    treasury_coins: Mapping[str, str] = MappingProxyType({"BTC": "bitcoin", "ETH": "ethereum"})

    def __init__(self, settings: CoinGeckoSettings, equipment: Equipment) -> None:
        self._clock = equipment.clock
        keys = (
            equipment.keys_of(self.name, settings.api_keys, settings.on_quota) if settings.api_keys else None
        )
        self._rest = CoinGeckoRest(equipment.http_at(settings.rest_url), settings.rest_url, keys)
        self._ask = self._rest.prices if settings.prices_from == "simple" else self._rest.markets
        self._raw: dict[InstrumentId, bytes] = {}

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and 24-hour figures now; unknown ids, and coins without a price, are left out.

        Raises SourceError.
        """
        coins = await self._ask([wanted.symbol.lower() for wanted in subscriptions])
        received_ms = self._clock.now_ms()
        known = {coin.id: coin for coin in coins if coin.price is not None}
        heard = [
            (wanted, coin)
            for wanted in subscriptions
            if (coin := known.get(wanted.symbol.lower())) is not None
        ]
        self._raw.update((wanted.instrument, coin.raw[:RAW_BYTES]) for wanted, coin in heard)
        return [self._tick(wanted, coin, received_ms) for wanted, coin in heard]

    def raw(self, instrument: InstrumentId) -> bytes | None:
        """The beginning of what the newest answer said about an instrument."""
        return self._raw.get(instrument)

    async def treasuries(self, coin: str) -> Treasuries:
        """What public companies hold of a coin. Raises SourceError."""
        body = await self._rest.ask(f"/companies/public_treasury/{quote(coin.lower(), safe='')}", {})
        return treasuries_of(coin, body)

    def _tick(self, wanted: Subscription, coin: Coin, received_ms: int) -> Tick:
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=coin.event_ms,
            received_ms=received_ms,
            price=coin.price,
            open_24h=coin.open_24h,
            high_24h=coin.high_24h,
            low_24h=coin.low_24h,
            volume_24h=coin.volume_24h,
            market_cap=coin.market_cap,
        )
