"""Is the table of actions one that a hand and an eye can rely on?"""

from __future__ import annotations

import pytest
from textual.binding import BindingsMap

from console.actions import ACTIONS, Place
from console.bindings import bindings_for, textual_keymap
from console.keys import (
    FOOTER_HINTS_MAX,
    PLACES_TOGETHER,
    STANDARD_KEYMAP,
    action,
    clashes,
    footer_hints,
    help_hint,
    is_bare,
    palette_entries,
    shown_key,
)
from console.widgets.bar import hints_fitting


def test_every_action_has_an_id_of_its_own_a_key_and_a_sentence() -> None:
    assert len({each.id for each in ACTIONS}) == len(ACTIONS)
    assert all(each.default_keys and each.help.endswith(".") and each.title for each in ACTIONS)


def test_no_key_means_two_things_where_both_are_live() -> None:
    assert clashes(STANDARD_KEYMAP) == ()


def test_nothing_destructive_has_a_bare_key() -> None:
    destructive = [each for each in ACTIONS if each.is_destructive]

    assert {each.id for each in destructive} == {"cancel", "delete", "delete_rules", "delete_template", "kill_switch"}
    assert not any(is_bare(key) for each in destructive for key in each.default_keys)


@pytest.mark.parametrize(
    ("action_id", "key"),
    [
        ("quit", "ctrl+q"),
        ("palette", "ctrl+p"),
        ("help", "f1"),
        ("help", "question_mark"),
        ("filter", "slash"),
        ("find_next", "n"),
        ("find_previous", "N"),
        ("back", "escape"),
        ("list_down", "j"),
        ("list_end", "G"),
        ("list_mark", "space"),
        ("list_open", "enter"),
        ("go_rules", "2"),
        ("jump", "ctrl+o"),
        ("zoom", "z"),
        ("undo", "u"),
    ],
)
def test_the_keys_that_hands_know_do_what_hands_expect(action_id: str, key: str) -> None:
    assert key in STANDARD_KEYMAP.of(action_id)


@pytest.mark.parametrize("places", PLACES_TOGETHER)
def test_the_footer_of_every_place_fits_eighty_columns_whole(places: tuple[Place, ...]) -> None:
    hints = footer_hints(places)
    shown, _ = hints_fitting(hints, help_hint(), (), 80)

    assert 1 <= len(hints) <= FOOTER_HINTS_MAX
    assert shown == [*hints, help_hint()]


def test_bindings_carry_the_action_s_id_and_its_sentence() -> None:
    by_key = dict(BindingsMap(bindings_for("sessions", "anywhere")))

    assert by_key["ctrl+x"].id == by_key["ctrl+x"].action == "cancel"
    assert by_key["question_mark"].tooltip == action("help").help
    assert by_key["ctrl+k"].priority
    assert not by_key["p"].priority


def test_a_keymap_moves_a_binding_and_frees_its_old_key() -> None:
    bindings = BindingsMap(bindings_for("sessions"))
    bindings.apply_keymap({**textual_keymap(STANDARD_KEYMAP), "pause_resume": "Y"})
    by_key = dict(bindings)

    assert by_key["Y"].action == "pause_resume"
    assert "p" not in by_key
    assert by_key["c"].action == "new_debate"


def test_the_palette_offers_what_can_be_done_here_and_no_moving_about() -> None:
    ids = {each.id for each, _ in palette_entries(("list", "rules", "anywhere"))}

    assert {"toggle_rule", "quit", "theme_next", "kill_switch"} <= ids
    assert not ids & {"list_down", "cancel", "palette"}


def test_keys_are_shown_as_people_write_them() -> None:
    assert [shown_key(key) for key in ("question_mark", "ctrl+right_square_bracket", "enter", "G")] == [
        "?",
        "ctrl+]",
        "⏎",
        "G",
    ]
