"""The command `ingest fields`: shows, corrects, looks again, exports."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from openpyxl import load_workbook

from ingest.library import Library
from tests.command_line import Ingest, command_line
from tests.drawings import write_tiff
from tests.fakes import FakeEngine
from tests.fielded import INVOICE, SUMS, finder

pytestmark = pytest.mark.integration

ITEMS = ("item_description: Pallets", "item_amount: 60.00", "item_description: Straps", "item_amount: 40.00")
HOSTILE = '=HYPERLINK("http://evil","Fernhill")'


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    plain = command_line(tmp_path, monkeypatch)

    def run(*arguments: object, version: str = "1", **others: Any) -> Result:
        return plain(*arguments, finder=lambda _: finder(version), **others)

    return run


def add(ingest: Ingest, folder: Path, name: str, *lines: str) -> Result:
    result = ingest("add", write_tiff(folder / name, [name]), engine=FakeEngine(*lines))
    assert result.exit_code == 0, result.output
    return result


def fields_of(ingest: Ingest, name: str) -> dict[str, Any]:
    result = ingest("fields", name, "--json")
    assert result.exit_code == 0, result.output
    [document] = json.loads(result.stdout)["documents"]
    return {value["field"]: value["value"] for value in document["values"]}


def test_a_document_is_shown_with_the_proof_of_each_value_and_what_is_wrong(ingest: Ingest, tmp_path: Path) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, "net: 100.00", "tax: 19.00", "total: 1,119.00", *ITEMS)
    lines = ingest("fields", "a.tif").stdout.splitlines()
    assert lines[0] == "a.tif: invoice"
    [total] = [line.split() for line in lines if line.startswith("total ")]
    assert total == ["total", "1119.00", "1", "0.95", "rules", "net-plus-tax"]
    assert any(line.split()[:2] == ["item_amount[2]", "40.00"] for line in lines)
    assert "net-plus-tax: Net 100.00 and tax 19.00 are 119.00, but the total is 1119.00." in lines


def test_all_documents_are_listed_with_their_sums(ingest: Ingest, tmp_path: Path) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    add(ingest, tmp_path, "letter.tif", "A LETTER")
    stdout = ingest("fields").stdout
    assert "INV-7" in stdout and "119.00 EUR" in stdout and "1 document of no known kind" in stdout
    assert ingest("fields", "--schema", "").stdout == "letter.tif\n"
    assert ingest("fields", "--schema", "contract").stdout == "There is no document of the kind contract.\n"


def test_a_duplicate_is_warned_of_when_it_is_added_and_in_the_list(ingest: Ingest, tmp_path: Path) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    added = add(ingest, tmp_path, "b.tif", *INVOICE, *SUMS)
    assert "It may be the same invoice as a.tif" in added.stdout
    listed = ingest("list").stdout.splitlines()
    assert [line.strip() for line in listed if "same invoice" in line] == [
        "It may be the same invoice as b.tif: both have the same seller and number.",
        "It may be the same invoice as a.tif: both have the same seller and number.",
    ]
    [first, _] = json.loads(ingest("list", "--json").stdout)["documents"]
    assert [finding["check"] for finding in first["duplicates"]] == ["duplicate"]
    ingest("remove", "a.tif")
    assert "same invoice" not in ingest("list").stdout


# Corrections


def test_a_correction_says_who_made_it_and_when(ingest: Ingest, tmp_path: Path) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    result = ingest("fields", "a.tif", "--set", "total=1.119,00", "--set", "due_date=5 May 2024", "--author", "Ada")
    assert result.exit_code == 0, result.output
    assert "total was set to 1.119,00 by Ada on 20" in result.stdout
    assert fields_of(ingest, "a.tif") | {"total": "1119.00", "due_date": "2024-05-05"} == fields_of(ingest, "a.tif")
    ingest("fields", "a.tif", "--unset", "due_date")
    assert "due_date" not in fields_of(ingest, "a.tif")
    ingest("fields", "a.tif", "--restore", "total")
    assert fields_of(ingest, "a.tif")["total"] == "119.00"


def test_without_a_name_the_systems_user_is_the_author(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    assert "by grace on" in ingest("fields", "a.tif", "--set", "number=INV-8").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "total=many"], "total: many is no number of at most 18 digits; write it like 1234.50."),
        (["--set", "total=1,234"], "total: 1,234 could be 1.234 or 1234; write one of these."),
        (["--set", "issue_date=05/04/2024"], "could be 2024-04-05 or 2024-05-04"),
        (["--set", "issue_date=yesterday"], "is no date; write it like 2024-03-05"),
        (["--set", "currency=$"], "it could be AUD, CAD"),
        (["--set", "currency=ABC"], "it is none of ISO 4217"),
        (["--set", "total="], "--unset leaves a field without one"),
        (["--set", "totl=1"], "invoice has no field totl; there are: number, issue_date"),
        (["--set", "total"], "write NAME=VALUE, like total=1234.50"),
        (["--set", "item_amount=1"], "say which: item_amount[1]"),
        (["--set", "total[1]=1"], "total belongs to the whole document"),
        (["--restore", "total"], "there is nothing to take back"),
        (["--output", "x.csv"], "--output is for --export"),
    ],
)
def test_a_wrong_correction_says_what_is_expected_and_changes_nothing(
    ingest: Ingest, tmp_path: Path, options: list[str], said: str
) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    before = fields_of(ingest, "a.tif")
    result = ingest("fields", "a.tif", "--set", "number=INV-8", *options)
    assert result.exit_code == 1 and said in result.stderr, result.output
    assert fields_of(ingest, "a.tif") == before, "nor the right one beside it"


def test_a_correction_needs_a_document(ingest: Ingest, tmp_path: Path) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE)
    result = ingest("fields", "--set", "total=1")
    assert result.exit_code == 1 and "name it: ingest fields DOC" in result.stderr


# Looking again


def test_documents_of_an_older_version_are_looked_at_again_without_reading_a_page(
    ingest: Ingest, tmp_path: Path
) -> None:
    add(ingest, tmp_path, "a.tif", *INVOICE, *SUMS)
    with Library(tmp_path / "data" / "library") as library, library.writing() as connection:
        connection.exec_driver_sql("DELETE FROM fields")
        connection.exec_driver_sql("DELETE FROM extractions")
    assert (
        "Nobody has looked for the fields of 1 document yet; `ingest fields --refresh` does." in ingest("fields").stdout
    )
    result = ingest("fields", "--refresh")
    assert result.exit_code == 0 and "looked for the fields of 1 document" in result.stderr, result.output
    assert fields_of(ingest, "a.tif")["total"] == "119.00"
    assert "looked for the fields of 0 documents" in ingest("fields", "--refresh").stderr
    assert "looked for the fields of 1 document" in ingest("fields", "--refresh", version="2").stderr
    assert "looked for the fields of 1 document" in ingest("fields", "a.tif", "--refresh", version="2").stderr


# Export


@pytest.fixture
def filled(ingest: Ingest, tmp_path: Path) -> Ingest:
    add(ingest, tmp_path, "a.tif", *INVOICE, "net: -100.00", "tax: -19.00", "total: -119.00", *ITEMS)
    add(ingest, tmp_path, "b.tif", "INVOICE", "number: -2", f"seller: {HOSTILE}", "item_description: @SUM(A1)")
    return ingest


def test_csv_has_a_row_for_each_document_and_no_formulas(filled: Ingest, tmp_path: Path) -> None:
    assert filled("fields", "--export", "csv", "--output", "out.csv").exit_code == 0
    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert (first["total"], first["issue_date"], first["seller"]) == ("-119.00", "2024-03-05", "Fernhill Ltd")
    assert (second["seller"], second["number"], second["total"]) == (f"'{HOSTILE}", "'-2", "")
    items = filled("fields", "--export", "csv", "--table", "items").stdout
    rows = list(csv.DictReader(io.StringIO(items.removeprefix("\ufeff"), newline="")))
    assert [(row["document"], row["line"], row["item_description"], row["item_amount"]) for row in rows] == [
        ("a.tif", "1", "Pallets", "60.00"),
        ("a.tif", "2", "Straps", "40.00"),
        ("b.tif", "1", "'@SUM(A1)", ""),
    ]


def test_excel_gets_numbers_dates_and_texts_that_are_no_formulas(filled: Ingest, tmp_path: Path) -> None:
    assert filled("fields", "--export", "xlsx", "--output", "out.xlsx").exit_code == 0
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["documents", "items", "values", "findings"]
    head, first, second = book["documents"].iter_rows()
    cells = {name.value: (one, other) for name, one, other in zip(head, first, second, strict=True)}
    assert (cells["total"][0].value, cells["total"][0].data_type) == (-119, "n")
    assert cells["issue_date"][0].is_date
    assert (cells["seller"][1].value, cells["seller"][1].data_type) == (HOSTILE, "s")
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_parquet_and_json_have_the_values_as_they_are(filled: Ingest, tmp_path: Path) -> None:
    assert filled("fields", "--export", "parquet", "--output", "out.parquet").exit_code == 0
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert list(map(str, table["total"])) == ["-119.00", "None"]
    assert list(table["seller"]) == ["Fernhill Ltd", HOSTILE]
    documents = json.loads(filled("fields", "--export", "json").stdout)
    assert [document["document"] for document in documents] == ["a.tif", "b.tif"]
    assert {value["name"]: value["value"] for value in documents[1]["values"]}["seller"] == HOSTILE


def test_a_file_that_is_there_is_replaced_only_when_wanted(filled: Ingest, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")
    result = filled("fields", "--export", "csv", "--output", "out.csv")
    assert result.exit_code == 1 and "--force" in result.stderr
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert filled("fields", "--export", "csv", "--output", "out.csv", "--force").exit_code == 0
    assert filled("fields", "--export", "csv", "--output", "missing/out.csv").exit_code == 1
    assert list(tmp_path.glob("**/*.part")) == []


@pytest.mark.parametrize("table", ["documents", "items", "values", "findings"])
def test_an_empty_ledger_can_be_exported(ingest: Ingest, tmp_path: Path, table: str) -> None:
    add(ingest, tmp_path, "letter.tif", "A LETTER")
    for form in ("csv", "xlsx", "json", "parquet"):
        result = ingest("fields", "--schema", "invoice", "--export", form, "--table", table, "--output", f"out.{form}")
        assert result.exit_code == 0, result.output
