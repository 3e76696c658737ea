"""Is a file of participants taken whole or refused whole, with a place and a remedy for every fault?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import ParticipantId
from core.domain.participants import Checks, OnContentPolicy, Participant, Role
from core.templates.participant_files import (
    FALLBACKS_MAX,
    PARTICIPANTS_MAX,
    ParticipantFileError,
    read_participants,
    write_participants,
)
from core.templates.participants import SHIPPED_PARTICIPANTS

PROVIDERS = ("anthropic", "gemini", "groq", "ollama", "openai", "rehearsal")

WHOLE = """\
- id: careful_claude
  name: Careful Claude
  model: anthropic:claude-sonnet-4-5
  role: opponent
  temperature: 0.25
  tokens_output_max: 900
  fallbacks: [gemini:gemini-2.5-pro, ollama:llama3.2]
  checks: retry
  content_policy: fall_back
  system_prompt: >
    Test the motion.
    Be brief.
"""


def read(text: str) -> tuple[Participant, ...]:
    return read_participants(text, origin="people.yaml", providers=PROVIDERS)


def faults(text: str) -> list[str]:
    with pytest.raises(ParticipantFileError) as refused:
        read(text)
    *lines, count = str(refused.value).split("\n")
    assert count.startswith(f"people.yaml: {len(lines)} problem")
    return [line.removeprefix("people.yaml:") for line in lines]


def with_line(line: str) -> str:
    return f"- id: ann\n  model: rehearsal\n  {line}\n"


def test_everything_that_can_be_said_of_a_participant_is_read() -> None:
    assert read(WHOLE) == (
        Participant(
            id=ParticipantId("careful_claude"),
            name="Careful Claude",
            model="anthropic:claude-sonnet-4-5",
            role=Role.OPPONENT,
            system_prompt="Test the motion. Be brief.",
            temperature_milli=250,
            tokens_output_max=900,
            fallbacks=("gemini:gemini-2.5-pro", "ollama:llama3.2"),
            checks=Checks.RETRY,
            content_policy=OnContentPolicy.FALL_BACK,
        ),
    )


def test_an_id_and_a_model_are_enough() -> None:
    (participant,) = read("- {id: my_llama, model: 'ollama:llama3.2'}\n")

    assert participant == Participant(id=ParticipantId("my_llama"), name="My llama", model="ollama:llama3.2")


def test_those_that_ship_can_be_written_and_read_again() -> None:
    assert read(write_participants(SHIPPED_PARTICIPANTS)) == SHIPPED_PARTICIPANTS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file holds no participant. Begin each participant with '- id:'."),
        ("id: ann\n", "1:1: a file of participants is a list, and this is a mapping."),
        ("- ann\n", "1:3: a participant is a mapping, and this is 'ann'."),
        ("- id: ann\n", "1:3: this participant has no 'model'. Add it."),
        ("- model: rehearsal\n", "1:3: this participant has no 'id'. Add it."),
        ("- {id: Ann, model: rehearsal}\n", "1:8: 'Ann' can't be the id of a participant."),
        ("- {id: openai, model: rehearsal}\n", "1:8: 'openai' is the name of a provider."),
        (
            "- {id: a, model: rehearsal}\n- {id: a, model: rehearsal}\n",
            "2:8: two participants are called 'a'",
        ),
        (
            "- {id: a, model: 'anthropc:x'}\n",
            "1:18: no provider serves the model 'anthropc:x'. Did you mean",
        ),
        ("- {id: a, model: 'openai:'}\n", "1:18: 'openai:' names no model. Write openai:MODEL."),
        ("- {id: a, model: 'openai:a b'}\n", "1:18: 'openai:a b' names no model. Write openai:MODEL."),
        (with_line("temprature: 1"), "3:3: a participant has no key 'temprature'. Did you mean 'temperature'?"),
        (with_line("temperature: 2.001"), "3:16: '2.001' is no temperature. Write a number from 0 to 2"),
        (with_line("temperature: 0.0001"), "3:16: '0.0001' is no temperature."),
        (with_line("temperature: warm"), "3:16: 'warm' is no temperature."),
        (with_line("tokens_output_max: 0"), "3:22: '0' is no number of tokens."),
        (with_line("tokens_output_max: 100001"), "3:22: '100001' is no number of tokens."),
        (with_line("role: judg"), "3:9: no role is called 'judg'. Did you mean 'judge'?"),
        (
            with_line("checks: often"),
            "3:11: no way to check answers is called 'often'. Write one of",
        ),
        (
            with_line("content_policy: fallback"),
            "3:19: no content policy is called 'fallback'. Did you mean",
        ),
        (with_line("fallbacks: openai:a"), "3:14: 'fallbacks' holds a list of models, and this is 'openai:a'."),
        (with_line("fallbacks: [rehearsal]"), "3:15: 'rehearsal' stands among its models twice."),
        (with_line("fallbacks: ['openai:a', 'openai:a']"), "3:27: 'openai:a' stands among its models twice."),
        (with_line("system_prompt: 3"), "3:18: a system prompt is a text, and this is '3'."),
        (with_line('system_prompt: "\\e[31m"'), "3:18: this text holds the control character U+001B."),
        (with_line("name: ["), "4:1: this is no YAML"),
    ],
)
def test_a_fault_is_told_with_its_place_and_remedy(text: str, said: str) -> None:
    (fault,) = faults(text)

    assert fault.startswith(said)


def test_all_faults_are_told_at_once() -> None:
    text = "- id: openai\n  modle: x\n  model: rehearsal\n  temperature: 3\n- 3\n"

    assert [fault.partition(": ")[0] for fault in faults(text)] == ["1:7", "2:3", "4:16", "5:3"]


def test_a_file_has_bounds() -> None:
    many = "".join(f"- {{id: a{number}, model: rehearsal}}\n" for number in range(PARTICIPANTS_MAX + 1))
    routes = ", ".join(f"'openai:{number}'" for number in range(FALLBACKS_MAX + 1))

    assert faults(many)[0].startswith(f"{PARTICIPANTS_MAX + 1}:3: a file holds at most {PARTICIPANTS_MAX}")
    assert faults(with_line(f"fallbacks: [{routes}]"))[0].endswith("Keep those that you would wait for.")


MODELS = st.from_regex(r"(openai|ollama|groq):[a-zA-Z0-9][a-zA-Z0-9./_:-]{0,30}[a-z0-9]", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=200)
PROMPTS = (
    st.lists(TEXTS | st.just(""), max_size=4)
    .map("\n".join)
    .map(lambda text: text.rstrip("\n"))
    .filter(lambda text: not text or bool(text.strip()))
)
PARTICIPANTS = st.builds(
    Participant,
    id=st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,4})?", fullmatch=True)
    .filter(lambda id: id not in PROVIDERS)
    .map(ParticipantId),
    name=TEXTS.filter(lambda name: len(name) <= 120 and bool(name.strip())),
    model=MODELS,
    role=st.none() | st.sampled_from(Role),
    system_prompt=PROMPTS,
    temperature_milli=st.integers(0, 2_000),
    tokens_output_max=st.integers(1, 100_000),
    fallbacks=st.lists(MODELS.map(lambda model: f"{model}x"), unique=True, max_size=3).map(tuple),
    content_policy=st.sampled_from(OnContentPolicy),
    checks=st.sampled_from(Checks),
).filter(lambda each: each.model not in each.fallbacks)


@given(st.lists(PARTICIPANTS, max_size=4, unique_by=lambda each: each.id))
def test_whatever_is_written_reads_back_the_same(participants: list[Participant]) -> None:
    text = write_participants(participants)

    if participants:
        assert read(text) == tuple(participants)
    else:
        assert text == "[]\n"


def read_or_refused(text: str) -> tuple[Participant, ...] | ParticipantFileError:
    try:
        return read(text)
    except ParticipantFileError as error:
        return error


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    found = read_or_refused(text)

    assert isinstance(found, tuple) or str(found).startswith("people.yaml:")
