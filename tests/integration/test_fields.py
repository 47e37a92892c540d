"""Fields of documents in the library: visible with their document, gone with it, corrected by hand, checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import DocumentGone
from ingest.fields.finder import WorkerHands, find_fields
from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.model import WHOLE, Extraction, Extractor, FieldKind
from ingest.fields.records import LedgerRecord
from ingest.fields.storing import hand_value
from ingest.library import Library
from ingest.meter import Unwatched
from ingest.settings import Settings
from ingest.types import PageText
from ingest.verification import Kind, Problem, Verification
from tests.drawings import write_tiff
from tests.fakes import FakeEngine, make_pipeline
from tests.fielded import INVOICE, SUMS, add_invoice, finder, read
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


@pytest.fixture(params=["sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """A library on each kind of database."""
    url = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database()
    with Library(tmp_path / "library", url) as opened:
        yield opened


def record_of(library: Library, doc_id: str) -> LedgerRecord:
    record = library.fields(doc_id)
    assert record is not None
    return record


def plain(record: LedgerRecord) -> dict[str, str]:
    return {value.name: value.value for value in record.values if value.item == WHOLE}


def test_fields_come_with_their_document_each_with_its_place(library: Library, tmp_path: Path) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    record = record_of(library, outcome.doc_id)
    assert (record.schema, record.document, record.findings) == ("invoice", "a.tif", ())
    total = record.value("total")
    assert total is not None and (total.value, total.page_number, total.extractor) == ("119.00", 1, Extractor.RULES)
    [line] = [line for line in library.pages(outcome.doc_id)[0].text.lines if "total" in line.text]  # type: ignore[union-attr]
    assert total.boxes == (pytest.approx(line.box, abs=1e-5),)
    assert library.ledger("invoice") == [record] and library.ledger("contract") == []


def test_amounts_are_kept_as_exact_integers(library: Library, tmp_path: Path) -> None:
    add_invoice(library, tmp_path, "a.tif", *INVOICE, "total: 1,234,567,890.1205", "net: -0.5")
    with library.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, scaled FROM fields WHERE kind = 'amount' ORDER BY name").all()
    assert [tuple(row) for row in rows] == [("net", -5000), ("total", 12345678901205)]


def test_a_document_is_added_though_looking_for_its_fields_fails(library: Library, tmp_path: Path) -> None:
    def fail(pages: Sequence[PageText], original: Path | None, images: Mapping[int, Path]) -> Extraction:
        raise ValueError("no such field")

    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, looking=finder(extract=fail))
    assert outcome.status == "added" and not outcome.failed
    assert any("no such field" in warning and "--refresh" in warning for warning in outcome.warnings)
    assert library.stale_fields("1") == [outcome.doc_id], "and it is tried again"
    refresh(library, outcome.doc_id)
    assert plain(record_of(library, outcome.doc_id))["number"] == "INV-7"
    assert library.stale_fields("1") == []


def refresh(library: Library, doc_id: str, version: str = "1") -> None:
    record = library.document(doc_id)
    assert record is not None
    found = find_fields(library, finder(version), doc_id, record.reader, lambda work: work())
    library.save_fields(doc_id, record.reader, found)


def test_what_looks_for_fields_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    hands = WorkerHands(Settings(library=tmp_path))
    try:
        with Library(tmp_path / "library") as library:
            outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE)
            record = library.document(outcome.doc_id)
            assert record is not None
            found = find_fields(library, finder(), outcome.doc_id, record.reader, hands)
            assert found.extraction.schema == "invoice" and len(found.extraction.values) == 4
    finally:
        hands.close()


def test_a_new_version_of_the_format_is_looked_for_again_without_reading_a_page(
    library: Library, tmp_path: Path
) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    other = add_invoice(library, tmp_path, "b.tif", "A LETTER")
    assert library.stale_fields("2") == [outcome.doc_id, other.doc_id]
    refresh(library, outcome.doc_id, "2")
    assert library.stale_fields("2") == [other.doc_id]


def test_what_was_added_before_there_were_fields_gets_them_later(library: Library, tmp_path: Path) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    with library.writing() as connection:
        for table in ("findings", "fields", "extractions"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert record_of(library, outcome.doc_id).values == ()
    assert library.stale_fields("1") == [outcome.doc_id]
    refresh(library, outcome.doc_id)
    assert plain(record_of(library, outcome.doc_id))["total"] == "119.00"


# Corrections


def set_total(library: Library, doc_id: str, typed: str) -> None:
    library.correct_fields(doc_id, [hand_value("total", FieldKind.AMOUNT, typed, WHOLE)], "Ada")


def test_a_correction_holds_at_once_and_survives_looking_again_and_reading_by_another_engine(
    library: Library, tmp_path: Path
) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, "net: 100.00", "tax: 19.00", "total: 179.00")
    assert [finding.check for finding in record_of(library, outcome.doc_id).findings] == [Check.NET_PLUS_TAX]
    set_total(library, outcome.doc_id, "119.00")

    def corrected() -> bool:
        record = record_of(library, outcome.doc_id)
        total = record.value("total")
        [made] = record.corrections
        assert total is not None and (made.raw, made.author) == ("119.00", "Ada")
        return (total.value, total.extractor, record.findings) == ("119.00", Extractor.HAND, ())

    assert corrected()
    refresh(library, outcome.doc_id, "2")
    assert corrected()
    engine = FakeEngine(*INVOICE, "net: 100.00", "tax: 19.00", "total: 149.00")
    engine.name = "other 2.0"
    [again] = make_pipeline(library, engine, finder=finder()).add([tmp_path / "a.tif"], refresh=True)
    assert again.status == "updated" and engine.calls == 1
    assert corrected()


def test_a_value_that_is_taken_away_stays_away_until_the_correction_is_withdrawn(
    library: Library, tmp_path: Path
) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    set_total(library, outcome.doc_id, "")
    refresh(library, outcome.doc_id)
    assert "total" not in plain(record_of(library, outcome.doc_id))
    assert library.withdraw_correction(outcome.doc_id, "total", WHOLE)
    assert library.stale_fields("1") == [outcome.doc_id]
    refresh(library, outcome.doc_id)
    assert plain(record_of(library, outcome.doc_id))["total"] == "119.00"
    assert not library.withdraw_correction(outcome.doc_id, "total", WHOLE)


def test_a_changed_file_begins_without_the_corrections_of_its_old_version_which_has_them_when_put_back(
    library: Library, tmp_path: Path
) -> None:
    first = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    old = (tmp_path / "a.tif").read_bytes()
    set_total(library, first.doc_id, "120")
    write_tiff(tmp_path / "a.tif", ["another version"])
    second = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    assert plain(record_of(library, second.doc_id))["total"] == "119.00"
    assert record_of(library, second.doc_id).findings == (), "its old version is no duplicate"
    assert library.fields(first.doc_id) is None and len(library.ledger()) == 1
    with pytest.raises(DocumentGone, match="newer version"):
        set_total(library, first.doc_id, "1")
    (tmp_path / "a.tif").write_bytes(old)
    add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    assert plain(record_of(library, first.doc_id))["total"] == "120.00"
    assert library.fields(second.doc_id) is None


# Duplicates


def duplicates(library: Library) -> dict[str, set[str]]:
    names = {record.doc_id: record.name for record in library.documents()}
    return {names[one]: {names[finding.other] for finding in said} for one, said in library.duplicates().items()}


def test_an_invoice_that_is_there_twice_is_warned_of_until_one_of_both_is_removed(
    library: Library, tmp_path: Path
) -> None:
    first = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    assert first.warnings == ()
    second = add_invoice(
        library, tmp_path, "b.tif", "INVOICE", "number: inv 7", "seller: FERNHILL LIMITED", "total: 119.00"
    )
    assert [warning for warning in second.warnings if "same invoice as a.tif" in warning]
    assert duplicates(library) == {"a.tif": {"b.tif"}, "b.tif": {"a.tif"}}
    [finding] = record_of(library, first.doc_id).doubts("number")
    assert finding == Finding(
        "duplicate",
        ("number",),
        Fault("duplicate-number", {"name": "b.tif"}),
        second.doc_id,
    )
    library.remove(second.doc_id)
    assert duplicates(library) == {}


@pytest.mark.parametrize(
    ("lines", "is_duplicate"),
    [
        (("number: X-1", "seller: Fernhill Ltd.", "issue_date: 2024-03-12", "total: 119", "currency: EUR"), True),
        (("number: X-1", "seller: Fernhill Ltd", "issue_date: 2024-03-13", "total: 119", "currency: EUR"), False),
        (("number: X-1", "seller: Fernhill Ltd", "issue_date: 2024-03-05", "total: 119", "currency: USD"), False),
        (("number: X-1", "seller: Fernhill Ltd", "issue_date: 2024-03-05", "total: 119.01"), False),
        (("number: INV-7", "seller: Somebody Else GmbH", "total: 119.00"), False),
        (("number: INV-7", "total: 119.00"), False),
        (("number: INV-71", "seller: Fernhill Ltd"), False),
    ],
)
def test_what_is_taken_for_a_duplicate(tmp_path: Path, lines: tuple[str, ...], is_duplicate: bool) -> None:
    with Library(tmp_path / "library") as library:
        add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
        add_invoice(library, tmp_path, "b.tif", "INVOICE", *lines)
        assert bool(duplicates(library)) is is_duplicate


def test_how_near_dates_must_be_is_a_setting(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.of(Settings(library=folder, duplicate_days=0)) as library:
        add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
        near = ("INVOICE", "number: X-1", "seller: Fernhill Ltd", "issue_date: 2024-03-06", "total: 119")
        add_invoice(library, tmp_path, "b.tif", *near)
        assert duplicates(library) == {}


def test_duplicates_appear_and_vanish_with_corrections(library: Library, tmp_path: Path) -> None:
    add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    second = add_invoice(library, tmp_path, "b.tif", *INVOICE, *SUMS)
    third = add_invoice(library, tmp_path, "c.tif", "INVOICE", "number: INV-9", "seller: Fernhill Ltd")
    assert duplicates(library) == {"a.tif": {"b.tif"}, "b.tif": {"a.tif"}}
    number = hand_value("number", FieldKind.ID, "INV-9", WHOLE)
    library.correct_fields(second.doc_id, [number], "Ada")
    assert record_of(library, second.doc_id).doubts("number")[0].other == third.doc_id
    library.correct_fields(third.doc_id, [hand_value("number", FieldKind.ID, "INV-10", WHOLE)], "Ada")
    assert record_of(library, third.doc_id).findings == ()


def test_old_and_new_fields_are_never_mixed_for_a_reader(library: Library, tmp_path: Path) -> None:
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    with library.snapshot():
        before = library.fields(outcome.doc_id)
        with Library(library.folder, library._database.url) as beside:
            set_total(beside, outcome.doc_id, "999")
        assert library.fields(outcome.doc_id) == before
    assert plain(record_of(library, outcome.doc_id))["total"] == "999.00"


def test_a_publication_that_is_killed_leaves_neither_text_nor_fields(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingest.library.adding.journal.image_names", killed)
        with pytest.raises(KeyboardInterrupt):
            add_invoice(library, tmp_path, "a.tif", *INVOICE)
    with library.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM fields").scalar() == 0
    assert library.ledger() == []
    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE)
    assert plain(record_of(library, outcome.doc_id))["number"] == "INV-7"


# What is found wrong on the way, and verification


def test_a_contradiction_of_sources_is_warned_of_until_a_person_says_what_holds(
    library: Library, tmp_path: Path
) -> None:
    said = {"value": "119.00", "title": "total", "title_zh": "价税合计", "page": "1", "shown": "191.00"}
    fault = Fault("xml", said)

    def contradicting(pages: Sequence[PageText], original: Path | None, images: Mapping[int, Path]) -> Extraction:
        return replace(read(pages, original, images), findings=(Finding(Check.XML, ("total",), fault),))

    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS, looking=finder(extract=contradicting))
    message = "The e-invoice inside the file states 119.00 as total, page 1 shows 191.00: check which holds."
    assert message in outcome.warnings
    assert library.warnings(outcome.doc_id, "zh") == [
        "文件内嵌的电子发票中，价税合计为 119.00，而第 1 页显示为 191.00，请核对。"
    ]
    assert [finding.check for finding in record_of(library, outcome.doc_id).doubts("total")] == [Check.XML]
    library.correct_fields(outcome.doc_id, [hand_value("buyer", FieldKind.NAME, "Ada", WHOLE)], "Ada")
    assert record_of(library, outcome.doc_id).doubts("total"), "another field's correction settles nothing"
    set_total(library, outcome.doc_id, "119.00")
    assert record_of(library, outcome.doc_id).findings == ()


def test_values_that_cannot_be_stored_cost_themselves_and_not_their_document(library: Library, tmp_path: Path) -> None:
    def careless(pages: Sequence[PageText], original: Path | None, images: Mapping[int, Path]) -> Extraction:
        good = read(pages, original, images)
        bad = [replace(value, value="12,50 EUR") for value in good.values if value.name == "tax"]
        twice = [replace(value, value="1.00") for value in good.values if value.name == "net"]
        rest = [value for value in good.values if value.name != "tax"]
        return replace(good, values=(*rest, *bad, *twice))

    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS, looking=finder(extract=careless))
    assert outcome.status == "added" and outcome.warnings == ()
    values = plain(record_of(library, outcome.doc_id))
    assert "tax" not in values and (values["net"], values["total"]) == ("100.00", "119.00")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE fields SET scaled = 5 WHERE name = 'total'", "total: it is 119.00, but is added up as 5"),
        ("UPDATE fields SET value = 'x' WHERE name = 'issue_date'", "issue_date: 'x' has not the form of its kind"),
        ("UPDATE fields SET page_number = 2 WHERE name = 'total'", "total: it is on page 2 of 1"),
        ("UPDATE fields SET confidence = 7 WHERE name = 'total'", "total: its confidence is 7"),
        ("DELETE FROM extractions", "nothing says what found them"),
        ("UPDATE documents SET status = 'retired'", "it is retired, but has fields"),
    ],
)
def test_damaged_fields_are_named_with_what_makes_them_again(
    library: Library, tmp_path: Path, damage: str, said: str
) -> None:
    def problems() -> list[Problem]:
        check = Verification(library, Unwatched())
        return [one for one in check.check_truth() if isinstance(one, Problem) and one.kind is Kind.FIELD]

    outcome = add_invoice(library, tmp_path, "a.tif", *INVOICE, *SUMS)
    assert problems() == []
    with library.writing() as connection:
        connection.exec_driver_sql(damage)
    found = problems()
    assert said in " ".join(map(str, found))
    assert all(f"`ingest fields {outcome.doc_id[:12]} --refresh`" in problem.remedy for problem in found)
    if "retired" not in damage:
        refresh(library, outcome.doc_id)
        assert problems() == []
