"""Does a template say what its operator means, and does none of them run away, hang or reach into anything?"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.channels.templates import FILTERS, STEPS_MAX, TEXT_CHARACTERS_MAX, VALUES, MessageTemplate, NotWorded
from core.domain.errors import WrongUse
from core.notifying.delivering import Delivery
from core.notifying.notification import NotificationType
from core.notifying.sampling import sample
from tests.core.notifying.builders import delivery, notification

HOSTILE = '<script>alert("{{ 7 * 7 }}")</script>'


def rendered(source: str, told: Delivery | None = None, *, is_html: bool = False) -> str:
    return MessageTemplate(source, where="ops.j2", is_html=is_html).render(told or delivery(channel="ops"))


def refusal_of(source: str) -> str:
    with pytest.raises(WrongUse) as refused:
        MessageTemplate(source, where="ops.j2")
    return str(refused.value)


def test_what_a_broken_template_is_said_to_be_ends_in_one_full_stop() -> None:
    with pytest.raises(WrongUse) as refused:
        MessageTemplate("{% endfor %}", where="ops.j2")

    assert str(refused.value) == "ops.j2:1: this is no template: Encountered unknown tag 'endfor'."


def test_a_template_speaks_of_what_is_told() -> None:
    source = (
        "{{ type }} ({{ priority }}) {{ at }} {{ session[:4] }} {{ title|upper }}{% if seat %} {{ seat }}{% endif %}"
    )

    assert rendered(source) == (
        "DEBATE_COMPLETED (normal) 2026-09-21 14:13:20 ab12 THE RELEASE TRAIN LEAVES ON FRIDAYS."
    )


def test_a_digest_is_gone_through() -> None:
    digest = sample(NotificationType.DIGEST, channel="ops")
    source = "{% for each in gathered %}{{ loop.index }}. {{ each.type }}\n{% endfor %}"

    assert rendered(source, digest) == "1. DEBATE_STARTED\n2. DEBATE_COMPLETED\n"
    assert rendered("{{ gathered|join(', ', attribute='type') }}", digest) == "DEBATE_STARTED, DEBATE_COMPLETED"


@pytest.mark.parametrize("name", VALUES)
def test_every_value_that_is_documented_is_there(name: str) -> None:
    digest = sample(NotificationType.DIGEST, channel="ops")

    assert rendered(f"{{{{ {name}|tojson }}}}", digest)


def test_what_was_said_becomes_no_markup_and_no_template() -> None:
    told = delivery(notification(text=HOSTILE), channel="ops")

    assert rendered("<p>{{ text }}</p>", told, is_html=True) == (
        "<p>&lt;script&gt;alert(&#34;{{ 7 * 7 }}&#34;)&lt;/script&gt;</p>"
    )
    assert rendered("{{ text }}", told) == HOSTILE


def test_json_of_anything_that_was_said_is_json() -> None:
    told = delivery(notification(text='"},{\\\n\u2028' + HOSTILE), channel="ops")

    assert json.loads(rendered('{"text": {{ text|tojson }}}', told)) == {"text": told.notification.text}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("\n{% if %}", "ops.j2:2: this is no template"),
        ("a\n\n{{ titel }}", "ops.j2:3: no value is called 'titel'. Did you mean 'title'?"),
        ("{{ text|uper }}", "ops.j2:1: no filter is called 'uper' here. Did you mean 'upper'?"),
        ("{% for i in range(10**9) %}{% endfor %}", "ops.j2:1: a template calls nothing"),
        ("{% set a = 1 %}", "ops.j2:1: a template has no variables of its own."),
        ("{% macro a() %}{% endmacro %}", "ops.j2:1: a template has no macros."),
        ("{% include '/etc/passwd' %}", "ops.j2:1: a template stands in one file."),
        ("{{ 'x' * 1000000000 }}", "ops.j2:1: a template multiplies nothing"),
        ("{{ 9 ** 9 ** 9 }}", "ops.j2:1: a template multiplies nothing"),
        ("{{ '%1000000000d' % 1 }}", "ops.j2:1: a template formats with filters alone"),
        ("{{ '%1000000000d'|format(1) }}", "ops.j2:1: no filter is called 'format' here."),
        ("{{ text|center(1000000000) }}", "ops.j2:1: no filter is called 'center' here."),
        ("{{ text|safe }}", "ops.j2:1: no filter is called 'safe' here."),
        ("{% for a in text recursive %}{% endfor %}", "ops.j2:1: a loop goes through nothing again and again."),
        ("{% for _counted in text %}{{ _counted }}{% endfor %}", "ops.j2:1: no value is called '_counted'."),
        ("{{ text" + "|tojson" * 20 + " }}", "ops.j2:1: more than 8 filters or loops stand within one another."),
        ("x" * 20_001, "ops.j2: has 20,001 characters."),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "ops.j2: this is nested too deeply."),
        ("{% if text %}" * 300 + "{% endif %}" * 300, "ops.j2: this is nested too deeply."),
    ],
)
def test_what_a_template_may_not_do_is_refused_when_it_is_read_with_its_line(source: str, why: str) -> None:
    assert refusal_of(source).startswith(why)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in text %}{% for b in text %}{% for c in text %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in text %}{% for b in text %}{{ title }}{% endfor %}{% endfor %}",
        "{% for a in text %}" + "{{ title|upper|lower|title }}" * 300 + "{% endfor %}",
        "{{ text|tojson|tojson|tojson|tojson|tojson|tojson|tojson|tojson }}",
    ],
)
def test_what_does_not_end_or_grows_is_broken_off(source: str) -> None:
    told = delivery(notification(text='"' * 1_000), channel="ops")
    with pytest.raises(NotWorded) as broken_off:
        rendered(source, told)

    assert str(broken_off.value).startswith("ops.j2 could not word it: its loops don't end") or (
        f"more than {TEXT_CHARACTERS_MAX:,} characters" in str(broken_off.value)
    )
    assert STEPS_MAX <= 100_000


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ text.__class__ }}", "unsafe"),
        ("{{ text.format.__globals__ }}", "unsafe"),
        ("{{ gathered[0].title }}", "has no element 0"),
        ("{{ seq + title }}", "unsupported operand"),
        ("{{ gathered|join(text) }}", "join takes a list and at most 100 characters"),
        ("{{ title|join }}", "join takes a list"),
        ("{{ text|tojson(1000000000) }}", "takes 1 positional argument"),
        ("{{ each.title }}{% for each in gathered %}{% endfor %}", "'each' is undefined"),
    ],
)
def test_what_goes_wrong_while_it_is_rendered_is_said_in_one_line(source: str, why: str) -> None:
    told = delivery(notification(text="x" * 101), channel="ops")
    with pytest.raises(NotWorded) as failed:
        rendered(source, told)

    assert str(failed.value).startswith("ops.j2 could not word it: ")
    assert why in str(failed.value)
    assert "\n" not in str(failed.value)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "{% for a in text %}", "{% for b in gathered %}", "{% endfor %}", "{% if title %}", "{% endif %}",
                "{{ text }}", "{{ a }}", "{{ b.title }}", *(f"{{{{ text|{name} }}}}" for name in FILTERS),
                "{{ text|tojson|urlencode }}", "{{ text[:3] ~ title }}", "{{ title + text }}",
            ]
        ),
        max_size=40,
    )
)  # fmt: skip  # a list
def test_whatever_stands_in_a_template_it_is_refused_or_comes_to_a_bounded_text(pieces: list[str]) -> None:
    told = replace(sample(NotificationType.DIGEST, channel="ops"), notification=notification(text='"%ß' * 300))
    text = ""
    with suppress(WrongUse, NotWorded):
        text = MessageTemplate("".join(pieces), where="ops.j2").render(told)

    assert len(text) <= TEXT_CHARACTERS_MAX
