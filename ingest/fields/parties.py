"""Who sells and who buys: labels, sections with a name in them, the letterhead, legal forms."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from ingest.fields.candidates import Candidate, clean, introduces, is_name
from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.sheet import Segment
from ingest.fields.view import Place, View
from ingest.scripts import has_han

SELLER, BUYER = "seller", "buyer"
_SECTION, _TOP_FORM, _TOP, _FORM = 0.85, 0.72, 0.6, 0.45
_WHOLE = 0.68
_TELLING = 5  # letters
_SECTION_ROWS = 12
_TOP_ROWS = 9
_SAME_COLUMN = 0.2
_LONGEST = 70
_NAME_LABELS = frozenset(map(folded, ("name", "nom", "firma", "company name", "company", "名称", "单位名称")))
_FORMS = re.compile(
    r"(?<![\w/])(?:GmbH(?:\s*&\s*Co\.?(?:\s*KG)?)?|AG(?!\w)|KG|OHG|UG|e\.\s?K\.|e\.\s?V\.|a\.\s?G\.|(?i:Ltd\.?|Limited|Inc\.?"
    r"|L\.?L\.?C\.?|Corp\.?|Corporation|P\.?L\.?C\.?|LLP|Pte\.?\s*Ltd\.?|Pvt\.?\s*Ltd\.?|Pty\.?\s*Ltd\.?"
    r"|Sdn\.?\s*Bhd\.?|S/B|Bhd\.?|Company|Co\.(?!\s*(?:No|Reg))|SARL|S\.A\.R\.L\.?|S\.r\.l\.?|S\.p\.A\.?|spółka akcyjna"
    r"|Sp\.\s?z\s?o\.\s?o\.)|S\.?A\.?S\.?|S\.A\.|SA|B\.\s?V\.?|BV|N\.V\.?|NV|Oy|AB|A/S|ApS)(?![\w/])"
)
_HAN_FORM = re.compile(r"(?:有限责任公司|股份有限公司|有限公司|公司|集团|中心|工厂|酒店|商店|超市|事务所|株式会社)")
_GOES_ON = re.compile(r"(?:\s+[A-ZÄÖÜÉ][\w-]+){1,2}\s*")  # "Kunden AG Mitte"
_TITLE = re.compile(
    r"^\W*(?:(?:simplified|tax|retail|sales|payment|official|cash|proforma|commercial|copy|original|duplicate|customer)\W*)*"
    r"(?:invoices?|receipt|bill|statement|rechnung|gutschrift|facture|avoir|quittung|factuur|faktura|copy|original|page"
    r"|welcome|thank you|发票|收据|.{0,8}发票.{0,4})\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\(.*?\)?$|\(.*?\)")
# A registration behind a name: "(519537-X)", "273500-U".
_NUMBER = re.compile(r"\s*\(?\b[\dA-Z]*\d{4,}[\w-]*\)?\s*$")
_ADDRESS = re.compile(
    r"\b(?:street|road|avenue|lane|floor|jalan|jln|lot|suite|p\.?\s?o\.?\s?box|rue|platz|weg|level|unit|building|no\.?)\b"
    r"|stra(?:ß|ss)e|\bstr\.|\d{4,}|licensee|tel\b|fax\b",
    re.IGNORECASE,
)


def party_candidates(view: View) -> Iterator[Candidate]:
    """Names of sellers and buyers beyond those right beside a label."""
    for place in view.places():
        for name in (SELLER, BUYER):
            if introduces(place) and place.label.means(name) and (found := _in_section(view, place)):
                yield Candidate(name, FieldKind.NAME, found.text, _tidy(found.text), found, _SECTION, place.label.key)
    head = list(_letterhead(view))
    yield from head
    names = [key for one in head if len(key := folded(one.value)) >= _TELLING]
    for one in _with_form(view):
        # A logo is often the beginning of the name that stands in full elsewhere.
        whole = any(folded(one.value).startswith(key) and folded(one.value) != key for key in names)
        yield replace(one, score=_WHOLE) if whole else one


def assign_tax_ids(view: View, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Tax ids that stand in the buyer's section are the buyer's."""
    heads = [
        place for place in view.places() if place.leads and (place.label.means(SELLER) or place.label.means(BUYER))
    ]
    for one in found:
        if one.name == "seller_tax_id" and _section(view, one.segment, heads) == BUYER:
            yield replace(one, name="buyer_tax_id")
        else:
            yield one


def _section(view: View, segment: Segment, heads: list[Place]) -> str:
    """Whose section a segment stands in; empty for nobody's. The lines of an invoice end what stands above them."""
    above = [
        head
        for head in heads
        if 0 <= segment.row - head.segment.row <= _SECTION_ROWS
        and (head.segment.row < segment.row or head.segment.place < segment.place)
        and abs(head.segment.box[0] - segment.box[0]) < 2 * _SAME_COLUMN
        and not any(head.segment.row < row < segment.row for row in view.heads)
    ]
    if not above:
        return ""
    return BUYER if above[-1].label.means(BUYER) else SELLER


def _in_section(view: View, place: Place) -> Segment | None:
    """The name in the lines under a heading such as "Seller", where a label says which of them it is."""
    if clean(place.rest):
        return None
    for row in view.sheet.rows[place.segment.row + 1 : place.segment.row + _SECTION_ROWS // 2]:
        if any(_opens(view, segment, place) for segment in row):
            break
        for segment in row:
            label, colon, rest = segment.text.replace("：", ":").partition(":")
            if (
                abs(segment.box[0] - place.segment.box[0]) > _SAME_COLUMN
                or folded(label) not in _NAME_LABELS
                or not colon
            ):
                continue
            value = (
                replace(segment, text=rest.strip()) if rest.strip() else next(iter(view.sheet.right_of(segment)), None)
            )
            if value is not None and is_name(value.text):
                return value
    return _first_name(view, place)


def _opens(view: View, segment: Segment, place: Place) -> bool:
    """Whether the section of another party begins, in the column of this one."""
    labels = view.labels_of(segment) if view.is_led(segment) else ()
    same = abs(segment.box[0] - place.segment.box[0]) <= _SAME_COLUMN
    return same and any(label.means(SELLER) or label.means(BUYER) for label in labels)


def _first_name(view: View, place: Place) -> Segment | None:
    """The first line under a heading that is no label with its value and no address."""
    for segment in islice(view.sheet.column(place.segment), _SECTION_ROWS // 3):
        right = next(iter(view.sheet.right_of(segment)), None)
        labels = ":" in segment.text or "：" in segment.text or (right is not None and right.text[:1] in (":", "："))
        plain = not labels and segment.text[0].isalnum() and not view.is_led(segment)
        if plain and is_name(segment.text) and not _ADDRESS.search(segment.text):
            return segment
        if _opens(view, segment, place):
            return None
    return None


def _letterhead(view: View) -> Iterator[Candidate]:
    """The first lines: one with a legal form, else the first that can be a name."""
    plain = False
    for number, row in enumerate(view.sheet.rows[:_TOP_ROWS]):
        if row[0].page != 1 or any(
            place.label.means(BUYER) and place.leads for one in row for place in view.places_in(one)
        ):
            return
        for segment in _joined(row, view):
            if not _may_be_name(segment.text):
                continue
            form = _form_end(segment.text)
            if form:
                text = _whole(view, number, segment.text)
                yield _seller(segment, text, _TOP_FORM - 0.01 * number)
            elif not plain and not _ADDRESS.search(_BRACKETS.sub("", segment.text)) and len(folded(segment.text)) >= 5:
                plain = True
                yield _seller(segment, segment.text, _TOP - 0.01 * number)


def _joined(row: tuple[Segment, ...], view: View) -> list[Segment]:
    """A row whose segments are all words of one name, as one; otherwise its segments."""
    if len(row) > 1 and all(len(one.text) < 16 and one.text.isupper() and not view.labels_of(one) for one in row):
        return [replace(row[0], text=" ".join(one.text for one in row))]
    return list(row)


def _whole(view: View, number: int, text: str) -> str:
    """A name whose line begins with the legal form's words goes on from the line above: "ACME" / "CO. (M) SDN BHD"."""
    bare = _FORMS.sub("", re.sub(r"\(.*?\)", "", text))
    if len(folded(bare)) > 2 or number == 0:
        return text
    above = " ".join(one.text for one in view.sheet.rows[number - 1])
    return f"{above} {text}" if is_name(above) else text


def _with_form(view: View) -> Iterator[Candidate]:
    """Names with a legal form anywhere, not in the buyer's section; the one that stands there most often."""
    heads = [place for place in view.places() if place.leads and place.label.means(BUYER)]
    found: dict[str, Segment] = {}
    counts: Counter[str] = Counter()
    for segment in view.sheet.segments():
        if len(segment.text) > 3 * _LONGEST or not _form_end(segment.text) or _section(view, segment, heads) == BUYER:
            continue
        name = _tidy(segment.text)
        if len(name) <= _LONGEST and is_name(name) and (has_han(name[0]) or (len(name) > 4 and name[0].isupper())):
            counts[folded(name)] += 1
            found.setdefault(folded(name), segment)
    for key, count in counts.items():
        yield _seller(found[key], found[key].text, _FORM + 0.02 * min(count, 4))


def _seller(segment: Segment, text: str, score: float) -> Candidate:
    return Candidate(SELLER, FieldKind.NAME, text, _tidy(text), segment, score)


def _may_be_name(text: str) -> bool:
    return len(text) <= _LONGEST and is_name(_BRACKETS.sub("", text)) and not _TITLE.search(text) and ":" not in text


def _form_end(text: str) -> int:
    """Where the last of the legal forms at the first such place ends; 0 where there is none."""
    if has_han(text):
        found = _HAN_FORM.search(text)
        return found.end() if found else 0
    end = 0
    for match in _FORMS.finditer(text):
        # "CO. (M) SDN BHD", "Co., Ltd." are one form.
        if end and match.group()[0].islower():  # "Ltd, company number 123"
            break
        if end and len(folded(re.sub(r"\(.*?\)", "", text[end : match.start()]))) > 0:
            break
        end = match.end()
    return end


def _tidy(text: str) -> str:
    end = _form_end(text)
    kept = text if end and _GOES_ON.fullmatch(text[end:]) else text[:end] if end else text
    return " ".join(_NUMBER.sub("", kept).split()).strip(" ,;:-–|*<>=_")
