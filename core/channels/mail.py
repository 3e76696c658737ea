"""How is somebody told by mail?

One message, plain and as HTML, with a Message-ID that follows from the delivery: where the server's last word is lost
the message is sent again, and a mailbox can drop the second. What a debate says never becomes a header or markup.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from core.notifying.delivering import Delivery
from core.notifying.notification import NotificationType, Priority
from core.ports.channel import NotDelivered
from core.ports.mail_target import MailSecurity, MailTarget

AT_ONCE_MAX = 2
SUBJECT_CHARACTERS_MAX = 120
PERMANENT = range(500, 600)

_IN_WORDS = {
    NotificationType.DEBATE_STARTED: "has begun",
    NotificationType.DEBATE_COMPLETED: "is over",
    NotificationType.ESCALATION_NOTICE: "asks you",
    NotificationType.ARGUMENT_REQUEST: "waits for you",
    NotificationType.RESPONSE_REQUEST: "waits for you",
    NotificationType.CLARIFICATION_REQUEST: "wants to know",
    NotificationType.ERROR_NOTIFICATION: "has a problem",
}


class Mail:
    """Tells one target by SMTP."""

    at_once_max = AT_ONCE_MAX

    def __init__(self, target: MailTarget) -> None:
        self.name = target.name
        self._target = target

    async def deliver(self, delivery: Delivery) -> None:
        import aiosmtplib  # who sends no mail needs none of it

        target = self._target
        try:
            refused, _ = await aiosmtplib.send(
                message_of(delivery, target),
                hostname=target.host,
                port=target.port,
                username=target.user or None,
                password=target.password or None,
                use_tls=target.security is MailSecurity.TLS,
                start_tls=target.security is MailSecurity.STARTTLS,
                timeout=target.seconds_max,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            raise self._failed("refused every recipient", codes) from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._failed(f"answered {error.code}", [error.code]) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._failed(f"could not be told: {type(error).__name__}", []) from error
        if refused:
            # Who has it must not get it again, and who hasn't is not to be forgotten.
            raise NotDelivered(f"{target.host} refused {len(refused)} of {len(target.to)} recipients.", is_final=True)

    async def close(self) -> None:
        pass

    def _failed(self, what: str, codes: list[int]) -> NotDelivered:
        """What a server says for good (5xx) is not asked again; a greylisting one (4xx) asks for exactly that."""
        is_final = bool(codes) and all(code in PERMANENT for code in codes)
        return NotDelivered(f"{self._target.host} {what}.", is_final=is_final)


def message_of(delivery: Delivery, target: MailTarget) -> EmailMessage:
    """The message, with headers of one line each."""
    told = delivery.notification
    message = EmailMessage()
    message["Subject"] = subject_of(delivery)
    message["From"] = target.sender
    message["To"] = ", ".join(target.to)
    message["Date"] = format_datetime(datetime.fromtimestamp(told.at_ms // 1_000, tz=UTC))
    message["Message-ID"] = f"<{delivery.id}@moot.invalid>"
    message["X-Moot-Delivery"] = delivery.id
    message["Auto-Submitted"] = "auto-generated"
    if told.priority is Priority.URGENT:
        message["Importance"] = "high"
    about = f"{told.type.value}, {told.priority.value}; session {told.session[:8]}, event {told.seq}"
    message.set_content(f"{told.title}\n\n{told.text}\n\n{about}\n")
    message.add_alternative(
        f"<p><strong>{escape(told.title)}</strong></p>\n<p>{escape(told.text)}</p>\n<p><small>{escape(about)}</small></p>\n",
        subtype="html",
    )
    return message


def subject_of(delivery: Delivery) -> str:
    """One line that says what it is about: a line break in a title would begin another header."""
    told = delivery.notification
    what = _IN_WORDS.get(told.type, told.type.value.lower().replace("_", " "))
    line = " ".join(f"[moot] {what}: {told.title}".split())
    return line if len(line) <= SUBJECT_CHARACTERS_MAX else f"{line[: SUBJECT_CHARACTERS_MAX - 1]}…"
