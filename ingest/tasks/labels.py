"""Labels in text: where one ends and its value begins, and which name it stands for. English and Chinese."""

import unicodedata

from ingest.scripts import has_han

COLONS = ":："
_OPENING, _CLOSING = "(（", ")）"
_LONGEST_LABEL = 40
_LONGEST_LINE = 1000  # of a line only so much is looked at


def split_pairs(text: str) -> list[tuple[str, str]]:
    """Split ``label: value``, and ``甲方：A公司 乙方：B公司``, into labels and values; a value may be empty."""
    text = text[:_LONGEST_LINE]
    marks: list[tuple[int, int]] = []  # start of a label, place of its colon
    for place, character in enumerate(text):
        if character in COLONS and _ends_label(text, place):
            start = _label_start(text, place, marks[-1][1] + 1) if marks else 0
            if start is not None and is_label(text[start:place]):
                marks.append((start, place))
    ends = [start for start, _ in marks[1:]] + [len(text)] * bool(marks)
    spans = [(start, colon, end) for (start, colon), end in zip(marks, ends, strict=True)]
    return [(text[start:colon].strip(), text[colon + 1 : end].strip()) for start, colon, end in spans]


def is_label(text: str) -> bool:
    """Whether a text can be a label: it has letters, and at most 40 characters."""
    text = text.strip()
    return 0 < len(text) <= _LONGEST_LABEL and any(character.isalpha() for character in text)


def is_named(label: str, key: str) -> bool:
    """Whether a label is the name, alone or with a unit or a remark in brackets behind it."""
    if label_key(label) == key:
        return True
    label = label.rstrip(" " + COLONS)
    opened = max(label.rfind(bracket) for bracket in _OPENING)
    return label[-1:] in _CLOSING and opened > 0 and label_key(label[:opened]) == key


def rest_behind(text: str, key: str) -> str:
    """What follows a label without a colon at the beginning of a line; empty where the line is a sentence."""
    end = _end_of(text[:_LONGEST_LINE], key)
    if not 0 < end < len(text):
        return ""
    before, after = text[end - 1], text[end]
    if after.isalnum() and has_han(before) == has_han(after):
        return ""  # the label is only the beginning of a longer word
    rest = text[end:].removeprefix(".").strip()
    bracket = _OPENING.find(rest[:1]) if rest else -1
    if bracket >= 0:  # a unit or a remark, part of the label
        rest = rest.partition(_CLOSING[bracket])[2]
    rest = rest.strip(" \t" + COLONS)
    return "" if rest[:1].islower() else rest


def ends_with(label: str, name: str, key: str) -> bool:
    """Whether a label's last words are the name: ``Our Invoice No``, ``本合同编号``."""
    if has_han(name):
        return label_key(label).endswith(key)
    return label_key(" ".join(label.split()[-len(name.split()) :])) == key


def label_key(text: str) -> str:
    """Letters and digits alone, in one case and width."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in normal if character.isalnum())


def _ends_label(text: str, place: int) -> bool:
    """Whether a colon stands behind a label, not in a time, a ratio or an address."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return not (before.isdigit() and after.isdigit()) and not text.startswith("//", place + 1)


def _label_start(text: str, colon: int, low: int) -> int | None:
    """Where a further label of a line begins; None where the colon belongs to the value before it."""
    gap = max(text.rfind("  ", low, colon), text.rfind("\t", low, colon), text.rfind("\u3000", low, colon))
    if gap >= low:
        return gap + 1
    space = text.rfind(" ", low, colon)
    return space + 1 if space >= low and has_han(text[space + 1 : colon]) else None


def _end_of(text: str, key: str) -> int:
    """Where a key ends that a text begins with; 0 where it does not."""
    read = ""
    for place, character in enumerate(text):
        read += label_key(character)
        if not key.startswith(read):
            return 0
        if read == key:
            return place + 1
    return 0
