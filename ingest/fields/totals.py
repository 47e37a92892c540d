"""Net, tax and total together: the candidates that fit each other, and what was paid."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

from ingest.fields.candidates import Candidate
from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.normal import spelled
from ingest.fields.printed import amounts_in, normalise_printed
from ingest.fields.view import View

NET, TAX, TOTAL, PAYABLE = "net", "tax", "total", "payable"
NAMES = (NET, TAX, TOTAL, PAYABLE)
_MOST = 6  # candidates of a field that are tried with those of the others
_MOST_TOTALS = 40  # the last ones of a document, of which some may be parts of others
_MOST_AMOUNTS = 300  # the largest ones, of which one may be the sum of two others
CENT = Decimal("0.02")
_FITS, _PAID, _AGAIN, _LARGE, _MISFIT = 0.6, 0.6, 0.12, 0.2, 1.0
_MOST_TAXED = Decimal("1.8")  # a total is hardly ever more times its net, freight and all
_SUMMARY_ROWS = 7  # rows below the head of a breakdown of taxes
_IN_SUMMARY = 0.5
_UNLABELLED = 0.4
_FITTING = 0.7
_CASH = frozenset(
    map(folded, ("cash", "tendered", "cash tendered", "cash received", "bar", "gegeben", "espèces", "现金"))
)
_CHANGE = frozenset(map(folded, ("change", "change due", "rückgeld", "rendu", "找零")))
_SUMMARIES = re.compile(
    r"(gst|tax|vat|mwst|ust|tva)\s*(summary|breakdown|analysis|aufschl)|umsatzsteueraufschl|steueraufschl|"
    r"détail (de la )?tva|ventilation",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(excl\w*|excluding|exclusive|before|ex\.?|without|ohne|netto|exkl\w*|hors|h\.?t\.?|net|untaxed|zonder)\b|不含|未税",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"\b(incl\w*|including|inclusive|after|with|inkl\w*|brutto|ttc|t\.t\.c|gross|payable|rounded)\b|含税|价税",
    re.IGNORECASE,
)


def choose_totals(view: View, found: Iterable[Candidate]) -> list[Candidate]:
    """The best net, tax and total that fit each other, and what is payable; each once at most."""
    judged = [_judged(view, one) for one in found if one.name in NAMES]
    candidates = _without_parts([*judged, *_spread(view, judged)])
    paid = _paid(view)
    candidates = _without_rests(view, candidates)
    options = {name: _best(candidates, name, paid) for name in (NET, TAX, TOTAL)}
    # Cash less change is what was bought for, whatever else is a total of something.
    options[TOTAL] = [one for one in options[TOTAL] if Decimal(one.value) in paid] or options[TOTAL]
    if not options[TOTAL]:
        options[TOTAL] = list(_sums(view))[:1]
    options[TAX] += _taxes_together(candidates, options)
    largest = max((abs(Decimal(one.value)) for one in options[TOTAL]), default=Decimal(0))
    tries = product([*options[NET], None], [*options[TAX], None], [*options[TOTAL], None])
    best = max(tries, key=lambda trial: _worth(*trial, largest=largest))
    chosen = [_sure(one, best) for one in best if one is not None and not _is_part(view, one, best, candidates)]
    payable = max((one for one in candidates if one.name == PAYABLE), key=lambda one: one.score, default=None)
    return [*chosen, payable] if payable else chosen


def _judged(view: View, one: Candidate) -> Candidate:
    """A candidate whose label goes on ("Total excl. GST") under the field that is meant."""
    row = view.sheet.rows[one.segment.row]
    text = " ".join(segment.text for segment in row if segment.place <= one.segment.place)
    score = one.score * (_IN_SUMMARY if _in_summary(view, one.segment.row) else 1.0)
    name = one.name
    if name == TOTAL and _WITHOUT.search(text) and not _WITH.search(text):
        name = NET
    elif name == NET and _WITH.search(text) and not _WITHOUT.search(text):
        name = TOTAL
    return replace(one, name=name, score=score)


def _spread(view: View, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Net and tax in the row of a total that is their sum: "Total 24.99 5.00 29.99"."""
    for one in found:
        if one.name != TOTAL:
            continue
        row = [
            (amount, segment)
            for segment in view.sheet.rows[one.segment.row]
            for amount in amounts_in(segment.text, view.habits)
        ]
        for (net, first), (tax, second), (total, _) in zip(row, row[1:], row[2:], strict=False):
            if (
                abs(net.value + tax.value - total.value) <= CENT
                and spelled(one.kind, total.value) == one.value
                and tax.value
            ):
                for name, amount, segment in ((NET, net, first), (TAX, tax, second)):
                    raw = segment.text[amount.start : amount.end]
                    yield replace(one, name=name, raw=raw, value=spelled(one.kind, amount.value), segment=segment)


def _without_parts(found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without totals of parts: those above that make up a total below, as one for each rate of tax."""
    totals = dict([(one.value, one) for one in found if one.name == TOTAL][-_MOST_TOTALS:])
    parts: set[str] = set()
    for whole in totals.values():
        above = [one for one in totals.values() if one.segment.row < whole.segment.row and Decimal(one.value) > 0]
        for one, other in combinations(above, 2):
            if abs(Decimal(one.value) + Decimal(other.value) - Decimal(whole.value)) <= CENT:
                parts |= {one.value, other.value}
    return [one for one in found if one.name != TOTAL or one.value not in parts]


def _is_part(view: View, one: Candidate, chosen: Sequence[Candidate | None], found: Sequence[Candidate]) -> bool:
    """Whether a tax that fits no net is that of one rate, where there are others."""
    if one.name != TAX or _fits(chosen):
        return False
    rates = {rate for tax in found if tax.name == TAX and (rate := _rate(view, tax.segment.row))}
    own = _rate(view, one.segment.row)
    return bool(own) and len(rates) > 1


def _rate(view: View, row: int) -> str:
    rates = (
        normalise_printed(FieldKind.PERCENT, it.text, view.habits) for it in view.sheet.rows[row] if "%" in it.text
    )
    return next((rate for rate in rates if rate), "")


def _fits(chosen: Sequence[Candidate | None]) -> bool:
    values = [Decimal(one.value) for one in chosen if one]
    return len(values) == len(chosen) and abs(values[0] + values[1] - values[2]) <= CENT


def _without_rests(view: View, found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without totals that are what is left of a total above, after a payment between: "Amount due"."""
    due = {(one.segment.row, one.value) for one in found if one.name == PAYABLE}
    wholes = [one for one in found if one.name == TOTAL and (one.segment.row, one.value) not in due]

    def is_rest(one: Candidate) -> bool:
        return any(_is_rest(view, one, whole) for whole in wholes)

    rests = {(one.segment.row, one.value) for one in found if (one.segment.row, one.value) in due and is_rest(one)}
    return [one for one in found if one.name != TOTAL or (one.segment.row, one.value) not in rests]


def _is_rest(view: View, one: Candidate, whole: Candidate) -> bool:
    paid = abs(Decimal(whole.value)) - abs(Decimal(one.value))
    between = view.sheet.rows[whole.segment.row + 1 : one.segment.row]
    amounts = (amount.value for row in between for it in row for amount in amounts_in(it.text, view.habits))
    return paid > 0 and any(abs(abs(amount) - paid) <= CENT for amount in amounts)


def _taxes_together(found: Sequence[Candidate], options: Mapping[str, Sequence[Candidate]]) -> list[Candidate]:
    """The taxes of several rates as one, where together they are what parts a net from a total."""
    rows: dict[int, Candidate] = {}
    for one in found:
        if (
            one.name == TAX
            and Decimal(one.value)
            and (one.segment.row not in rows or one.score > rows[one.segment.row].score)
        ):
            rows[one.segment.row] = one
    gaps = {Decimal(total.value) - Decimal(net.value) for net in options[NET] for total in options[TOTAL]}
    taxes = list(rows.values())[-_MOST:]
    for count in range(len(taxes), 1, -1):
        for several in combinations(taxes, count):
            whole = sum((Decimal(one.value) for one in several), Decimal(0))
            if any(abs(whole - gap) <= CENT for gap in gaps) and all(
                abs(Decimal(one.value)) < abs(whole) for one in several
            ):
                raw = " + ".join(one.raw for one in several)
                return [replace(several[0], raw=raw, value=spelled(FieldKind.AMOUNT, whole))]
    return []


def _in_summary(view: View, row: int) -> bool:
    above = view.sheet.rows[max(row - _SUMMARY_ROWS, 0) : row]
    return any(_SUMMARIES.search(segment.text) for one in above for segment in one)


def _paid(view: View) -> set[Decimal]:
    """What cash and change say was paid."""
    cash, change = set(_behind(view, _CASH)), set(_behind(view, _CHANGE))
    return {abs(one) - abs(other) for one in cash for other in change if abs(one) >= abs(other)}


def _behind(view: View, keys: frozenset[str]) -> Iterator[Decimal]:
    for place in view.places():
        if place.label.key in keys and place.leads:
            texts = [place.rest, *(segment.text for segment in view.sheet.right_of(place.segment))]
            yield from (one.value for text in texts for one in amounts_in(text, view.habits)[:1] if one.is_money)


def _best(candidates: Sequence[Candidate], name: str, paid: set[Decimal]) -> list[Candidate]:
    """A field's candidates, each value once, the likeliest first; what stands there again is likelier."""
    best: dict[str, Candidate] = {}
    for one in candidates:
        if one.name != name:
            continue
        known = best.get(one.value)
        again = _AGAIN if known else 0.0
        top = one if known is None or one.score > known.score else known
        best[one.value] = replace(top, score=top.score + again)
    bonus = {value: _PAID for value in best if name == TOTAL and Decimal(value) in paid}
    ranked = [replace(one, score=one.score + bonus.get(one.value, 0.0)) for one in best.values()]
    return sorted(ranked, key=lambda one: -one.score)[:_MOST]


def _worth(net: Candidate | None, tax: Candidate | None, total: Candidate | None, *, largest: Decimal) -> float:
    worth = sum(one.score for one in (net, tax, total) if one)
    amounts = [abs(Decimal(one.value)) if one else None for one in (net, tax, total)]
    n, t, g = amounts
    if g is not None:
        worth += _LARGE * float(g / largest) if largest else 0.0
        worth -= _MISFIT * sum(part is not None and part > g + CENT for part in (n, t))
        worth -= _MISFIT * (t is not None and 0 < g == t)
        worth -= _MISFIT * (n is not None and g > n * _MOST_TAXED) + _MISFIT * (t is not None and t * _MOST_TAXED > g)
    if n is not None and t is not None and g is not None:
        worth += _FITS if abs(n + t - g) <= CENT else -_FITS
    elif n is not None and g is not None and t is None and n != g:
        worth -= 0.1
    return worth


def _sure(one: Candidate, chosen: Sequence[Candidate | None]) -> Candidate:
    """A candidate with its likelihood: surer where the three fit."""
    return replace(one, score=min(1.0, max(one.score * 1.1, _FITTING)) if _fits(chosen) else 0.9 * one.score)


def _sums(view: View) -> Iterator[Candidate]:
    """Where no label names a total: the largest amount that is the sum of two others."""
    found = [
        (one.value, segment, segment.text[one.start : one.end])
        for segment in view.sheet.segments()
        for one in amounts_in(segment.text, view.habits)
        if one.is_money and one.value > 0
    ]
    found = sorted(found, key=lambda entry: -entry[0])[:_MOST_AMOUNTS]
    values = {value for value, _, _ in found}
    for value, segment, raw in found:
        if any(value - part in values and value - part != part for part in values if part < value):
            yield Candidate(TOTAL, FieldKind.AMOUNT, raw, spelled(FieldKind.AMOUNT, value), segment, _UNLABELLED)
