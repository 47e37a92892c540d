"""A sentence that a page break cuts in two is one quote, with boxes on both pages."""

from pathlib import Path

import pytest

from ingest.library import Library
from retrieval.continuing import continued, whole
from retrieval.quotes import Quote, cite
from retrieval.types import Evidence
from retrieval.units import units_of
from tests.libraries import add, write_file

pytestmark = pytest.mark.unit

FIRST = ["The Tenant pays rent.", "The deposit is returned to the Tenant within", "thirty days after the keys have"]
SECOND = ["been handed over to the Landlord.", "Pets are welcome in the house."]


def quotes(tmp_path: Path, pages: list[list[str]], page: int, which: int) -> list[Quote]:
    """One unit of a page as a quote, with what a page break cut off."""
    with Library(tmp_path / "library") as library:
        source = add(library, write_file(tmp_path, "lease.pdf"), pages)
        text = library.pages(source.doc_id, [page])[0].text
        chunk = library.document_chunks(source.doc_id)[0][0]
        assert text is not None
        unit = units_of(text)[which]
        evidence = Evidence(chunk, "lease.pdf", library.image_path(source.doc_id, page), 1.0, 0.5)
        return continued(library, [Quote(unit, evidence, text, 1.0, 1.0, 0.5, True)])


@pytest.mark.parametrize(("page", "which", "other"), [(1, -1, 2), (2, 0, 1)])
def test_either_half_brings_the_other_with_its_boxes(tmp_path: Path, page: int, which: int, other: int) -> None:
    (quote,) = quotes(tmp_path, [FIRST, SECOND], page, which)
    (part,) = cite(quote, 1).continued
    assert part.page_number == other and len(part.boxes) == (1 if other == 2 else 2) and part.image_path.is_file()
    assert whole(quote) == (
        "The deposit is returned to the Tenant within thirty days after the keys have been handed over to the Landlord."
    )


def test_a_sentence_that_ends_with_its_page_stays_alone(tmp_path: Path) -> None:
    (quote,) = quotes(tmp_path, [[*FIRST, "come back."], SECOND], 1, -1)
    assert not quote.continued


def test_what_begins_with_a_capital_is_no_continuation(tmp_path: Path) -> None:
    (quote,) = quotes(tmp_path, [FIRST, ["Schedule A lists the keys."]], 1, -1)
    assert not quote.continued


@pytest.mark.parametrize(("opening", "parts"), [("后三十日内退还。", 1), ("第二条 租金按月支付。", 0)])
def test_chinese_goes_on_unless_a_clause_begins(tmp_path: Path, opening: str, parts: int) -> None:
    (quote,) = quotes(tmp_path, [["押金应当于租赁期限届满并交还房屋"], [opening]], 1, -1)
    assert len(quote.continued) == parts
