"""How is somebody told by mail?

One message, plain and as HTML, with a Message-ID that follows from the delivery: where the server's last word is lost
the message is sent again, and a mailbox can drop the second. What a debate says never becomes a header or markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from core.channels.wording import Own, Template, Words, about, headline
from core.notifying.delivering import Delivery
from core.notifying.terms import Priority
from core.ports.channel import NotDelivered, Part
from core.ports.mail_target import MailSecurity, MailTarget

SUBJECT, TEXT, HTML = "subject", "text", "html"
AT_ONCE_MAX = 2
SUBJECT_CHARACTERS_MAX = 120
PERMANENT = range(500, 600)


class Mail:
    """Tells one target by SMTP."""

    at_once_max = AT_ONCE_MAX

    def __init__(self, target: MailTarget, templates: Mapping[str, Template] | None = None) -> None:
        self.name = target.name
        self._target = target
        self._words = Words(OWN, templates)

    async def deliver(self, delivery: Delivery) -> str | None:
        import aiosmtplib  # who sends no mail needs none of it

        target = self._target
        said, note = await self._words.said(delivery)
        try:
            refused, _ = await aiosmtplib.send(
                message_of(delivery, target, said),
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
        return note

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return tuple(
            Part(name=part.name, text=one_line(part.text) if part.name == SUBJECT else part.text)
            for part in self._words.parts(delivery)
        )

    async def close(self) -> None:
        pass

    def _failed(self, what: str, codes: list[int]) -> NotDelivered:
        """What a server says for good (5xx) is not asked again; a greylisting one (4xx) asks for exactly that."""
        is_final = bool(codes) and all(code in PERMANENT for code in codes)
        return NotDelivered(f"{self._target.host} {what}.", is_final=is_final)


def message_of(delivery: Delivery, target: MailTarget, said: Mapping[str, str] | None = None) -> EmailMessage:
    """The message, with headers of one line each."""
    words = said if said is not None else {name: own(delivery) for name, own in OWN.items()}
    message = EmailMessage()
    message["Subject"] = one_line(words[SUBJECT])
    message["From"] = target.sender
    message["To"] = ", ".join(target.to)
    message["Date"] = format_datetime(datetime.fromtimestamp(delivery.notification.at_ms // 1_000, tz=UTC))
    message["Message-ID"] = f"<{delivery.id}@moot.invalid>"
    message["X-Moot-Delivery"] = delivery.id
    message["Auto-Submitted"] = "auto-generated"
    if delivery.notification.priority is Priority.URGENT:
        message["Importance"] = "high"
    message.set_content(words[TEXT])
    message.add_alternative(words[HTML], subtype="html")
    return message


def subject_of(delivery: Delivery) -> str:
    return headline(delivery, characters_max=SUBJECT_CHARACTERS_MAX)


def one_line(subject: str) -> str:
    """A line break in a subject would begin another header."""
    line = " ".join("".join(each if each.isprintable() else " " for each in subject).split())
    return line if len(line) <= SUBJECT_CHARACTERS_MAX else f"{line[: SUBJECT_CHARACTERS_MAX - 1]}…"


def text_of(delivery: Delivery) -> str:
    told = delivery.notification
    gathered = "".join(f"- {each.title}: {each.text}\n" for each in delivery.gathered)
    parts = (told.title, told.text, gathered.rstrip("\n"), about(delivery))
    return "\n\n".join(part for part in parts if part) + "\n"


def html_of(delivery: Delivery) -> str:
    told = delivery.notification
    items = "".join(
        f"<li><strong>{escape(each.title)}</strong>: {escape(each.text)}</li>\n" for each in delivery.gathered
    )
    gathered = f"<ul>\n{items}</ul>\n" if items else ""
    return (
        f"<p><strong>{escape(told.title)}</strong></p>\n<p>{escape(told.text)}</p>\n{gathered}"
        f"<p><small>{escape(about(delivery))}</small></p>\n"
    )


OWN: Own = {SUBJECT: subject_of, TEXT: text_of, HTML: html_of}
"""What a message says where no template says otherwise."""
