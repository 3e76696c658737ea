"""Does undo lead back step by step, and redo forward again, whatever was done between?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.rules.versions import Version, VersionKind, redone_to, undoable, undone_to

CHANGE, UNDO, REDO, FILES = VersionKind.CHANGE, VersionKind.UNDO, VersionKind.REDO, VersionKind.FILES


def numbered(*kinds: VersionKind) -> list[Version]:
    return list(enumerate(kinds, start=1))


def test_undo_leads_back_step_by_step() -> None:
    assert undone_to(numbered(CHANGE, CHANGE, CHANGE)) == 2
    assert undone_to(numbered(CHANGE, CHANGE, CHANGE, UNDO)) == 1
    assert undone_to(numbered(CHANGE, CHANGE, CHANGE, UNDO, UNDO)) is None


def test_redo_leads_forward_through_what_was_undone() -> None:
    assert redone_to(numbered(CHANGE, CHANGE)) is None
    assert redone_to(numbered(CHANGE, CHANGE, CHANGE, UNDO, UNDO)) == 2
    assert redone_to(numbered(CHANGE, CHANGE, CHANGE, UNDO, UNDO, REDO)) == 3
    assert undone_to(numbered(CHANGE, CHANGE, CHANGE, UNDO, UNDO, REDO)) == 1


def test_a_change_after_an_undo_leaves_nothing_to_redo() -> None:
    history = numbered(CHANGE, CHANGE, UNDO, CHANGE)

    assert redone_to(history) is None
    assert undone_to(history) == 1
    assert undoable(history) == 4


def test_what_files_say_is_neither_undone_nor_in_the_way() -> None:
    history = numbered(CHANGE, FILES, CHANGE, FILES, UNDO, FILES)

    assert undone_to(history) is None
    assert redone_to(history) == 3


def test_a_history_without_its_beginning_is_undone_as_far_as_it_reaches() -> None:
    middle = [(7, UNDO), (8, CHANGE), (9, CHANGE)]

    assert undone_to(middle) == 8
    assert undone_to([*middle, (10, UNDO)]) == 7
    assert undone_to([*middle, (10, UNDO), (11, UNDO)]) is None


@given(st.lists(st.sampled_from([CHANGE, CHANGE, UNDO, REDO, FILES]), max_size=30))
def test_undo_after_a_change_brings_back_what_was_and_redo_what_came(wishes: list[VersionKind]) -> None:
    history: list[Version] = [(1, CHANGE)]
    contents = {1: 0}
    past: list[int] = []
    future: list[int] = []
    now = 0
    for wish in wishes:
        number = len(history) + 1
        back, forward = undone_to(history), redone_to(history)
        assert (back is None, forward is None) == (not past, not future)
        match wish:
            case VersionKind.UNDO:
                if back is None:
                    continue
                future.append(now)
                now = past.pop()
                assert contents[back] == now
            case VersionKind.REDO:
                if forward is None:
                    continue
                past.append(now)
                now = future.pop()
                assert contents[forward] == now
            case VersionKind.CHANGE:
                past.append(now)
                now, future = number, []
            case VersionKind.FILES:
                pass
        history.append((number, wish))
        contents[number] = now
