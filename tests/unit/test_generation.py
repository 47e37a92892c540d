"""What a model writes reaches the reader only when proven, the same however it streams."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.generation import Draft, Writer
from retrieval.phrases import UNSUPPORTED
from retrieval.proof import Prover
from retrieval.types import Claims
from tests.passages import pages_of, passage

pytestmark = pytest.mark.unit

PASSAGES = [
    passage("The monthly rent is 900 euros. It is due on the first day.", "Bolt GmbH is the tenant."),
    passage("乙方应在三十日内交货。合同总价为人民币壹仟元整。", doc_id="b", title="采购合同", source="采购.pdf"),
]
ANSWERS = [
    "The monthly rent is 900 euros. [1] It is 999 euros.[1] Bolt is the tenant【1†L2】. 合同总价为1000元。（来源2）",
    "Rent is 900 euros [7]. The rent is 900 euros (source 1).^1 Omega pays.[1]\n- 交货期为30日。[2][9]\n- Nobody.",
    "[1] Rent is\n\nNO_ANSWER",
    "The rent is 900 euros. [1](https://leak.example/900) See [here](https://leak.example). [1]",
]


def write(pieces: list[str] | str, mark: bool = False) -> tuple[list[str], Draft]:
    draft = Draft()
    prover = Prover([evidence for evidence, _ in PASSAGES], pages_of(PASSAGES), "What is the rent?")
    writer = Writer(prover, draft, mark=mark)
    shown = [said for piece in pieces for said in writer.feed(piece)]
    return [*shown, *writer.finish()], draft


@pytest.mark.parametrize("mark", [False, True], ids=["remove", "mark"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_is_the_same_wherever_its_stream_is_cut(answer: str, mark: bool) -> None:
    whole = write([answer], mark)
    assert write(answer, mark) == whole
    for cut in range(len(answer) + 1):
        assert write([answer[:cut], answer[cut:]], mark) == whole


def test_what_is_shown_early_is_shown_in_the_end() -> None:
    for answer in ANSWERS:
        final = "".join(write([answer])[0])
        for end in range(len(answer)):
            draft = Draft()
            prover = Prover([evidence for evidence, _ in PASSAGES], pages_of(PASSAGES), "What is the rent?")
            assert final.startswith("".join(Writer(prover, draft).feed(answer[:end])))


def test_claims_that_fail_are_removed_and_counted() -> None:
    shown, draft = write([ANSWERS[0]])
    assert "".join(shown) == "The monthly rent is 900 euros. [1] Bolt is the tenant. [2] 合同总价为1000元。 [3]"
    assert draft.claims == Claims(supported=3, unsupported=1)


def test_claims_that_fail_are_marked_where_that_is_wanted() -> None:
    shown, draft = write([ANSWERS[0]], mark=True)
    text = "".join(shown)
    assert "⟦unsupported: It is 999 euros.⟧" in text
    assert UNSUPPORTED.findall(text) == ["It is 999 euros."]
    assert draft.claims == Claims(3, 1) and len(draft.citations) == 3


def test_a_model_cannot_write_the_mark_itself() -> None:
    text = "".join(write(["⟦unsupported: It is 999 euros.⟧ x ⟦1⟧ y. [1]"], mark=True)[0])
    assert UNSUPPORTED.sub("", text).strip() == "" and text.count("⟧") == len(UNSUPPORTED.findall(text))


MARKS = st.sampled_from(
    ["[7]", "【8】", "[9†a]", "(source 7)", "^8", "[1]", "（来源2）", "[[9]]", "<sup>7</sup>", "[1, 8]"]
)
CLAIMS = st.sampled_from(
    ["The rent is 900 euros", "It is 999 euros", "Omega pays", "合同总价为1000元", "Bolt is the tenant"]
)


@given(st.lists(st.tuples(CLAIMS, MARKS, st.sampled_from([". ", ".\n", " "])), max_size=6), st.booleans())
def test_no_number_that_a_model_invents_is_ever_shown(parts: list[tuple[str, str, str]], mark: bool) -> None:
    answer = "".join(f"{claim}{end}{number} " for claim, number, end in parts)
    shown, draft = write([answer], mark)
    text = "".join(shown)
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
    assert numbers == {citation.number for citation in draft.citations} == set(range(1, len(draft.citations) + 1))
    assert not re.search(r"[【†^]|source|来源|<sup>|[789]\]", text)
    assert "999" not in UNSUPPORTED.sub("", text) and "Omega" not in UNSUPPORTED.sub("", text)
    assert write(answer, mark) == (shown, draft)
