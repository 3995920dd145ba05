"""What the one door answers when it cannot do as asked; the same on both sides of the wire."""


class Refused(Exception):
    """A request that cannot be met: `code` is stable, the message is for people."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownInstrument(Refused):
    """No such instrument is configured."""

    code = "unknown_instrument"


class UnknownFeed(Refused):
    """No such feed runs."""

    code = "unknown_feed"


class UnknownJob(Refused):
    """No such job exists."""

    code = "unknown_job"


class UnknownBreaker(Refused):
    """No such breaker exists."""

    code = "unknown_breaker"


class UnknownAlert(Refused):
    """No such alert is active."""

    code = "unknown_alert"


class UnknownSilence(Refused):
    """No such silence is in force."""

    code = "unknown_silence"


class UnknownAlertRule(Refused):
    """No such rule exists."""

    code = "unknown_alert_rule"


class UnknownPortfolio(Refused):
    """No such portfolio is kept."""

    code = "unknown_portfolio"


class UnknownWatchlist(Refused):
    """No such watchlist is kept."""

    code = "unknown_watchlist"


class UnknownChannel(Refused):
    """No such channel is configured."""

    code = "unknown_notification_channel"


class BadRequest(Refused):
    """The request has a field that cannot be understood."""

    code = "bad_request"


class UnknownClient(Refused):
    """No such client is connected."""

    code = "unknown_client"


class NotAuthenticated(Refused):
    """A token is needed, or the one that was shown is not known."""

    code = "not_authenticated"


class NotAllowed(Refused):
    """The token that was shown does not allow this."""

    code = "not_allowed"


class TooManyRequests(Refused):
    """Whoever asks asks too often; later it may."""

    code = "too_many_requests"


class NoHistory(Refused):
    """Nothing is stored for that moment."""

    code = "no_history"


class ReadOnly(Refused):
    """This door does not take commands."""

    code = "read_only"


class NotConnected(Refused):
    """The engine cannot be reached now; nothing is kept to be run later."""

    code = "not_connected"


class Unavailable(Refused):
    """It cannot be done in the state that things are in; in another one it could."""

    code = "unavailable"


class Unsupported(Refused):
    """The engine is of another version, which does not know this question or order."""

    code = "unsupported"


class Failed(Refused):
    """The request was understood and could not be carried out."""

    code = "failed"


REFUSALS: dict[str, type[Refused]] = {
    kind.code: kind
    for kind in (
        UnknownInstrument,
        UnknownFeed,
        UnknownJob,
        UnknownBreaker,
        UnknownClient,
        UnknownAlert,
        UnknownSilence,
        UnknownAlertRule,
        UnknownPortfolio,
        UnknownWatchlist,
        UnknownChannel,
        NotAuthenticated,
        NotAllowed,
        TooManyRequests,
        BadRequest,
        NoHistory,
        ReadOnly,
        NotConnected,
        Unavailable,
        Unsupported,
        Failed,
    )
}
"""How a `code` off the wire becomes the exception that it was on the other side."""
