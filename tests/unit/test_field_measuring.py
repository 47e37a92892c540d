"""Fields beside their labels: what counts as right, and what a label file may be."""

import json
from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.fields.model import WHOLE, Extraction, FieldKind, FieldValue
from ingest.fields.schema import load_schemas
from ingest.fields.storing import hand_value
from ingest.library import Library
from retrieval import evaluate
from retrieval.field_labels import LabelledFields, load_labels
from retrieval.field_measuring import FieldScore, agree, compare, measure_fields, score_lines, totals
from tests.fielded import INVOICE, SUMS, add_invoice
from tests.forms import ENGLISH, set_pages
from tests.libraries import add, write_file

pytestmark = pytest.mark.unit


def found(*values: tuple[str, FieldKind, str, int]) -> Extraction:
    return Extraction(
        "invoice", tuple(FieldValue(name, kind, value, value, item=item) for name, kind, value, item in values)
    )


@pytest.mark.parametrize(
    ("kind", "wanted", "value", "same"),
    [
        (FieldKind.AMOUNT, "1,240.5", "1240.50", True),
        (FieldKind.AMOUNT, "1240.51", "1240.50", False),
        (FieldKind.DATE, "5 March 2024", "2024-03-05", True),
        (FieldKind.DATE, "05/03/2024", "2024-03-05", True),
        (FieldKind.DATE, "2024-05-03", "2024-03-05", False),
        (FieldKind.ID, "inv 2024/081", "INV-2024-081", True),
        (FieldKind.NAME, "Pallas Rigging, Ltd.", "PALLAS RIGGING LTD", True),
        (FieldKind.NAME, "Pallas Rigging", "Pallas Rigging Ltd", False),
        (FieldKind.PERCENT, "13%", "13", True),
    ],
)
def test_values_are_compared_by_what_they_mean(kind: FieldKind, wanted: str, value: str, same: bool) -> None:
    assert agree(kind, wanted, value) is same


def test_each_value_counts_once() -> None:
    assert compare(FieldKind.AMOUNT, ["10", "10", "5"], ["10.00", "7.00"]) == FieldScore(right=1, found=2, labelled=3)


def test_a_value_where_the_document_has_none_costs_precision_and_unlabelled_fields_cost_nothing() -> None:
    labels = [LabelledFields("a.pdf", {"due_date": (), "total": ("5",)}), LabelledFields("b.pdf", {"total": ("7",)})]
    given = {
        "a.pdf": found(("due_date", FieldKind.DATE, "2024-01-01", -1), ("total", FieldKind.AMOUNT, "5.00", -1)),
        "b.pdf": found(("seller", FieldKind.NAME, "Somebody", -1)),
    }
    measured = measure_fields(labels, lambda one: given[one.file], load_schemas())
    scores = totals(measured)
    assert scores.keys() == {"due_date", "total"}
    assert (scores["due_date"].precision, scores["due_date"].recall) == (0.0, 1.0)
    assert (scores["total"].precision, scores["total"].recall) == (1.0, 0.5)
    assert scores["total"].f1 == pytest.approx(2 / 3)
    assert measured[1].misses == ("b.pdf: total is 7, found -",)


def test_groups_are_shown_beside_the_whole() -> None:
    labels = [LabelledFields(f"{group}.pdf", {"total": ("5",)}, group) for group in ("scanned", "digital")]
    measured = measure_fields(labels, lambda one: found(("total", FieldKind.AMOUNT, "5.00", -1)), load_schemas())
    lines = list(score_lines(measured))
    assert [line.split("  ")[0] for line in lines if "precision" in line] == [
        "all documents (2)",
        "digital (1)",
        "scanned (1)",
    ]


def test_a_label_file_has_texts_numbers_lists_and_nulls(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    entry = {
        "file": "a.pdf",
        "fields": {"total": 240.5, "party": ["A", "B"], "due_date": None},
        "group": "g",
        "more": 1,
    }
    path.write_text(json.dumps([entry]))
    wanted = {"total": ("240.5",), "party": ("A", "B"), "due_date": ()}
    assert load_labels(path) == (LabelledFields("a.pdf", wanted, "g"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "has no entries"),
        ("{", "entry list: "),
        ('[{"file": "a.pdf"}]', r"entry 1\.fields: Field required"),
        ('[{"file": "a.pdf", "fields": {}}, {"file": "", "fields": {}}]', r"entry 2\.file: "),
        ('[{"file": "a.pdf", "fields": {"total": {"x": 1}}}]', r"entry 1\.fields\.total"),
    ],
)
def test_a_bad_label_file_names_the_entry_and_the_key(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        load_labels(path)


def test_the_command_measures_files_and_says_what_it_misses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_pages(tmp_path / "a.pdf", [ENGLISH])
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps([{"file": "a.pdf", "fields": {"total": 240, "number": "PR-9"}}]))
    assert evaluate.main(["--fields", str(labels), "--misses", "5"]) == 0
    out = capsys.readouterr().out
    assert "total                           1.000   1.000   1.000       1" in out
    assert "a.pdf: number is PR-9, found PR-2024/081" in out


def test_the_command_measures_the_pages_of_a_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["INVOICE", "Invoice No: PR-2024/081", "Invoice date: 5 February 2024", "Total: £240.00"]
    with Library(tmp_path / "library") as library:
        add(library, write_file(tmp_path, "bill.pdf"), [lines])
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps([{"file": "bill.pdf", "fields": {"total": 240, "number": "PR-2024/081"}}]))
    command = ["--fields", str(labels), "--library", str(tmp_path / "library")]
    assert evaluate.main([*command, "--anew"]) == 0
    out = capsys.readouterr().out
    assert out.count("1.000   1.000   1.000       1") == 2
    assert "never looked for" not in out
    assert evaluate.main(command) == 0
    out = capsys.readouterr().out
    assert out.count("1.000   0.000   0.000       1") == 2
    assert "the fields of 1 documents were never looked for" in out
    assert evaluate.main(["--fields", str(labels), "--library", str(tmp_path / "nowhere")]) == 1
    assert "No library in" in capsys.readouterr().err


def test_the_command_measures_what_a_library_holds_and_says_whose_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    with Library(tmp_path / "library") as library:
        outcome = add_invoice(library, tmp_path / "in", "bill.tif", *INVOICE, *SUMS)
        corrected = hand_value("number", FieldKind.ID, "INV-8", WHOLE)
        library.correct_fields(outcome.doc_id, [corrected], "Ada")
    moved = (tmp_path / "in" / "bill.tif").rename(tmp_path / "renamed.tif")
    labels = tmp_path / "labels.json"
    entries = [
        {"file": moved.name, "fields": {"total": 119, "net": 90, "number": "INV-8"}},
        {"file": "gone.pdf", "fields": {"total": 240}},
    ]
    labels.write_text(json.dumps(entries))
    command = ["--fields", str(labels), "--library", str(tmp_path / "library"), "--misses", "5"]
    assert evaluate.main(command) == 0
    out = capsys.readouterr().out
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert {"total 1.000 1.000 1.000 1", "number 1.000 1.000 1.000 1", "net 0.000 0.000 0.000 1"} <= lines
    assert {"from hand 1.000 1", "from rules 0.500 2"} <= lines
    assert "1 of 2 labelled files are not in the library and are counted in no figure" in lines
    assert any(line.startswith("gone.pdf: No document gone.pdf in the library") for line in lines)
    assert "renamed.tif: net is 90, found 100.00" in lines


def test_a_file_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps([{"file": "gone.pdf", "fields": {"total": 240}}]))
    assert evaluate.main(["--fields", str(labels)]) == 1
    assert "gone.pdf: no such file" in capsys.readouterr().err
