"""Does mail arrive, whole and once, through a real SMTP server, and is it known when it can't?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from core.channels.mail import Mail, subject_of
from core.ports.channel import NotDelivered
from core.ports.mail_target import MailSecurity, MailTarget
from tests.core.notifying.builders import delivery, notification

TO = ("ann@example.org", "ben@example.org")
PASSWORD = "a password of the tests"


@dataclass
class Mailbox:
    """What a server takes, and what it says instead where a test wants that."""

    refuses: dict[str, str] = field(default_factory=dict)
    says_to_data: str = ""
    hangs_up_after_data: bool = False
    hangs: bool = False
    taken: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: object, envelope: Envelope, address: str, options: object
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:
        if self.hangs:
            await asyncio.Event().wait()
        if self.says_to_data:
            return self.says_to_data
        self.taken.append(envelope)
        if self.hangs_up_after_data:
            cast("asyncio.Transport", server.transport).abort()
        return "250 taken"

    def message(self) -> EmailMessage:
        """The one that was taken."""
        (envelope,) = self.taken
        return cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=default))


@asynccontextmanager
async def serving(mailbox: Mailbox, **how: Any) -> AsyncIterator[int]:
    """An SMTP server on a free port of loopback; its port."""
    loop = asyncio.get_running_loop()
    connections: list[SMTP] = []

    def connection() -> SMTP:
        connections.append(SMTP(mailbox, enable_SMTPUTF8=True, hostname="localhost", loop=loop, **how))
        return connections[-1]

    server = await loop.create_server(connection, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in connections:
            if each._handler_coroutine is not None:
                each._handler_coroutine.cancel()
        await server.wait_closed()


def mail(port: int, *, user: str = "", seconds_max: float = 60, to: tuple[str, ...] = TO) -> Mail:
    return Mail(
        MailTarget(
            name="team",
            host="127.0.0.1",
            port=port,
            security=MailSecurity.NONE,
            sender="moot@example.org",
            to=to,
            user=user,
            password=PASSWORD if user else "",
            seconds_max=seconds_max,
        )
    )


async def refusal_of(channel: Mail) -> NotDelivered:
    with pytest.raises(NotDelivered) as refused:
        await channel.deliver(delivery(channel="team"))
    return refused.value


async def test_everybody_gets_one_message_in_plain_words_and_as_html() -> None:
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mail(port).deliver(delivery(channel="team"))

    message = mailbox.message()
    assert mailbox.taken[0].rcpt_tos == list(TO)
    assert message["subject"] == "[moot] is over: The release train leaves on Fridays."
    assert message["message-id"] == f"<{delivery(channel='team').id}@moot.invalid>"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "It is over." in plain.get_content()
    assert "<p>It is over.</p>" in html.get_content()


async def test_the_same_delivery_has_the_same_message_id_when_it_is_sent_again() -> None:
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mail(port).deliver(delivery(channel="team"))
        await mail(port).deliver(delivery(channel="team"))

    ids = {message_from_bytes(cast("bytes", each.content))["message-id"] for each in mailbox.taken}
    assert len(ids) == 1


async def test_what_a_debate_says_becomes_no_header_and_no_markup() -> None:
    told = notification(text="<script>alert(1)</script>\r\nBcc: eve@example.org")
    object.__setattr__(told, "title", "Fridays\r\nBcc: eve@example.org\r\n\r\n<b>owned</b>")
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mail(port).deliver(delivery(told, channel="team"))

    message = mailbox.message()
    html = message.get_body(("html",))
    assert html is not None
    assert message["bcc"] is None
    assert mailbox.taken[0].rcpt_tos == list(TO)
    assert "<script>" not in html.get_content()
    assert "<b>" not in html.get_content()


def test_a_subject_is_one_line_of_bounded_length() -> None:
    told = notification()
    object.__setattr__(told, "title", "x\n" * 500)

    assert "\n" not in subject_of(delivery(told))
    assert len(subject_of(delivery(told))) == 120


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [("550 no such mailbox", True), ("451 greylisted, come back later", False), ("452 too many", False)],
)
async def test_recipients_that_are_refused_are_asked_again_only_where_that_can_help(
    answer: str, is_final: bool
) -> None:
    async with serving(Mailbox(refuses=dict.fromkeys(TO, answer))) as port:
        refused = await refusal_of(mail(port))

    assert (str(refused), refused.is_final) == ("127.0.0.1 refused every recipient.", is_final)


async def test_who_has_it_does_not_get_it_again_because_another_was_refused() -> None:
    mailbox = Mailbox(refuses={"ben@example.org": "451 greylisted"})
    async with serving(mailbox) as port:
        refused = await refusal_of(mail(port))

    assert mailbox.taken[0].rcpt_tos == ["ann@example.org"]
    assert (str(refused), refused.is_final) == ("127.0.0.1 refused 1 of 2 recipients.", True)


@pytest.mark.parametrize(("answer", "is_final"), [("554 looks like spam", True), ("451 no room", False)])
async def test_a_message_that_is_refused_is_sent_again_only_where_that_can_help(answer: str, is_final: bool) -> None:
    async with serving(Mailbox(says_to_data=answer)) as port:
        refused = await refusal_of(mail(port))

    assert refused.is_final == is_final


async def test_a_server_that_hangs_up_behind_the_message_is_asked_again_under_the_same_id() -> None:
    mailbox = Mailbox(hangs_up_after_data=True)
    async with serving(mailbox) as port:
        refused = await refusal_of(mail(port))

    assert not refused.is_final
    assert mailbox.message()["x-moot-delivery"] == delivery(channel="team").id


async def test_a_server_that_hangs_is_left_after_a_named_time() -> None:
    async with serving(Mailbox(hangs=True)) as port:
        refused = await refusal_of(mail(port, seconds_max=0.2))

    assert not refused.is_final


async def test_nobody_there_is_tried_again() -> None:
    async with serving(Mailbox()) as port:
        pass

    assert not (await refusal_of(mail(port))).is_final


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_server_that_wants_to_know_who_we_are_is_told() -> None:
    def knows(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
        is_known = (data.login, data.password) == (b"ann", PASSWORD.encode())
        return AuthResult(success=is_known, handled=False)

    mailbox = Mailbox()
    how = {"authenticator": knows, "auth_required": True, "auth_require_tls": False}
    async with serving(mailbox, **how) as port:
        await mail(port, user="ann").deliver(delivery(channel="team"))
        refused = await refusal_of(mail(port, user="eve"))

    assert len(mailbox.taken) == 1
    assert refused.is_final
    assert PASSWORD not in str(refused)
    assert PASSWORD not in repr(mail(port, user="ann")._target)
