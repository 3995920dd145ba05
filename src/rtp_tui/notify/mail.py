"""A message as an e-mail, RFC 5322: nothing of it can become a header of its own."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rtp_tui.model.notifications import Message
from rtp_tui.text import safe

if TYPE_CHECKING:
    from email.message import EmailMessage

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def is_address(text: str) -> bool:
    """Whether it is a plain address, such as desk@example.com."""
    return ADDRESS.fullmatch(text) is not None


def mail_of(message: Message, sender: str, recipients: Sequence[str]) -> "EmailMessage":
    """The mail; the same key makes the same `Message-ID`, by which mailboxes know one that comes twice."""
    from email.message import (
        EmailMessage,  # heavy: the configuration, which checks addresses, does not need it
    )
    from email.policy import SMTP  # heavy: likewise
    from email.utils import format_datetime  # heavy: likewise
    from hashlib import sha256  # heavy: likewise

    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = safe(message.subject, 200)
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at_ms / 1000, tz=UTC))
    mail["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:32]}@{sender.partition('@')[2]}>"
    mail["Idempotency-Key"] = safe(message.key, 200)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text or message.subject)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail
