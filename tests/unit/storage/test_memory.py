from rtp_tui.storage.batch import Batch
from rtp_tui.storage.memory import TICKS_KEPT, Memory, MemoryHistory
from tests.factories import NOW_MS, a_trade


def kept(memory: Memory, first: int, last: int) -> None:
    batch = Batch()
    batch.ticks.extend(a_trade(sequence=n, received_ms=NOW_MS + n) for n in range(first, last))
    memory.keep(batch)


async def test_a_store_in_memory_says_from_when_on_it_has_all_trades_once_some_had_to_go() -> None:
    memory = Memory()
    history = MemoryHistory(memory)
    kept(memory, 0, TICKS_KEPT)
    assert history.trades_since_ms() is None
    kept(memory, TICKS_KEPT, TICKS_KEPT + 5)
    assert history.trades_since_ms() == NOW_MS + 5
