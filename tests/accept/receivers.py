"""Those who are told, on loopback: a mail server and somebody's web server, which do what a test wants."""

import asyncio
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.accept.ports import free_port


class Reply:
    """What is answered to one request."""

    def __init__(
        self,
        status: int = 200,
        headers: dict[str, str] | None = None,
        body: bytes = b"ok",
        *,
        hangs: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers or {}
        self.body = body
        self.hangs = hangs


class WebReceiver:
    """Answers what stands next in `script`, then 200, and remembers what was posted."""

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""
        self.is_over = threading.Event()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        reply = self.script.popleft() if self.script else Reply()
        if reply.hangs:
            self.is_over.wait(30)
        self.heard.append((path, headers, body))
        return reply


@contextmanager
def web_receiver(port: int = 0) -> Iterator[WebReceiver]:
    """A web server while the block runs."""
    receiver = WebReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receiver.answer(self.path, headers, body)
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                pass

        do_GET = do_POST  # noqa: N815 - as above

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class MailReceiver:
    """Takes mail but for `refused` recipients, after `delay_s`, and remembers it."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.refused: dict[str, str] = {}
        self.refuses_all = ""
        self.delay_s = 0.0
        self.says_goodbye = True

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not self.says_goodbye:
            await asyncio.Event().wait()
        return "221 Bye"

    async def handle_RCPT(  # noqa: N802 - as the library names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.delay_s)
        if self.refuses_all:
            return self.refuses_all
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), mail))
        return "250 OK"


@contextmanager
def mail_receiver(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: tuple[str, str] | None = None
) -> Iterator[MailReceiver]:
    """A mail server while the block runs; with `tls` it wants STARTTLS, or speaks TLS at once."""
    receiver = MailReceiver()
    receiver.port = free_port()

    def authenticate(server: SMTP, session: Session, envelope: Envelope, kind: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=(given.login.decode(), given.password.decode()) == login, handled=False)

    options: dict[str, Any] = {}
    if tls is not None and not implicit:
        options |= {"tls_context": tls, "require_starttls": True}
    if login is not None:
        options |= {
            "authenticator": authenticate,
            "auth_required": not implicit,
            "auth_require_tls": not implicit,
        }
    controller = Controller(
        receiver,
        hostname="127.0.0.1",
        port=receiver.port,
        ssl_context=tls if implicit else None,
        **options,
    )
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()


@contextmanager
def silent_server(greeting: bytes = b"") -> Iterator[int]:
    """The port of a server that accepts, says `greeting` and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        is_over = threading.Event()
        held: list[socket.socket] = []

        def accept() -> None:
            while not is_over.is_set():
                try:
                    connected, _ = server.accept()
                except TimeoutError:
                    continue
                connected.sendall(greeting)
                held.append(connected)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            is_over.set()
            thread.join()
            for one in held:
                one.close()
