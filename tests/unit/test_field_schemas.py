"""Schemas: small files that people write; a mistake names its file, its key and what to do."""

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.fields.model import FieldKind
from ingest.fields.schema import load_schemas

pytestmark = pytest.mark.unit

FIELD = '[[fields]]\nname = "depth"\nkind = "number"\ntitle = "Depth"\n'
GOOD = f'name = "permit"\ntitle = "Permit"\nwords = ["permit"]\n{FIELD}'


def test_the_kinds_of_documents_that_come_along_have_the_fields_of_the_ledger() -> None:
    schemas = {schema.name: {spec.name for spec in schema.fields} for schema in load_schemas()}
    money = {
        "number",
        "issue_date",
        "seller",
        "buyer",
        "seller_tax_id",
        "buyer_tax_id",
        "currency",
        "net",
        "tax",
        "total",
    }
    lines = {"item_description", "item_quantity", "item_unit_price", "item_amount", "item_tax_rate"}
    assert schemas.keys() == {"invoice", "receipt", "contract", "vat-invoice"}
    for name in ("invoice", "receipt", "vat-invoice"):
        assert schemas[name] >= money | lines
    assert schemas["vat-invoice"] >= {"code", "total_words"}
    assert schemas["contract"] >= {"title", "party", "expiration_date", "governing_law", "notice_period", "renewal"}


def test_fields_of_one_name_have_one_kind_whichever_the_document() -> None:
    kinds: dict[str, set[FieldKind]] = {}
    for schema in load_schemas():
        for spec in schema.fields:
            kinds.setdefault(spec.name, set()).add(spec.kind)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_a_folder_adds_a_kind_of_document_and_replaces_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "permit.toml").write_text(GOOD)
    (tmp_path / "own.toml").write_text(GOOD.replace('"permit"\ntitle', '"receipt"\ntitle'))
    (tmp_path / "notes.txt").write_text("no schema")
    found = {schema.name: schema for schema in load_schemas(tmp_path)}
    assert found.keys() == {"invoice", "receipt", "contract", "vat-invoice", "permit"}
    assert [spec.name for spec in found["receipt"].fields] == ["depth"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace("number", "nomber"), r"bad\.toml: fields\[1\]\.kind: .*correct it"),
        (GOOD.replace('title = "Depth"', ""), r"bad\.toml: fields\[1\]\.title: Add it"),
        (GOOD + 'lable = ["x"]\n', r"bad\.toml: fields\[1\]\.lable: There is no such key"),
        (GOOD.replace('words = ["permit"]', "words = []"), r"bad\.toml: words: "),
        (GOOD.replace('"permit"\n', '"Permit of ours"\n', 1), r"bad\.toml: name: "),
        (GOOD + '[[fields]]\nname = "depth"\nkind = "number"\ntitle = "Depth"\n', r"bad\.toml: two fields .*'depth'"),
        ("name = permit", r"bad\.toml: not TOML in UTF-8 .*line 1"),
        ("", r"bad\.toml: name: Add it"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_remedy(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text(content)
    with pytest.raises(ConfigError, match=said):
        load_schemas(tmp_path)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(GOOD.replace("Depth", "Größe").encode("latin-1"))
    with pytest.raises(ConfigError, match=r"bad\.toml: not TOML in UTF-8"):
        load_schemas(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD)
    with pytest.raises(ConfigError, match=r"b\.toml: name = 'permit' is that of a\.toml, too"):
        load_schemas(tmp_path)


def test_a_folder_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"PAGECITE_SCHEMAS = .*cannot be read"):
        load_schemas(tmp_path / "nowhere")


def test_the_documented_schema_can_be_loaded(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/fields.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    (tmp_path / "delivery.toml").write_text(example, encoding="utf-8")
    assert "delivery-note" in {schema.name for schema in load_schemas(tmp_path)}
