"""Question files: what people write is read, or refused with the row and a remedy."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import PageciteError
from retrieval.questions import Asked, evenly, load_questions, to_json
from retrieval.types import Turn

pytestmark = pytest.mark.unit


def written(folder: Path, content: object, name: str = "q.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_json_row_is_read_with_all_it_says(tmp_path: Path) -> None:
    row = {
        "question": " And how is it renewed? ",
        "file": "lease.pdf",
        "pages": [3, 2, 3],
        "answer": "by a year",
        "group": "Renewal",
        "history": [["How long is the lease?", "Three years."]],
        "reviewer": "ignored",
    }
    assert load_questions(written(tmp_path, [row])) == [
        Asked(
            question="And how is it renewed?",
            file="lease.pdf",
            pages=(2, 3),
            answer="by a year",
            group="Renewal",
            history=(Turn("How long is the lease?", "Three years."),),
        )
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_as_spreadsheets_of_all_countries_write_it(tmp_path: Path, separator: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["question", "file", "pages", "answer", "answerable", "group"])
    writer.writerow(["Rent, and when?", "租赁合同.pdf", "2;3", "900; monthly", "", "money"])
    writer.writerow(["Pets?", "", "", "", "no", ""])
    path = tmp_path / "q.CSV"
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    assert load_questions(path) == [
        Asked("Rent, and when?", "租赁合同.pdf", (2, 3), "900; monthly", group="money"),
        Asked("Pets?", answerable=False),
    ]


@pytest.mark.parametrize(
    ("row", "answerable"),
    [
        ({"pages": [1]}, True),
        ({"answer": "900"}, True),
        ({"answer": 15}, True),
        ({}, False),
        ({"pages": []}, False),
        ({"answerable": True}, True),
        ({"answerable": False, "pages": [4]}, False),
    ],
)
def test_what_has_pages_or_an_answer_is_answerable_unless_the_row_says_otherwise(
    tmp_path: Path, row: dict[str, object], answerable: bool
) -> None:
    (one,) = load_questions(written(tmp_path, [{"question": "Rent?", "file": "a.pdf", **row}]))
    assert one.answerable is answerable


@pytest.mark.parametrize("name", ["group", "cat", "category", "language"])
def test_groups_go_by_several_names(tmp_path: Path, name: str) -> None:
    (one,) = load_questions(written(tmp_path, [{"question": "Rent?", "file": "a.pdf", name: "money"}]))
    assert one.group == "money"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"question": "", "file": "a.pdf"}, "question"),
        ({"question": 3, "file": "a.pdf"}, "question"),
        ({"file": "a.pdf"}, "question"),
        ({"question": "Rent?", "pages": [1]}, "file is missing"),
        ({"question": "Rent?", "file": "a.pdf", "pages": "2"}, "pages"),
        ({"question": "Rent?", "file": "a.pdf", "pages": [0]}, "pages"),
        ({"question": "Rent?", "file": "a.pdf", "pages": [1.5]}, "pages"),
        ({"question": "Rent?", "file": "a.pdf", "pages": [True]}, "pages"),
        ({"question": "Rent?", "file": "a.pdf", "answer": ["900"]}, "answer"),
        ({"question": "Rent?", "file": "a.pdf", "answerable": "maybe"}, "answerable"),
        ({"question": "Rent?", "file": "a.pdf", "cat": 7}, "group"),
        ({"question": "Rent?", "file": "a.pdf", "history": ["When?"]}, "history"),
        ({"question": "Rent?", "file": "a.pdf", "history": "When?"}, "history"),
        ({"question": "\ud800", "file": "a.pdf"}, "question"),
        ({"question": "x" * 5000, "file": "a.pdf"}, "question"),
        (["Rent?"], "object"),
    ],
)
def test_a_wrong_row_is_named_with_what_is_wrong_in_it(tmp_path: Path, row: object, named: str) -> None:
    path = written(tmp_path, [{"question": "Right?", "file": "a.pdf"}, row])
    with pytest.raises(PageciteError, match="row 2") as caught:
        load_questions(path)
    assert str(path) in str(caught.value) and named in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("question,file,pages\nRent?,a.pdf,two\n", "row 2.*pages.*;"),
        ("question,file,pages\nPets?,,\nRent?,a.pdf,2,3\n", "row 3.*more cells"),
        ("frage,datei\nMiete?,a.pdf\n", "row 1.*question"),
        ("question,file,answerable\nRent?,a.pdf,perhaps\n", "row 2.*answerable"),
        ('question,file,history\nRent?,a.pdf,"[]"\n', "row 2.*JSON"),
        ('question,file\n"Rent?,a.pdf\n', "row 2.*not CSV"),
        ("", "row 1"),
    ],
)
def test_a_wrong_row_of_a_spreadsheet_has_the_number_that_it_has_there(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(PageciteError, match=named):
        load_questions(written(tmp_path, text, "q.csv"))


@pytest.mark.parametrize("text", ["", "{", "[", "[" * 100_000, '{"question": "Rent?"}', "[]", "1" * 5000, "null"])
def test_what_is_no_list_of_questions_is_refused_in_plain_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(PageciteError, match=r"q\.json"):
        load_questions(written(tmp_path, text))


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageciteError, match="cannot be read"):
        load_questions(tmp_path / "none.json")
    (tmp_path / "q.csv").write_bytes("question,file\n租金,a.pdf\n".encode("gb18030"))
    with pytest.raises(PageciteError, match="CSV UTF-8"):
        load_questions(tmp_path / "q.csv")


def test_the_same_question_twice_is_refused_but_not_after_another_history(tmp_path: Path) -> None:
    row = {"question": "And then?", "file": "a.pdf", "pages": [1]}
    other = {**row, "history": [["Who pays?", "Acme."]]}
    assert len(load_questions(written(tmp_path, [row, other]))) == 2
    with pytest.raises(PageciteError, match="row 3: the same question about the same file as row 1"):
        load_questions(written(tmp_path, [row, other, row]))


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=80))
def test_a_limit_takes_so_many_from_the_whole_list_in_order(values: list[int], limit: int) -> None:
    asked = [Asked(f"{number} {value}") for number, value in enumerate(values)]
    taken = evenly(asked, limit)
    assert len(taken) == min(limit, len(asked))
    positions = [asked.index(one) for one in taken]
    assert positions == sorted(set(positions))
    if 2 * limit <= len(asked):
        assert positions[-1] >= len(asked) - -(-len(asked) // limit) - 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda text: text.strip())


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            Asked,
            question=TEXT.map(str.strip),
            file=TEXT.map(str.strip),
            pages=st.lists(st.integers(1, 99), max_size=3, unique=True).map(lambda pages: tuple(sorted(pages))),
            answer=TEXT.map(str.strip),
            answerable=st.booleans(),
            group=TEXT.map(str.strip),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda one: one.key,
    )
)
def test_what_is_written_is_read_again_as_it_was(tmp_path_factory: pytest.TempPathFactory, asked: list[Asked]) -> None:
    path = written(tmp_path_factory.mktemp("round"), to_json(asked))
    assert load_questions(path) == asked
