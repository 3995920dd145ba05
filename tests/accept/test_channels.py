"""Channels against real servers on loopback: each by the same contract, and each by what is its own."""

import asyncio
import base64
import hmac
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.notifications import Message
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.notify.apprise_channel import AppriseChannel
from rtp_tui.notify.channel import Channel, ChannelFailed
from rtp_tui.notify.email_channel import EmailChannel
from rtp_tui.notify.posting import Address
from rtp_tui.notify.settings import ChannelSettings
from rtp_tui.notify.slack import SlackChannel
from rtp_tui.notify.webhook import WebhookChannel
from tests.accept.ports import free_port
from tests.accept.receivers import (
    MailReceiver,
    Reply,
    WebReceiver,
    mail_receiver,
    silent_server,
    web_receiver,
)
from tests.accept.running import PATIENCE_S
from tests.certificates import make_certificate
from tests.factories import a_message, an_alert

pytestmark = [
    pytest.mark.accept,
    # What Apprise loads of the standard library.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),
]

SECRETS = {
    "env:USER": "desk@example.com",
    "env:PASS": "hunter2",
    "env:KEY": "signing-key",
}
TIMEOUT_S, SHORT_S = PATIENCE_S, 1.0
WINDOWS = a_message(text="a\nb", at_ms=1_790_000_000_000, alerts=(an_alert(),))


def revealing(**more: str) -> Callable[[str], str]:
    known = {**SECRETS, **more}
    return lambda reference: known[reference]


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(NetSettings(), SystemClock(), follows_redirects=False) as client:
        yield client


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    with web_receiver() as receiver:
        yield receiver


def an_email(port: int, **changes: object) -> EmailChannel:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "rtp@example.com",
        "recipients": ("a@example.com", "b@example.com"),
        "timeout_ms": round(TIMEOUT_S * 1000),
    }
    settings = ChannelSettings(**{**values, **changes})  # type: ignore[arg-type]
    return EmailChannel("email", settings, revealing(), ssl.create_default_context)


def channel_at(kind: str, port: int, http: HttpClient, timeout_s: float = TIMEOUT_S) -> Channel:
    """A channel of each kind whose other side is this port; the path is the secret."""
    url = f"http://127.0.0.1:{port}/s3cr3t"
    address = Address("env:URL", timeout_s, revealing(**{"env:URL": url}))
    match kind:
        case "slack":
            return SlackChannel(kind, address, http, SystemClock())
        case "webhook":
            return WebhookChannel(kind, address, http, SystemClock())
        case "apprise":
            reveal = revealing(**{"env:URL": f"json://127.0.0.1:{port}/s3cr3t"})
            return AppriseChannel(kind, "env:URL", timeout_s, reveal)
        case _:
            return an_email(port, timeout_ms=round(timeout_s * 1000))


every_kind = pytest.mark.parametrize("kind", ["slack", "webhook", "apprise", "email"])


@contextmanager
def the_other_side(kind: str) -> Iterator[tuple[int, Callable[[], int]]]:
    """The port of a server that takes what the kind sends, and how much it has taken."""
    with ExitStack() as stack:
        if kind == "email":
            mail = stack.enter_context(mail_receiver())
            yield mail.port, lambda: len(mail.mails)
        else:
            found = stack.enter_context(web_receiver())
            yield int(found.url.split(":")[2].split("/")[0]), lambda: len(found.heard)


# --- the contract of every channel


@every_kind
async def test_a_message_is_carried_and_may_be_carried_again(kind: str, http: HttpClient) -> None:
    with the_other_side(kind) as (port, taken):
        channel = channel_at(kind, port, http)
        await channel.send(WINDOWS)
        await channel.send(WINDOWS)

        assert (channel.name, taken()) == (kind, 2)


@every_kind
async def test_where_nobody_listens_it_may_be_tried_again_and_no_secret_is_told(
    kind: str, http: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ChannelFailed) as caught:
        await channel_at(kind, free_port(), http).send(WINDOWS)

    assert caught.value.is_retryable
    assert "s3cr3t" not in str(caught.value) + caplog.text


@every_kind
async def test_a_server_that_hangs_costs_no_more_than_the_timeout(kind: str, http: HttpClient) -> None:
    with silent_server() as port:
        began = time.monotonic()
        with pytest.raises((ChannelFailed, TimeoutError)) as caught:
            async with asyncio.timeout(SHORT_S * 2):
                await channel_at(kind, port, http, SHORT_S).send(WINDOWS)

        assert time.monotonic() - began < PATIENCE_S
        assert "s3cr3t" not in str(caught.value)


@every_kind
async def test_who_stops_waiting_is_let_go_at_once(kind: str, http: HttpClient) -> None:
    with silent_server() as port:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await channel_at(kind, port, http).send(WINDOWS)

        assert time.monotonic() - began < TIMEOUT_S * 0.9


# --- e-mail


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


async def test_a_mail_says_what_the_message_says(mail: MailReceiver) -> None:
    await an_email(mail.port).send(a_message(subject="Preis über 70000 €", html="<p>hello</p>", at_ms=1))
    [(recipients, heard)] = mail.mails

    assert recipients == ["a@example.com", "b@example.com"]
    assert (heard["Subject"], heard["From"]) == ("Preis über 70000 €", "rtp@example.com")
    assert heard["Idempotency-Key"] == "fired-a1"
    assert {part.get_content_type() for part in heard.walk()} >= {"text/plain", "text/html"}


async def test_the_same_key_makes_the_same_message_id(mail: MailReceiver) -> None:
    for key in ("a", "a", "b"):
        await an_email(mail.port).send(a_message(key=key))
    ids = [heard["Message-ID"] for _, heard in mail.mails]

    assert ids[0] == ids[1] != ids[2]


async def test_a_subject_cannot_become_a_header(mail: MailReceiver) -> None:
    hostile = "x\r\nBcc: all@example.com\r\n\r\nbody"
    await an_email(mail.port).send(a_message(subject=hostile, key=f"k{hostile}"))
    [(recipients, heard)] = mail.mails

    assert (heard["Bcc"], recipients) == (None, ["a@example.com", "b@example.com"])


async def test_a_recipient_that_is_refused_is_named_and_the_others_have_it(mail: MailReceiver) -> None:
    mail.refused["b@example.com"] = "550 no such user"
    with pytest.raises(ChannelFailed, match=r"b@example\.com \(550 no such user\)") as caught:
        await an_email(mail.port).send(a_message())

    assert not caught.value.is_retryable
    assert [recipients for recipients, _ in mail.mails] == [["a@example.com"]]


async def test_after_a_passing_refusal_those_alone_are_written_to_who_were_not_reached(
    mail: MailReceiver,
) -> None:
    channel = an_email(mail.port)
    mail.refused["b@example.com"] = "451 greylisted"
    with pytest.raises(ChannelFailed) as caught:
        await channel.send(a_message())
    assert caught.value.is_retryable
    mail.refused.clear()

    await channel.send(a_message())

    assert [recipients for recipients, _ in mail.mails] == [["a@example.com"], ["b@example.com"]]


async def test_a_recipient_that_nobody_knows_keeps_the_mail_from_none_that_may_be_reached_later(
    mail: MailReceiver,
) -> None:
    channel = an_email(mail.port, recipients=("a@example.com", "b@example.com", "c@example.com"))
    mail.refused |= {"a@example.com": "550 no such user", "b@example.com": "451 greylisted"}
    with pytest.raises(ChannelFailed) as caught:
        await channel.send(a_message())
    assert caught.value.is_retryable
    del mail.refused["b@example.com"]

    with pytest.raises(ChannelFailed, match="550 no such user") as caught:
        await channel.send(a_message())

    assert not caught.value.is_retryable
    assert [recipients for recipients, _ in mail.mails] == [["c@example.com"], ["b@example.com"]]


async def test_a_server_that_never_says_goodbye_has_taken_the_mail(mail: MailReceiver) -> None:
    mail.says_goodbye = False
    async with asyncio.timeout(PATIENCE_S / 4):
        await an_email(mail.port).send(a_message())

    assert len(mail.mails) == 1


@pytest.mark.parametrize(("answer", "is_retryable"), [("452 full", True), ("554 spam", False)])
async def test_a_server_that_refuses_says_whether_it_may_work_later(
    mail: MailReceiver, answer: str, is_retryable: bool
) -> None:
    mail.refuses_all = answer
    with pytest.raises(ChannelFailed, match=answer) as caught:
        await an_email(mail.port).send(a_message())

    assert caught.value.is_retryable is is_retryable


async def test_a_slow_server_is_waited_for(mail: MailReceiver) -> None:
    mail.delay_s = 0.5
    await an_email(mail.port, timeout_ms=60_000).send(a_message())

    assert len(mail.mails) == 1


async def test_a_server_without_starttls_is_not_trusted_with_the_mail(mail: MailReceiver) -> None:
    with pytest.raises(ChannelFailed, match="STARTTLS") as caught:
        await an_email(mail.port, security="starttls").send(a_message())

    assert not caught.value.is_retryable
    assert mail.mails == []


@pytest.mark.parametrize("security", ["starttls", "ssl"])
async def test_mail_goes_encrypted_and_with_a_login(security: str, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    settings = ChannelSettings(
        host="127.0.0.1",
        security=security,  # type: ignore[arg-type]
        username="env:USER",
        password="env:PASS",
        recipients=("a@example.com",),
        timeout_ms=5_000,
    )
    login = (SECRETS["env:USER"], SECRETS["env:PASS"])
    with mail_receiver(tls=server, implicit=security == "ssl", login=login) as mail:
        used = ChannelSettings(
            **{**{n: getattr(settings, n) for n in settings.__struct_fields__}, "port": mail.port}
        )
        trusting = EmailChannel(
            "email", used, revealing(), lambda: ssl.create_default_context(cafile=certificate)
        )
        await trusting.send(a_message())
        assert [heard["From"] for _, heard in mail.mails] == ["desk@example.com"]

        wrong = EmailChannel(
            "email",
            used,
            lambda reference: "wrong" if reference == "env:PASS" else SECRETS[reference],
            lambda: ssl.create_default_context(cafile=certificate),
        )
        with pytest.raises(ChannelFailed, match="535") as caught:
            await wrong.send(a_message())
        assert not caught.value.is_retryable

        with pytest.raises(ChannelFailed, match="not trusted"):
            await EmailChannel("email", used, revealing(), ssl.create_default_context).send(a_message())


async def test_what_nobody_waits_for_any_more_is_not_sent_once_the_server_is_trusted(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    trust = SlowTrust(ssl.PROTOCOL_TLS_CLIENT)
    trust.load_verify_locations(certificate)
    with mail_receiver(tls=server) as mail:
        settings = ChannelSettings(
            host="127.0.0.1", port=mail.port, sender="rtp@example.com", recipients=("a@example.com",)
        )
        sending = asyncio.create_task(
            EmailChannel("email", settings, revealing(), lambda: trust).send(a_message())
        )
        await asyncio.to_thread(trust.is_met.wait)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        threads = [one for one in threading.enumerate() if one.name == "channel email"]
        trust.may_go_on.set()
        for one in threads:
            await asyncio.to_thread(one.join)

        assert (len(threads), mail.mails) == (1, [])


class SlowTrust(ssl.SSLContext):
    """Takes its time with whom it meets."""

    def __init__(self, *_: object) -> None:
        self.is_met, self.may_go_on = threading.Event(), threading.Event()

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(*arguments, **options)
        self.is_met.set()
        self.may_go_on.wait()
        return wrapped


# --- Slack and webhooks


async def test_slack_shows_text_and_no_markup(web: WebReceiver, http: HttpClient) -> None:
    channel = SlackChannel("slack", Address(web.url, TIMEOUT_S, str), http, SystemClock())
    await channel.send(a_message(subject="a <!channel> & b"))
    [(path, headers, body)] = web.heard

    assert (path, headers["content-type"]) == ("/hook", "application/json")
    assert json.loads(body)["text"].startswith("*a &lt;!channel&gt; &amp; b*\n")


async def test_a_webhook_tells_programs_what_fired_under_its_key_and_signed(
    web: WebReceiver, http: HttpClient
) -> None:
    address = Address(web.url, TIMEOUT_S, revealing())
    await WebhookChannel("hook", address, http, SystemClock(), "env:KEY").send(WINDOWS)
    [(_, headers, body)] = web.heard
    told = json.loads(body)

    assert (told["key"], headers["idempotency-key"]) == ("fired-a1", "fired-a1")
    assert [one["id"] for one in told["alerts"]] == ["a1"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(b"signing-key", signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


async def test_a_key_in_the_form_of_the_standard_is_what_it_stands_for(
    web: WebReceiver, http: HttpClient
) -> None:
    known = {"env:KEY": f"whsec_{base64.b64encode(bytes(range(24))).decode()}", "env:BAD": "whsec_%%%"}
    address = Address(web.url, TIMEOUT_S, revealing(**known))
    await WebhookChannel("hook", address, http, SystemClock(), "env:KEY").send(WINDOWS)
    [(_, headers, body)] = web.heard

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(bytes(range(24)), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    failure = await failure_of(WebhookChannel("hook", address, http, SystemClock(), "env:BAD"))
    assert (failure.is_retryable, "whsec_" in str(failure), "%%%" in str(failure)) == (False, True, False)


def a_webhook(web: WebReceiver, http: HttpClient) -> WebhookChannel:
    return WebhookChannel("hook", Address(web.url, TIMEOUT_S, str), http, SystemClock())


async def failure_of(channel: Channel, message: Message = WINDOWS) -> ChannelFailed:
    with pytest.raises(ChannelFailed) as caught:
        await channel.send(message)
    return caught.value


@pytest.mark.parametrize(("status", "is_retryable"), [(500, True), (503, True), (408, True), (404, False)])
async def test_an_error_says_whether_it_may_work_later(
    status: int, is_retryable: bool, web: WebReceiver, http: HttpClient
) -> None:
    web.script.append(Reply(status, body=b"no\x1b[31m\nway"))
    failure = await failure_of(a_webhook(web, http))

    assert failure.is_retryable is is_retryable
    assert str(failure) == f"127.0.0.1 answers {status}: noway"


@pytest.mark.parametrize("kind", ["slack", "webhook"])
async def test_a_secret_address_is_not_told_where_the_answer_repeats_it(
    kind: str, web: WebReceiver, http: HttpClient
) -> None:
    port = int(web.url.split(":")[2].split("/")[0])
    for body in (b"Cannot POST /s3cr3t", b"nothing at http://127.0.0.1/s3cr3t?for=you", b'no "s3cr3t"'):
        web.script.append(Reply(404, body=body))
        failure = await failure_of(channel_at(kind, port, http))

        assert str(failure).startswith("127.0.0.1 answers 404: ")
        assert "s3cr3t" not in str(failure)


async def test_a_retry_after_is_passed_on_as_seconds_or_as_a_date(web: WebReceiver, http: HttpClient) -> None:
    web.script.append(Reply(429, {"Retry-After": "7"}))
    web.script.append(Reply(429, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}))
    web.script.append(Reply(429, {"Retry-After": "soon"}))
    asked = [(await failure_of(a_webhook(web, http))).retry_after_s for _ in range(3)]

    assert asked[0] == 7.0
    assert asked[1] is not None
    assert asked[1] > 1e9
    assert asked[2] is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_elsewhere_is_refused_and_says_where_to(
    status: int, web: WebReceiver, http: HttpClient
) -> None:
    with web_receiver() as elsewhere:
        web.script.append(Reply(status, {"Location": elsewhere.url.replace("127.0.0.1", "localhost")}))
        failure = await failure_of(a_webhook(web, http))

        assert not failure.is_retryable
        assert str(failure).startswith(f"127.0.0.1 redirects ({status}) to localhost, which is not followed")
        assert elsewhere.heard == []


async def test_a_reference_to_no_url_is_told_without_its_value(http: HttpClient) -> None:
    channel = SlackChannel("slack", Address("env:KEY", TIMEOUT_S, revealing()), http, SystemClock())
    failure = await failure_of(channel)

    assert "signing-key" not in str(failure)
    assert not failure.is_retryable


# --- Apprise


async def test_apprise_carries_the_key_in_the_text(web: WebReceiver) -> None:
    reveal = revealing(**{"env:URL": web.url.replace("http://", "json://")})
    await AppriseChannel("phone", "env:URL", TIMEOUT_S, reveal).send(a_message())
    [(_, _, body)] = web.heard
    told = json.loads(body)

    assert (told["title"], told["type"]) == (a_message().subject, "warning")
    assert told["message"].endswith("fired-a1")


async def test_what_an_apprise_url_says_behind_a_number_sign_is_no_part_of_its_options(
    web: WebReceiver,
) -> None:
    url = web.url.replace("http://", "json://")
    await AppriseChannel("phone", "env:URL", TIMEOUT_S, revealing(**{"env:URL": f"{url}/#desk"})).send(
        WINDOWS
    )
    [(path, _, _)] = web.heard

    assert unquote(path).rstrip("/") == "/hook/#desk"


async def test_what_a_name_holds_is_no_markup_where_apprise_sends_html(mail: MailReceiver) -> None:
    url = f"mailto://127.0.0.1:{mail.port}?from=rtp@example.com&to=a@example.com&mode=insecure"
    channel = AppriseChannel("phone", "env:URL", TIMEOUT_S, revealing(**{"env:URL": url}))
    await channel.send(a_message(text="<b>big</b>\nsecond line"))
    [(_, heard)] = mail.mails
    said = {part.get_content_type(): part.get_content() for part in heard.walk() if not part.is_multipart()}

    assert "<b>big" not in said.get("text/html", "")
    assert "<b>big</b>\nsecond line" in said["text/plain"].replace("\r\n", "\n")


async def test_what_apprise_does_not_know_is_told_without_its_url() -> None:
    channel = AppriseChannel("phone", "env:URL", TIMEOUT_S, revealing(**{"env:URL": "nonsense://s3cr3t"}))
    failure = await failure_of(channel)

    assert not failure.is_retryable
    assert "s3cr3t" not in str(failure)


async def test_an_error_behind_apprise_may_be_tried_again(web: WebReceiver) -> None:
    web.script.append(Reply(500))
    reveal = revealing(**{"env:URL": web.url.replace("http://", "json://")})
    failure = await failure_of(AppriseChannel("phone", "env:URL", TIMEOUT_S, reveal))

    assert failure.is_retryable


async def test_channels_share_no_fate(http: HttpClient, web: WebReceiver) -> None:
    async with AsyncExitStack() as stack:
        hanging = stack.enter_context(silent_server())
        group = await stack.enter_async_context(asyncio.TaskGroup())
        waits = [group.create_task(failure_of(channel_at("webhook", hanging, http))) for _ in range(5)]
        await a_webhook(web, http).send(WINDOWS)

        assert not any(one.done() for one in waits)
        for one in waits:
            one.cancel()
