"""How hard the engine works."""

from rtp_tui.monitoring.load import LoadMeter, new_meters, processor_s
from tests.fakes import FakeClock


async def test_rates_are_over_the_time_since_the_last_look() -> None:
    clock, meters, used = FakeClock(), new_meters(), [10.0]
    meter = LoadMeter(meters, clock, lambda: {"store": 7}, lambda: used[0])
    meters.sources.received = 1_000
    first = meter.read()
    assert first.cpu_pct is None
    assert (first.network.source_received, first.network.source_received_per_s) == (1_000, 0.0)

    await clock.advance(2.0)
    used[0], meters.sources.received, meters.clients.sent = 10.5, 3_000, 500
    second = meter.read()

    assert second.cpu_pct == 25.0
    assert second.network.source_received_per_s == 1_000.0
    assert (second.network.client_sent, second.network.client_sent_per_s) == (500, 250.0)
    assert second.queues == {"store": 7}


async def test_two_looks_at_one_instant_divide_by_nothing() -> None:
    meter = LoadMeter(new_meters(), FakeClock(), dict)
    meter.read()

    assert meter.read().cpu_pct is None


def test_the_processor_time_grows_with_work() -> None:
    before = processor_s()
    while processor_s() == before:
        sum(range(10_000))

    assert processor_s() > before
