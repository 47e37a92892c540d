"""Results of the ledger as an answer: its text, its citations, and the results themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.library import Library
from ingest.scripts import has_han
from retrieval.ledger.model import LedgerAnswer, LedgerRow, LedgerTotal, Proof
from retrieval.ledger.plan import Operation, Plan
from retrieval.ledger.wording import coverage_sentence, field_name, kind_name, money, none_of, plain
from retrieval.types import Answer, Citation

_CITED = 12  # rows that are cited; the answer's rows have all of them
_FEW = 3  # currencies that are named
_LISTED = 20  # rows and groups that the text lists
_LISTING = frozenset(
    (Operation.LIST, Operation.TOP, Operation.MISSING, Operation.EXPIRING, Operation.LATE, Operation.DUPLICATE)
)
_MARK = {
    Operation.AVERAGE: ("on average ", "平均 "),
    Operation.MIN: ("at least ", "最低 "),
    Operation.MAX: ("at most ", "最高 "),
}


def answer_of(result: LedgerAnswer, question: str, library: Library) -> Answer:
    """The answer that results make.

    Args:
        result: of a plan.
        question: as asked; the text is in its language.
        library: where the pages' images are.
    """
    stated = replace(result, statement=coverage_sentence(result.coverage, question))
    citations = _citations(stated, library)
    text = _text(stated, question, {citation.doc_id: citation.number for citation in citations})
    return Answer(question, text, True, citations, warnings=_warnings(stated, question), ledger=stated)


def _text(result: LedgerAnswer, question: str, numbers: dict[str, int]) -> str:
    parts = [_head(result, question, numbers)]
    groups = [total for total in result.totals if total.label]
    if groups:
        parts.append(_lines([_group(result, total, question, numbers) for total in groups], question))
    elif result.plan.operation in _LISTING:
        parts.append(_lines([_listed(result, row, numbers) for row in result.rows], question))
    parts.append(result.statement)
    return "\n\n".join(part for part in parts if part)


def _head(result: LedgerAnswer, question: str, numbers: dict[str, int]) -> str:
    """The result of all rows in a sentence."""
    plan, han = result.plan, has_han(question)
    about = _about(plan, question)
    found = [total for total in result.totals if not total.label]
    if result.coverage.is_empty:
        return _none(result, question)
    if not result.rows:
        nothing = kind_name(plan.kind, 0, question)
        return f"{about}{nothing}。" if han else f"{about}{nothing}."
    if plan.operation is Operation.TOP and plan.group is not None:
        return about.rstrip("：: ") + ("：" if han else ":")
    if not plan.computes:
        said = kind_name(plan.kind, len(result.rows), question)
        marks = _marks(result, range(len(result.rows)), numbers) if plan.operation not in _LISTING else ""
        return f"{about}{said}{marks}" + ("。" if han else ".")
    said = ("；" if han else "; ").join(_amount(result, total, question, numbers) for total in found)
    return f"{about}{said}" + ("。" if han else ".")


def _none(result: LedgerAnswer, question: str) -> str:
    """That no document belongs to the answer, though there are some of the kind."""
    plan, count, han = result.plan, result.coverage.outside, has_han(question)
    none = none_of(plan.kind, count, question)
    days = plan.dates
    if plan.operation is Operation.EXPIRING and days and days.first and days.last and not plan.parties:
        if han:
            return f"{none}在 {days.first} 至 {days.last} 之间到期的。"
        return f"{none[0].upper()}{none[1:]} ends between {days.first} and {days.last}."
    about = _about(plan, question)
    if han:
        return f"{about}{none}符合的。"
    return f"{about}{none}." if about else f"{none[0].upper()}{none[1:]}."


def _amount(result: LedgerAnswer, total: LedgerTotal, question: str, numbers: dict[str, int]) -> str:
    plan = result.plan
    kinds = kind_name(plan.kind, total.count, question)
    if total.amount is None:
        return kinds + _marks(result, total.rows, numbers)
    lead = (
        ""
        if plan.operation in (Operation.MIN, Operation.MAX)
        else _MARK.get(plan.operation, ("", ""))[has_han(question)]
    )
    figure = f"{lead}{money(total.amount, total.currency)}"
    said = f"{figure}（{kinds}）" if has_han(question) else f"{figure} ({kinds})"
    return said + _marks(result, total.rows, numbers)


def _about(plan: Plan, question: str) -> str:
    """What was computed, as it was understood: so that a wrong reading is seen."""
    han = has_han(question)
    parts = []
    if plan.parties:
        parts.append(("、" if han else ", ").join(map(plain, plan.parties.names)))
    if plan.dates and (plan.dates.first or plan.dates.last):
        name = field_name(plan.dates.field, question)
        parts.append(f"{name} {plan.dates.label}")
    if plan.amounts:
        bounds = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤"}
        given = plan.amounts.model_dump(exclude_none=True)
        parts += [f"{field_name(plan.measured, question)} {bounds[name]} {amount:,}" for name, amount in given.items()]
    if plan.currencies:
        # A dollar sign may mean any of many.
        parts.append("/".join(plan.currencies) if len(plan.currencies) <= _FEW else "$")
    if plan.computes:
        parts.append(_operation(plan, question))
    elif plan.field is not None:
        missing = field_name(plan.field, question)
        parts.append(f"没有{missing}" if han else f"no {missing}")
    elif plan.operation is Operation.DUPLICATE:
        parts.append("重复" if han else "duplicates")
    if not parts:
        return ""
    about = ("，" if han else ", ").join(parts)
    return f"{about}：" if han else f"{about[0].upper()}{about[1:]}: "


def _operation(plan: Plan, question: str) -> str:
    """The figure's name: what it is the sum, the average, the largest of."""
    name = field_name(plan.measured, question)
    if has_han(question):
        named = {Operation.AVERAGE: f"平均{name}", Operation.MIN: f"最低{name}", Operation.MAX: f"最高{name}"}
        return named.get(plan.operation, name)
    named = {Operation.AVERAGE: f"average {name}", Operation.MIN: f"lowest {name}", Operation.MAX: f"highest {name}"}
    return named.get(plan.operation, name)


def _group(result: LedgerAnswer, total: LedgerTotal, question: str, numbers: dict[str, int]) -> str:
    return f"{plain(total.label)}: {_amount(result, total, question, numbers)}"


def _listed(result: LedgerAnswer, row: LedgerRow, numbers: dict[str, int]) -> str:
    cells = dict(zip(result.columns, row.cells, strict=True))
    amount = cells.pop(str(result.plan.measured), "")
    currency = cells.pop("currency", "")
    words = [cell for cell in cells.values() if cell] + ([f"{currency} {amount}".strip()] if amount else [])
    mark = f" [{numbers[row.doc_id]}]" if row.doc_id in numbers else ""
    said = plain(f"{row.source}: {', '.join(words)}" if words else row.source)
    return f"{said}{mark}"


def _lines(lines: Sequence[str], question: str) -> str:
    shown = [f"- {line}" for line in lines[:_LISTED]]
    if (more := len(lines) - _LISTED) > 0:
        shown.append(f"- 另有 {more} 项" if has_han(question) else f"- and {more} more")
    return "\n".join(shown)


def _marks(result: LedgerAnswer, rows: Iterable[int], numbers: dict[str, int]) -> str:
    found = sorted({numbers[result.rows[place].doc_id] for place in rows if result.rows[place].doc_id in numbers})
    return " " + "".join(f"[{number}]" for number in found) if found else ""


def _warnings(result: LedgerAnswer, question: str) -> tuple[str, ...]:
    han = has_han(question)
    found = []
    if result.plan.operation is Operation.LATE:
        found.append(
            "资料库不知道哪些已经付款；这里列出的是到期日已过的。"
            if han
            else "The library does not know what has been paid: these are the ones whose due date has passed."
        )
    if (rows := len(result.rows)) > _CITED:
        found.append(
            f"引用了 {rows} 行中的前 {_CITED} 行；其余各行见表格。"
            if han
            else f"The first {_CITED} of {rows} rows are cited; the table has all of them."
        )
    return tuple(found)


def _citations(result: LedgerAnswer, library: Library) -> tuple[Citation, ...]:
    """For each of the first rows the page that shows what was computed with."""
    found: list[Citation] = []
    for row in result.rows:
        proof = telling(result.plan, row)
        if proof is None or len(found) == _CITED:
            continue
        image = library.image_path(row.doc_id, proof.page_number)
        found.append(
            Citation(
                len(found) + 1, row.doc_id, row.source, row.title, proof.page_number, proof.raw, proof.boxes, image, ""
            )
        )
    return tuple(found)


def telling(plan: Plan, row: LedgerRow) -> Proof | None:
    """The value of a row that is shown first: the amount, else the date, else any; None where no page shows one."""
    seen = [proof for proof in row.proofs if proof is not None and proof.page_number > 0]
    if plan.operation is Operation.VALUE:
        wanted = [str(plan.field)]
    else:
        wanted = [str(plan.measured)] if plan.computes or plan.amounts else [str(plan.date_field)]
    first = [proof for name in wanted for proof in seen if proof.field == name]
    return next(iter([*first, *seen]), None)
