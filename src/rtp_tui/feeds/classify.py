"""What an error of a source says about the provider's endpoint, for the guard around it."""

from rtp_tui.resilience.outcome import Outcome, Verdict
from rtp_tui.sources.contract import AccessDenied, RateLimited, SourceUnavailable, UnknownSymbol

_DENIED = Outcome(Verdict.DENIED)
_WRONG_QUESTION = Outcome(Verdict.IGNORED)
_BROKEN = Outcome(Verdict.FAILURE)
_UNAVAILABLE = Outcome(Verdict.FAILURE, is_retryable=True)


def classify(error: Exception) -> Outcome:
    """Failures count against the endpoint; only what may pass by itself is worth asking again."""
    match error:
        case AccessDenied():
            return _DENIED
        case RateLimited(retry_after_s=retry_after_s):
            return Outcome(Verdict.FAILURE, is_retryable=True, retry_after_s=retry_after_s)
        case UnknownSymbol():
            return _WRONG_QUESTION
        case SourceUnavailable():
            return _UNAVAILABLE
        case _:
            return _BROKEN
