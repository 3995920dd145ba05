"""That an operation was carried out, said to the one who asked for it."""

from msgspec import UNSET, Raw, UnsetType

from rtp_tui.api.frames import Ack
from rtp_tui.api.operations import Operation
from rtp_tui.api.wire import encode
from rtp_tui.server.journal import Journal


def acknowledgement(
    journal: Journal,
    order: Operation,
    channels: tuple[str, ...],
    *,
    recovered: bool = False,
    result: Raw | UnsetType = UNSET,
) -> bytes:
    """The ack of an operation on channels, or of a command with its result."""
    return encode(
        Ack(
            id=order.id,
            op=str(order.__struct_config__.tag),
            channels=channels,
            epoch=journal.epoch,
            seq=journal.seq,
            recovered=recovered,
            result=result,
        )
    )
