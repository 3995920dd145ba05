"""What every source of treasuries promises, whoever the provider is."""

from contextlib import suppress
from math import isfinite

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import SourceError, TreasurySource
from rtp_tui.sources.provider_settings import CoinGeckoSettings
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply

BODIES = st.binary(max_size=60) | st.fixed_dictionaries(
    {
        "total_holdings": st.floats() | st.none(),
        "total_value_usd": st.floats(),
        "companies": st.lists(
            st.fixed_dictionaries(
                {"name": st.text(), "symbol": st.text(), "total_holdings": st.floats() | st.text()}
            )
        ),
    }
).map(msgspec.json.encode)


def a_source(status: int, body: bytes) -> TreasurySource:
    return CoinGeckoSource(
        CoinGeckoSettings(), equipment(FakeHttp(lambda path, params: a_reply(body, status)))
    )


def test_a_source_of_treasuries_is_known_as_one() -> None:
    source = a_source(200, b"")
    assert isinstance(source, TreasurySource)
    assert source.treasury_coins["BTC"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 451, 500, 503])
async def test_every_refusal_is_a_source_error(status: int) -> None:
    with pytest.raises(SourceError):
        await a_source(status, b"<html>").treasuries("bitcoin")


@given(BODIES)
async def test_whatever_is_answered_is_read_or_refused(body: bytes) -> None:
    with suppress(SourceError):
        told = await a_source(200, body).treasuries("bitcoin")
        assert all(isfinite(holder.holdings) for holder in told.holders)
