"""Labelled sets: which questions are asked, of which files, and which clauses a contract is known not to have."""

import json
from pathlib import Path

import pytest

from ingest.errors import ConfigError
from retrieval.labelled import chinese, contracts, draw_chinese, long_documents, renamed, samples, scanned

pytestmark = pytest.mark.unit

EVALDATA = Path("../shared/evaldata")
QUESTIONS = [
    ("pdf/a.PDF", "Cap", "In the Lease between A, B and C, what is the cap?", [1]),
    ("pdf/a.PDF", "Term", "In the Lease between A, B and C, when does it end?", [2]),
    ("pdf/b.PDF", "Cap", "In the Deed with D, what is the cap?", [1]),
    ("pdf/b.PDF", "Law", "In the Deed with D, what law governs?", [3]),
]


@pytest.fixture
def cuad(tmp_path: Path) -> Path:
    rows = [dict(zip(("file", "cat", "question", "pages"), row, strict=True)) for row in QUESTIONS]
    there, absent = {"evidence": [{"text": "x", "pages": [1]}]}, {"answer": "No", "evidence": []}
    labels = [
        {"file": "pdf/a.PDF", "ground_truth": {"Cap": there, "Term": there, "Law": absent, "Audit": absent}},
        {"file": "pdf/b.PDF", "ground_truth": {"Cap": there, "Term": absent, "Law": there}},
    ]
    (tmp_path / "questions.json").write_text(json.dumps(rows))
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    return tmp_path


def test_clauses_that_a_contract_lacks_are_asked_for_as_of_contracts_that_have_them(cuad: Path) -> None:
    asked = contracts(cuad).asked
    assert [(one.question, one.file, one.group) for one in asked if not one.answerable] == [
        ("In the Lease between A, B and C, what law governs?", "pdf/a.PDF", "Law"),
        ("In the Deed with D, when does it end?", "pdf/b.PDF", "Term"),
    ]
    assert len([one for one in asked if one.answerable]) == len(QUESTIONS)


def test_renamed_files_hold_the_same_questions_under_names_that_say_nothing(cuad: Path) -> None:
    known, other = contracts(cuad), renamed(contracts(cuad))
    assert {one.key for one in other.asked} == {one.key for one in known.asked if one.answerable}
    assert other.names == {"pdf/a.PDF": "scan_0001.pdf", "pdf/b.PDF": "scan_0002.pdf"}
    assert {other.names[f"pdf/{name}"]: path for name, path in known.files.items()} == other.files


def test_scans_and_their_digital_twins_get_the_same_questions(cuad: Path, tmp_path: Path) -> None:
    manifest = [{"file": "pdf/b.pdf", "ground_truth": {"cuad_file": "pdf/b.PDF"}}]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    digital, scans = scanned(tmp_path, contracts(cuad))
    assert [one.key for one in digital.asked] == [one.key for one in scans.asked]
    assert {one.file for one in scans.asked} == {"pdf/b.PDF"} and len(scans.asked) == 2
    assert digital.files == {"b.PDF": cuad / "pdf/b.PDF"} and scans.files == {"b.pdf": tmp_path / "pdf/b.pdf"}
    assert scans.names == {"pdf/b.PDF": "b.pdf"}


def test_long_documents_know_what_is_not_answerable(tmp_path: Path) -> None:
    rows = [
        {"question": "How many?", "file": "pdf/a.pdf", "answer": "3", "evidence_pages": [2, 5]},
        {"question": "Who?", "file": "pdf/a.pdf", "answer": "Not answerable", "evidence_pages": [4]},
    ]
    sources = ["['Chart', 'Pure-text (Plain-text)']", "[]"]
    (tmp_path / "qa.json").write_text(json.dumps([{**r, "evidence_sources": s} for r, s in zip(rows, sources)]))  # noqa: B905
    how_many, who = long_documents(tmp_path).asked
    assert (how_many.answerable, how_many.pages, how_many.answer) == (True, (2, 5), "3")
    assert how_many.group == "Chart, Pure-text (Plain-text)"
    assert (who.answerable, who.answer) == (False, "")


def test_labels_of_another_form_are_refused_with_their_name(cuad: Path) -> None:
    (cuad / "labels.json").write_text('[{"file": "pdf/a.PDF"}]')
    with pytest.raises(ConfigError, match=r"labels\.json"):
        contracts(cuad)


def test_the_samples_are_split_by_language_and_share_a_library() -> None:
    english, chinese = samples("en"), samples("zh")
    assert english.files == chinese.files and english.library == chinese.library
    assert english.asked and chinese.asked and not set(english.asked) & set(chinese.asked)
    assert all(one.file in english.files for one in english.asked if one.answerable)


def test_the_chinese_set_asks_about_the_documents_that_were_drawn(tmp_path: Path) -> None:
    rows = [{"question": "租期多长？", "file": "租赁.pdf", "pages": [2], "answer": "五年"}]
    (tmp_path / "questions.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "租赁.pdf").touch()
    drawn = chinese(tmp_path)
    assert drawn.files == {"租赁.pdf": tmp_path / "租赁.pdf"}
    assert [(one.file, one.pages) for one in drawn.asked] == [("租赁.pdf", (2,))]


def test_a_chinese_set_that_cannot_be_drawn_is_reported_with_its_cause(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"draw_chinese_set\.py"):
        draw_chinese(tmp_path / "file")


def test_the_real_sets_have_the_questions_that_they_are_known_for() -> None:
    if not EVALDATA.is_dir():
        pytest.skip(f"there is no folder {EVALDATA}")
    known = contracts(EVALDATA / "cuad")
    answerable = [one for one in known.asked if one.answerable]
    assert (len(known.files), len(answerable), len(known.asked) - len(answerable)) == (27, 195, 298)
    assert all(one.question.startswith(("In the ", "In ")) and one.question.endswith("?") for one in known.asked)
    digital, scans = scanned(EVALDATA / "cuad_scan", known)
    assert len(digital.asked) == len(scans.asked) == 77
    files = [*known.files.values(), *scans.files.values(), *long_documents(EVALDATA / "mmlongbench_doc").files.values()]
    assert all(path.is_file() for path in files)
