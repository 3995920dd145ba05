import pytest

from rtp_tui.feeds.classify import classify
from rtp_tui.resilience.outcome import Outcome, Verdict
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    UnknownSymbol,
)

EXPECTED = [
    (AccessDenied("no"), Outcome(Verdict.DENIED)),
    (RateLimited("slow down", 119.0), Outcome(Verdict.FAILURE, is_retryable=True, retry_after_s=119.0)),
    (RateLimited("slow down"), Outcome(Verdict.FAILURE, is_retryable=True)),
    (SourceUnavailable("gone"), Outcome(Verdict.FAILURE, is_retryable=True)),
    (UnknownSymbol("delisted"), Outcome(Verdict.IGNORED)),
    (BadPayload("<html>"), Outcome(Verdict.FAILURE)),
    (ZeroDivisionError(), Outcome(Verdict.FAILURE)),
]


@pytest.mark.parametrize(("error", "outcome"), EXPECTED)
def test_an_error_says_whether_the_endpoint_is_to_blame_and_asking_again_helps(
    error: Exception, outcome: Outcome
) -> None:
    assert classify(error) == outcome


def test_every_error_of_sources_is_in_the_table_above() -> None:
    kinds = set(SourceError.__subclasses__()) | set(BadPayload.__subclasses__())
    assert kinds <= {type(error) for error, _ in EXPECTED}
