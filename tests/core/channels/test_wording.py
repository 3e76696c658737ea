"""Do an operator's words reach whom they are for, and is nobody left untold where these fail?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.channels.audit_log import AuditLog
from core.channels.mail import Mail
from core.channels.templates import MessageTemplate
from core.channels.terminal import Terminal
from core.channels.webhook import Webhook
from core.channels.wording import NotWorded, about
from core.domain.ids import SessionId
from core.ports.mail_target import MailSecurity, MailTarget
from core.ports.webhook_target import WebhookTarget
from tests.core.channels.receiver import receiver
from tests.core.channels.test_mail import Mailbox, serving
from tests.core.channels.test_terminal import Bell
from tests.core.notifying.builders import AT_MS, delivery, notification

LOOPS = "{% for a in text %}{% for b in text %}{% for c in text %}{% endfor %}{% endfor %}{% endfor %}"
RAISES = "{{ text.nothing }}"
LONG = "a long sentence. " * 50


def templates(**parts: str) -> dict[str, MessageTemplate]:
    return {name: MessageTemplate(text, where=f"{name}.j2", is_html=name == "html") for name, text in parts.items()}


def mail(port: int, **parts: str) -> Mail:
    target = MailTarget(
        name="team",
        host="127.0.0.1",
        port=port,
        security=MailSecurity.NONE,
        sender="moot@example.org",
        to=("ann@example.org",),
    )
    return Mail(target, templates(**parts))


async def test_a_webhook_is_sent_what_its_template_says_and_signs_that() -> None:
    async with receiver() as there:
        target = WebhookTarget(name="ops", url=there.url, secret="a secret of the tests")
        hook = Webhook(target, now_ms=lambda: AT_MS, templates=templates(body='{"text": {{ headline|tojson }}}'))
        note = await hook.deliver(delivery(notification(text='"'), channel="ops"))
        await hook.close()

    (received,) = there.received
    assert json.loads(received.body) == {"text": "[moot] is over: The release train leaves on Fridays."}
    assert received.headers["content-type"].startswith("application/json")
    assert note is None


async def test_what_is_no_json_is_sent_as_plain_words() -> None:
    async with receiver() as there:
        hook = Webhook(
            WebhookTarget(name="ops", url=there.url), now_ms=lambda: AT_MS, templates=templates(body="{{ text }}")
        )
        await hook.deliver(delivery(channel="ops"))
        await hook.close()

    assert there.received[0].headers["content-type"].startswith("text/plain")
    assert there.received[0].body == b"It is over."


@pytest.mark.parametrize(("source", "why"), [(RAISES, "has no attribute 'nothing'"), (LOOPS, "its loops don't end")])
async def test_a_template_that_raises_or_loops_keeps_nobody_untold_and_the_record_says_so(
    source: str, why: str
) -> None:
    async with receiver() as there:
        target = WebhookTarget(name="ops", url=there.url)
        hook = Webhook(target, now_ms=lambda: AT_MS, templates=templates(body=source))
        note = await hook.deliver(delivery(notification(text=LONG), channel="ops"))
        await hook.close()

    assert json.loads(there.received[0].body)["text"] == LONG
    assert note is not None
    assert note.startswith("in the default wording: body.j2 could not word it: ")
    assert why in note


async def test_a_mail_says_what_its_templates_say_and_nothing_that_was_said_becomes_markup_or_a_header() -> None:
    mailbox = Mailbox()
    hostile = delivery(notification(text="<b>over</b>\r\nBcc: eve@example.org"), channel="team")
    async with serving(mailbox) as port:
        channel = mail(port, subject="{{ text }}", text="In words: {{ title }}", html="<i>{{ text }}</i>")
        assert await channel.deliver(hostile) is None

    message = mailbox.message()
    assert message["Subject"] == "<b>over</b> Bcc: eve@example.org"
    assert message["Bcc"] is None
    plain, html = (part.get_content() for part in message.iter_parts())  # type: ignore[attr-defined]
    assert plain.strip() == "In words: The release train leaves on Fridays."
    assert html.startswith("<i>&lt;b&gt;over&lt;/b&gt;")
    assert [envelope.rcpt_tos for envelope in mailbox.taken] == [["ann@example.org"]]


async def test_where_one_part_of_a_mail_fails_all_of_it_is_in_moots_words() -> None:
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        note = await mail(port, subject="Mine", html=RAISES).deliver(delivery(channel="team"))

    assert mailbox.message()["Subject"] == "[moot] is over: The release train leaves on Fridays."
    assert note is not None
    assert "html.j2" in note


async def test_the_audit_trail_keeps_one_line_whatever_its_template_says(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    trail = AuditLog(path, templates(line="{{ type }}\n{{ text }}\n\n"))
    await trail.deliver(delivery(notification(text="one\u2028two")))

    assert path.read_text(encoding="utf-8") == "DEBATE_COMPLETED one two\n"


async def test_the_terminal_says_what_its_template_says() -> None:
    bell = Bell()
    await Terminal(bell, bell, templates(line="{{ priority }}: {{ title }}")).deliver(delivery())

    assert bell.lines == ["normal: The release train leaves on Fridays."]


def test_it_can_be_looked_at_beforehand_and_then_a_template_that_fails_says_why() -> None:
    parts = {part.name: part.text for part in mail(25, subject="{{ type }}").wording(delivery(channel="team"))}
    assert parts["subject"] == "DEBATE_COMPLETED"
    assert list(parts) == ["subject", "text", "html"]

    with pytest.raises(NotWorded, match="nothing"):
        mail(25, text=RAISES).wording(delivery(channel="team"))


def test_what_happened_in_no_session_names_none() -> None:
    of_none = replace(delivery(), notification=replace(notification(), session=SessionId(""), seq=0))
    of_one = replace(delivery(), notification=replace(notification(), seq=12))

    assert about(of_none).endswith(notification().priority.value)
    assert about(of_one).endswith(f"; session {notification().session[:8]}, event 12")
