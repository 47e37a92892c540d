"""The plan of a sync: whatever the library had and whatever lies in the folders, it makes the one match the other."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.folders import Stamp
from ingest.plan import Known, Move, Plan, Seen, doubtful, make_plan, within

pytestmark = pytest.mark.unit

INBOX, ARCHIVE, ELSEWHERE = "/srv/inbox", "/srv/archive", "/srv/inbox-old"
FOLDERS = (INBOX, ARCHIVE)
EARLY, LATE = Stamp(10, 1_000), Stamp(10, 2_000)

names = st.sampled_from(["a.pdf", "b.pdf", "c.pdf", "sub/a.pdf", "sub/b.pdf"])
inside = st.builds(lambda folder, name: f"{folder}/{name}", st.sampled_from(FOLDERS), names)
outside = st.builds(lambda name: f"{ELSEWHERE}/{name}", names)
doc_ids = st.sampled_from(["doc-1", "doc-2", "doc-3", "doc-4"])
stamps = st.sampled_from([EARLY, LATE])
libraries = st.dictionaries(inside | outside, st.builds(Known, doc_ids, stamps | st.none(), st.booleans()), max_size=9)
contents = st.dictionaries(inside, st.builds(Seen, doc_ids, stamps), max_size=9)


def carried_out(plan: Plan, known: Mapping[str, Known], seen: Mapping[str, Seen]) -> dict[str, Known]:
    """What the library has after a plan, as `Pipeline.add` and `Library.forget_path` leave it."""
    library = dict(known)
    for path in (*plan.files, *plan.touch, *(move.new for move in plan.move)):
        library[path] = Known(seen[path].doc_id, seen[path].stamp)
    for path in (*plan.remove, *(move.old for move in plan.move)):
        del library[path]
    return library


def as_library(seen: Mapping[str, Seen]) -> dict[str, Known]:
    return {path: Known(file.doc_id, file.stamp) for path, file in seen.items()}


@given(libraries, contents)
def test_a_plan_carried_out_gives_the_folders_content_and_leaves_everything_else_alone(
    known: dict[str, Known], seen: dict[str, Seen]
) -> None:
    after = carried_out(make_plan(known, seen, FOLDERS, may_empty=True), known, seen)
    assert within(after, FOLDERS) == as_library(seen)
    assert {path: after[path] for path in after.keys() - within(after, FOLDERS).keys()} == {
        path: known[path] for path in known.keys() - within(known, FOLDERS).keys()
    }


@given(libraries, contents)
def test_a_second_plan_has_nothing_to_do(known: dict[str, Known], seen: dict[str, Seen]) -> None:
    after = carried_out(make_plan(known, seen, FOLDERS, may_empty=True), known, seen)
    again = make_plan(after, seen, FOLDERS)
    assert again.empty and again == Plan(same=tuple(sorted(seen)))
    assert doubtful(after, {path: file.stamp for path, file in seen.items()}) == []


@given(libraries, contents, st.booleans(), st.booleans(), st.sets(st.sampled_from([INBOX, f"{INBOX}/sub"])))
def test_every_path_has_one_place_in_the_plan(
    known: dict[str, Known], seen: dict[str, Seen], keep: bool, may_empty: bool, blind: set[str]
) -> None:
    plan = make_plan(known, seen, FOLDERS, blind=blind, keep_missing=keep, may_empty=may_empty)
    there = [*plan.files, *plan.touch, *plan.same, *(move.new for move in plan.move)]
    assert sorted(there) == sorted(seen)
    gone = sorted([*plan.remove, *plan.spare, *plan.hidden, *(move.old for move in plan.move)])
    assert gone == sorted(within(known, FOLDERS).keys() - seen.keys())


@given(libraries, contents)
def test_a_move_keeps_the_bytes(known: dict[str, Known], seen: dict[str, Seen]) -> None:
    for move in make_plan(known, seen, FOLDERS).move:
        assert known[move.old].doc_id == seen[move.new].doc_id
        assert move.old not in seen and move.new not in known


@given(libraries, contents)
def test_without_leave_no_folder_loses_all_that_is_known_of_it(known: dict[str, Known], seen: dict[str, Seen]) -> None:
    plan = make_plan(known, seen, FOLDERS)
    for folder in FOLDERS:
        here = set(within(known, [folder]))
        assert not here or not here <= set(plan.remove)


@given(libraries, contents)
def test_keeping_what_is_missing_removes_nothing(known: dict[str, Known], seen: dict[str, Seen]) -> None:
    plan = make_plan(known, seen, FOLDERS, keep_missing=True)
    assert plan.remove == ()
    assert carried_out(plan, known, seen).keys() >= within(known, FOLDERS).keys() - {move.old for move in plan.move}


@given(libraries, contents, st.sampled_from([INBOX, f"{INBOX}/sub", f"{INBOX}/sub/a.pdf"]))
def test_what_cannot_be_looked_at_is_not_taken_for_gone(
    known: dict[str, Known], seen: dict[str, Seen], blind: str
) -> None:
    plan = make_plan(known, seen, FOLDERS, blind=[blind], may_empty=True)
    for path in (*plan.remove, *(move.old for move in plan.move)):
        assert path != blind and not path.startswith(blind + "/")


def test_only_new_files_and_those_of_another_size_or_date_are_looked_into() -> None:
    known = {"/i/same.pdf": Known("doc-1", EARLY), "/i/late.pdf": Known("doc-2", EARLY), "/i/unsure.pdf": Known("d")}
    stamps = {"/i/same.pdf": EARLY, "/i/late.pdf": LATE, "/i/unsure.pdf": EARLY, "/i/new.pdf": EARLY}
    assert doubtful(known, stamps) == ["/i/late.pdf", "/i/new.pdf", "/i/unsure.pdf"]
    assert doubtful(known, stamps, full=True) == sorted(stamps)


def test_each_kind_of_change_is_told_from_the_others() -> None:
    known = {
        "/srv/inbox/same.pdf": Known("same", EARLY),
        "/srv/inbox/touched.pdf": Known("touched", EARLY),
        "/srv/inbox/changed.pdf": Known("old", EARLY),
        "/srv/inbox/stopped.pdf": Known("stopped", EARLY, complete=False),
        "/srv/inbox/here.pdf": Known("moved", EARLY),
        "/srv/inbox/gone.pdf": Known("gone", EARLY),
        "/srv/inbox-old/other.pdf": Known("other", EARLY),
    }
    seen = {
        "/srv/inbox/same.pdf": Seen("same", EARLY),
        "/srv/inbox/touched.pdf": Seen("touched", LATE),
        "/srv/inbox/changed.pdf": Seen("new", EARLY),
        "/srv/inbox/stopped.pdf": Seen("stopped", EARLY),
        "/srv/inbox/there.pdf": Seen("moved", EARLY),
        "/srv/inbox/copy.pdf": Seen("other", EARLY),
    }
    assert make_plan(known, seen, [INBOX]) == Plan(
        add=("/srv/inbox/copy.pdf",),
        update=("/srv/inbox/changed.pdf",),
        finish=("/srv/inbox/stopped.pdf",),
        move=(Move("/srv/inbox/here.pdf", "/srv/inbox/there.pdf"),),
        touch=("/srv/inbox/touched.pdf",),
        same=("/srv/inbox/same.pdf",),
        remove=("/srv/inbox/gone.pdf",),
    )


def test_a_folder_of_which_everything_is_gone_is_spared_and_the_other_folder_is_not() -> None:
    known = {path: Known(path, EARLY) for path in (f"{INBOX}/a.pdf", f"{ARCHIVE}/a.pdf", f"{ARCHIVE}/b.pdf")}
    plan = make_plan(known, {f"{ARCHIVE}/b.pdf": Seen(f"{ARCHIVE}/b.pdf", EARLY)}, FOLDERS)
    assert (plan.spare, plan.emptied) == ((f"{INBOX}/a.pdf",), (INBOX,)) and plan.remove == (f"{ARCHIVE}/a.pdf",)


def test_a_folder_renamed_as_a_whole_is_moved_and_not_taken_for_a_disk_that_is_away() -> None:
    known = {f"{INBOX}/old/{name}": Known(name, EARLY) for name in ("a.pdf", "b.pdf")}
    seen = {f"{INBOX}/new/{name}": Seen(name, EARLY) for name in ("a.pdf", "b.pdf")}
    plan = make_plan(known, seen, FOLDERS)
    assert plan.move == tuple(Move(f"{INBOX}/old/{n}", f"{INBOX}/new/{n}") for n in ("a.pdf", "b.pdf"))
    assert plan == Plan(move=plan.move)


def test_two_files_that_changed_places_are_two_changes_and_nothing_is_lost() -> None:
    known = {f"{INBOX}/a.pdf": Known("one", EARLY), f"{INBOX}/b.pdf": Known("two", EARLY)}
    seen = {f"{INBOX}/a.pdf": Seen("two", EARLY), f"{INBOX}/b.pdf": Seen("one", EARLY)}
    assert make_plan(known, seen, FOLDERS) == Plan(update=(f"{INBOX}/a.pdf", f"{INBOX}/b.pdf"))
