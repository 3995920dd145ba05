"""Bodies repeat fields of the model under the names of the interface; they must stay alike."""

from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct

from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import AuditEntry, ClientStatus
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.health import HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import JobRun, JobStatus
from rtp_tui.model.market import Bar, Quote
from rtp_tui.server.audit_routes import AuditBody
from rtp_tui.server.bodies import BarBody, HealthBody, InstrumentBody, MarketBody, QuoteBody
from rtp_tui.server.breaker_bodies import BreakerBody
from rtp_tui.server.client_bodies import ClientBody
from rtp_tui.server.feed_bodies import FeedBody
from rtp_tui.server.job_bodies import JobBody, RunBody

PAIRS = [
    (JobBody, JobStatus),
    (RunBody, JobRun),
    (BreakerBody, BreakerStatus),
    (FeedBody, FeedStatus),
    (QuoteBody, Quote),
    (BarBody, Bar),
    (InstrumentBody, Instrument),
    (MarketBody, MarketSession),
    (ClientBody, ClientStatus),
    (AuditBody, AuditEntry),
    (HealthBody, HealthReport),
]


@pytest.mark.parametrize(("body", "model"), PAIRS)
def test_a_field_that_both_have_is_of_the_same_type(body: type[Struct], model: type[Struct]) -> None:
    outward, inward = get_type_hints(body), get_type_hints(model)
    shared = outward.keys() & inward.keys()
    assert len(shared) > 4
    assert {name: plain(outward[name]) for name in shared} == {name: plain(inward[name]) for name in shared}


def plain(kind: object) -> object:
    """A type as JSON knows it, whether it may be absent or not."""
    if kind is InstrumentId:
        return str
    if get_origin(kind) in (Union, UnionType):
        members = [plain(one) for one in get_args(kind) if one is not NoneType]
        return members[0] if len(members) == 1 else frozenset(members)
    if get_origin(kind) is not None:
        return get_origin(kind), tuple(map(plain, get_args(kind)))
    return kind
