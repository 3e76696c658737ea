"""Do other processes see how the driver's routes and jobs stand, and can the operator have a route asked again?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.domain.route_health import ProviderHealth, RouteHealth
from core.domain.session import Status
from core.ports.response_cache import CacheMode
from core.runtime.caching import CacheFigures
from core.runtime.driver_notes import NOTES_SETTING, DriverNotes, notes_as_text, notes_from_text
from core.runtime.schedule import JobView
from tests.stage import Stage, until
from tests.virtual_time import in_virtual_time

WORDS = st.text(max_size=12)
COUNTS = st.integers(0, 2**40)
MAYBE = st.none() | COUNTS
ROUTES = st.builds(
    RouteHealth,
    route=WORDS,
    breaker=st.sampled_from(("closed", "open", "half_open")),
    rest_ms=COUNTS,
    answers=COUNTS,
    errors=st.dictionaries(WORDS, COUNTS, max_size=3),
    last_error=WORDS,
    latency_p50_ms=MAYBE,
    latency_p95_ms=MAYBE,
    requests_left=MAYBE,
    tokens_left=MAYBE,
    waiting=COUNTS,
    probe=WORDS,
    probed_at_ms=COUNTS,
)
JOBS = st.builds(JobView, name=WORDS, every_seconds=COUNTS, next_run_ms=COUNTS, last_run_ms=COUNTS, last_result=WORDS)
PROVIDERS = st.builds(
    ProviderHealth,
    provider=WORDS,
    address=WORDS,
    probe=WORDS,
    probed_at_ms=COUNTS,
    answers=COUNTS,
    errors=st.dictionaries(WORDS, COUNTS, max_size=3),
    last_error=WORDS,
    latency_p50_ms=MAYBE,
    latency_p95_ms=MAYBE,
    requests_left=MAYBE,
    tokens_left=MAYBE,
    waiting=COUNTS,
)
KEPT = st.builds(
    CacheFigures,
    mode=st.sampled_from(CacheMode),
    looked_up=COUNTS,
    hits_exact=COUNTS,
    hits_similar=COUNTS,
    kept=COUNTS,
    not_kept=st.dictionaries(WORDS, COUNTS, max_size=3),
    saved_microusd=COUNTS,
    saved_ms=COUNTS,
    saved_tokens_input=COUNTS,
    saved_tokens_output=COUNTS,
    faults=st.lists(WORDS, max_size=2).map(tuple),
)
NOTES = st.builds(
    DriverNotes,
    at_ms=COUNTS,
    routes=st.lists(ROUTES, max_size=3).map(tuple),
    jobs=st.lists(JOBS, max_size=3).map(tuple),
    providers=st.lists(PROVIDERS, max_size=3).map(tuple),
    kept=st.none() | KEPT,
)


@given(NOTES)
def test_a_note_reads_as_it_was_written(notes: DriverNotes) -> None:
    assert notes_from_text(notes_as_text(notes)) == notes


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "at_ms": 1, "routes": [{}], "jobs": []}', "null"],
)
def test_a_note_that_cannot_be_read_says_nothing(text: str) -> None:
    assert notes_from_text(text) == DriverNotes()


def test_a_note_of_an_earlier_release_is_read_as_far_as_it_goes() -> None:
    text = '{"schema":1,"at_ms":5,"routes":[{"route":"a:b","breaker":"open","spent_microusd":3}],"jobs":[]}'

    assert notes_from_text(text) == DriverNotes(at_ms=5, routes=(RouteHealth(route="a:b", breaker="open"),))


def test_a_note_of_a_later_release_with_a_field_more_is_read() -> None:
    text = notes_as_text(DriverNotes(at_ms=5, routes=(RouteHealth(route="a:b", breaker="open"),)))

    assert notes_from_text(text.replace('"route":', '"mood":"blue","route":')).routes[0].route == "a:b"


def test_a_joined_process_reads_what_the_driver_noted_and_has_a_route_reset() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        other = stage.orchestrator()
        await other.start()
        session = await driver.start_debate("Noted?", template_id="simple_debate", casting={"": "scripted"})
        assert await until(driver, session) is Status.COMPLETED
        live = await driver.driver_notes()
        await stage.catalogue.save_setting(NOTES_SETTING, notes_as_text(live))

        assert [route.route for route in live.routes] == ["scripted"]
        assert await other.driver_notes() == live
        assert await other.reset_route("scripted") == "scripted is asked again"
        with pytest.raises(WrongUse, match="Did you mean 'scripted'"):
            await other.reset_route("scriptd")
        await other.stop()
        await driver.stop()

    in_virtual_time(work)


def test_before_anybody_drove_there_is_no_note() -> None:
    async def work() -> None:
        reader = Stage().orchestrator()
        await reader.start(drive=False)

        assert await reader.driver_notes() == DriverNotes()
        await reader.stop()

    in_virtual_time(work)
