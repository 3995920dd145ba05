"""E-mail over SMTP, in a thread, since the library blocks."""

import smtplib
import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress

from msgspec import Struct

from rtp_tui.model.notifications import Message
from rtp_tui.net.http import reason
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.in_thread import in_thread
from rtp_tui.notify.mail import is_address, mail_of
from rtp_tui.notify.posting import Reveal, revealed
from rtp_tui.notify.settings import ChannelSettings
from rtp_tui.text import redacted, safe

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
_MOST_REMEMBERED = 200


class _Account(Struct, frozen=True):
    """What is needed to send, secrets revealed; never shown."""

    host: str
    port: int
    username: str
    password: str
    sender: str


class EmailChannel:
    """Sends to all recipients at once; a repeated attempt goes to those alone who have not been reached."""

    def __init__(
        self, name: str, settings: ChannelSettings, reveal: Reveal, trust: Callable[[], ssl.SSLContext]
    ) -> None:
        """`trust` gives whose certificates are believed. Raises nothing before something is sent."""
        self.name = name
        self._settings = settings
        self._reveal = reveal
        self._trust = trust
        self._reached: OrderedDict[str, frozenset[str]] = OrderedDict()
        """Who has the mail of a key that others have not."""

    async def send(self, message: Message) -> None:
        """See `Channel.send`. Raises ChannelFailed."""
        session = _Session()
        reached = self._reached.get(message.key, frozenset())
        recipients = tuple(one for one in self._settings.recipients if one not in reached)

        def work() -> None:
            session.refused = self._send(session, message, recipients)

        try:
            await in_thread(work, f"channel {self.name}", session.abort)
        except (OSError, smtplib.SMTPException) as error:
            raise _failure(error) from None
        self._note_reached(message.key, recipients, session.refused)

    def _send(
        self, session: "_Session", message: Message, recipients: tuple[str, ...]
    ) -> Mapping[str, tuple[int, bytes]]:
        """Runs in the thread; who was refused. Raises ChannelFailed, OSError, SMTPException."""
        account = self._account()
        mail = mail_of(message, account.sender, self._settings.recipients)
        try:
            smtp = session.opened(self._connection(), account.host, account.port)
            if self._settings.security == "starttls":
                smtp.starttls(context=self._trust())
            if account.username:
                smtp.login(account.username, account.password)
            session.check()
            refused = smtp.send_message(mail, account.sender, list(recipients))
        finally:
            session.close()
        return refused

    def _connection(self) -> smtplib.SMTP:
        timeout_s = self._settings.timeout_ms / 1000
        if self._settings.security == "ssl":
            return smtplib.SMTP_SSL(timeout=timeout_s, context=self._trust())
        return smtplib.SMTP(timeout=timeout_s)

    def _account(self) -> _Account:
        settings = self._settings
        username = revealed(settings.username, self._reveal)
        host = settings.host or f"smtp.{username.partition('@')[2]}"
        sender = settings.sender or username
        if not is_address(sender) or host == "smtp.":
            raise ChannelFailed("sender and host are not known: set both", is_retryable=False)
        return _Account(
            host=host,
            port=settings.port or PORTS[settings.security],
            username=username,
            password=revealed(settings.password, self._reveal) if settings.password else "",
            sender=sender,
        )

    def _note_reached(
        self, key: str, recipients: tuple[str, ...], refused: Mapping[str, tuple[int, bytes]]
    ) -> None:
        """Raises ChannelFailed where somebody was refused."""
        if not refused:
            self._reached.pop(key, None)
            return
        before = self._reached.get(key, frozenset())
        self._reached[key] = before | (frozenset(recipients) - refused.keys())
        while len(self._reached) > _MOST_REMEMBERED:
            self._reached.popitem(last=False)
        raise _refusals(refused, "; the others have it")


class _Session:
    """One conversation, which another thread may cut short."""

    def __init__(self) -> None:
        self.refused: Mapping[str, tuple[int, bytes]] = {}
        self._smtp: smtplib.SMTP | None = None
        self._is_aborted = False

    def opened(self, smtp: smtplib.SMTP, host: str, port: int) -> smtplib.SMTP:
        """Connect. Raises OSError and SMTPException."""
        self._smtp = smtp
        # What TLS checks the certificate for; the library knows it only where it connects itself.
        smtp._host = host  # type: ignore[attr-defined]
        code, words = smtp.connect(host, port)
        self.check()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        return smtp

    def check(self) -> None:
        """Raises ConnectionAbortedError where it was cut short: in the middle of a TLS handshake nothing can be cut."""
        if self._is_aborted:
            raise ConnectionAbortedError

    def close(self) -> None:
        """Say good-bye; what was taken was taken before, so a server that does not answer makes no mail fail."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.putcmd("quit")
            self._smtp.close()

    def abort(self) -> None:
        """End it at once: whatever waits in the thread fails."""
        self._is_aborted = True
        found = None if self._smtp is None else self._smtp.sock
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)


def _failure(error: OSError | smtplib.SMTPException) -> ChannelFailed:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _refusals(error.recipients)
        case smtplib.SMTPResponseException():
            return ChannelFailed(
                _reply(error.smtp_code, error.smtp_error), is_retryable=_is_temporary(error.smtp_code)
            )
        case smtplib.SMTPNotSupportedError():
            return ChannelFailed(f"the mail server cannot do it: {safe(str(error), 120)}", is_retryable=False)
        case smtplib.SMTPException():
            return ChannelFailed(f"mail server: {safe(str(error), 120)}", is_retryable=True)
    return ChannelFailed(f"mail server: {reason(error)}", is_retryable=True)


def _refusals(refused: Mapping[str, tuple[int, bytes]], rest: str = "") -> ChannelFailed:
    told = ", ".join(
        f"{safe(who, 80)} ({_reply(code, words)})" for who, (code, words) in [*refused.items()][:3]
    )
    may_come = any(_is_temporary(code) for code, _ in refused.values())
    return ChannelFailed(f"refused for {told}{rest}", is_retryable=may_come)


def _reply(code: int, words: bytes | str) -> str:
    said = words if isinstance(words, str) else words.decode(errors="replace")
    return f"{code} {safe(redacted(said), 120)}".strip()


def _is_temporary(code: int) -> bool:
    """RFC 5321, 4.2.1: 4xx may work later, 5xx not. Codes below are no replies at all."""
    return code < 500
