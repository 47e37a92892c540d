"""Questions, results and a system to measure, made by hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ingest.errors import DocumentNotFound, PageciteError
from retrieval.measuring import Cited, Given, Result
from retrieval.metrics import Place
from retrieval.questions import Asked
from retrieval.types import Answer, Citation

LEASE = Asked("How high is the rent?", "lease.pdf", (2,), "900 euros", group="money")
NOBODY = Asked("Are pets allowed?", "lease.pdf", answerable=False, group="pets")


def cited(place: Place, quote: str = "Rent is 900 euros.", valid: bool = True) -> Cited:
    return Cited(place, quote, valid)


def result(
    asked: Asked = LEASE,
    found: Sequence[Place] = (("lease", 2),),
    text: str = "Rent is 900 euros. [1]",
    *,
    citations: Sequence[Cited] = (),
    answered: bool = True,
    seconds: float = 0.5,
) -> Result:
    given = Given(answered, text, tuple(citations), seconds)
    return Result(asked, Path(asked.file).stem, tuple(found), given)


def citation(place: Place, quote: str) -> Citation:
    return Citation(1, place[0], f"{place[0]}.pdf", "Lease", place[1], quote, (), Path("p.webp"), "c")


class FakeSystem:
    """Knows documents by name; each question gets the same results and the answer that a function gives."""

    def __init__(
        self,
        pages: Mapping[Place, str],
        found: Sequence[Place],
        answer: Callable[[Asked], Answer | PageciteError | None],
    ) -> None:
        self._pages = pages
        self._found = found
        self._answer = answer
        self.asked: list[str] = []

    def locate(self, file: str) -> str:
        if (stem := Path(file).stem) not in {doc_id for doc_id, _ in self._pages}:
            raise DocumentNotFound(f"{file} is not in the library")
        return stem

    def rank(self, asked: Asked) -> Sequence[Place]:
        self.asked.append(asked.question)
        return self._found

    def answer(self, asked: Asked) -> Answer | None:
        given = self._answer(asked)
        if isinstance(given, PageciteError):
            raise given
        return given

    def page_text(self, place: Place) -> str:
        return self._pages.get(place, "")
