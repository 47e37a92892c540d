"""Numbers written in words: English, and Chinese in plain and in capital characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: number for number, word in enumerate(_UNITS)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORD = "|".join(sorted([*_SMALL, *_LARGE, "hundred"], key=len, reverse=True))
# At most 24 words: two billion, three hundred and forty-five million ... has 20.
_ENGLISH = re.compile(
    rf"\b(?:a\s(?=hundred|thousand|million))?(?:{_WORD})(?:(?:\s?-\s?|,?\s{{1,2}})(?:and\s{{1,2}})?(?:{_WORD})){{0,24}}\b"
    r"(?P<half>(?:\s{1,2}and\s{1,2}(?:a|one)|-and-(?:a|one))[\s-]half\b)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)
# "One" is a number only before something that is counted: elsewhere it is a pronoun.
_COUNTED = re.compile(
    r"\s{0,2}(?:\(\s?(?:1|i)\s?\)|[\s-](?:calendar |business |full |working )?"
    r"(?:year|month|week|day|hour|minute|quarter|percent|per cent|dollar|euro|pound|cent|yuan))",
    re.IGNORECASE,
)

_HAN_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {
    character: number for number, character in enumerate("零壹贰叁肆伍陆柒捌玖")
}
_HAN_DIGITS |= {"〇": 0, "○": 0, "两": 2, "兩": 2, "貳": 2, "弍": 2, "參": 3, "叄": 3, "陸": 6}
_HAN_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_HAN_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CAPITALS = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟萬億貳參陸")
HAN_SCALES = _HAN_TENS | _HAN_LARGE
HAN_NUMERAL = f"[{''.join([*_HAN_DIGITS, *_HAN_TENS, *_HAN_LARGE])}]"
_HAN = re.compile(HAN_NUMERAL + "{1,40}")
# What follows a single character that counts something: 三年, 五份. 一 alone is mostly a part of another word.
_HAN_COUNTED = re.compile(
    r"\s?(?:个?(?:工作日|自然日|日历日|日历天)|个?(?:月|季度|星期|小时)|[年月日天周岁元圆円倍角]|分钟)"
)
_HAN_MEASURED = re.compile(
    r"\s?[个份次条款项章节页人名台套件吨米期级层间箱辆张批户家种类路号%]|\s?(?:公里|公斤|千克|平方米)"
)
_SECTION = 10_000


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in words, with its place."""

    amount: Decimal
    start: int
    end: int


def find_english(text: str) -> Iterator[Numeral]:
    """Numbers in English words: ``one thousand two hundred``, ``twenty-one``, ``one and one-half``."""
    for run in _ENGLISH.finditer(text):
        tokens = [(token.group().casefold(), token.start(), token.end()) for token in _TOKEN.finditer(*_within(run))]
        groups = _split(tokens)
        for group in groups:
            words = [word for word, _, _ in group]
            start, end, amount = group[0][1], group[-1][2], _english(words)
            if group is groups[-1] and run["half"]:
                yield Numeral(amount + Decimal("0.5"), start, run.end())
            elif words != ["one"] or _COUNTED.match(text, end):
                yield Numeral(amount, start, end)


def _within(run: re.Match[str]) -> tuple[str, int, int]:
    return run.string, run.start(), run.start("half") if run["half"] else run.end()


_Token = tuple[str, int, int]


def _split(tokens: list[_Token]) -> list[list[_Token]]:
    """Cut words that cannot be one number: "two three-year terms" are two."""
    groups = [tokens[:1]]
    for before, after in pairwise(tokens):
        if _goes_on(before[0], after[0], groups[-1]):
            groups[-1].append(after)
        else:
            groups.append([after])
    return groups


def _goes_on(before: str, after: str, group: list[_Token]) -> bool:
    if after in _LARGE:
        smallest = min((_LARGE[word] for word, _, _ in group if word in _LARGE), default=10**15)
        return before not in _LARGE and _LARGE[after] < smallest
    if after == "hundred":
        return 0 < _SMALL.get(before, 0) < 100
    if before in _TENS:
        return 0 < _SMALL[after] < 10
    return before == "hundred" or before in _LARGE


def _english(words: list[str]) -> Decimal:
    total = current = 0
    for word in words:
        if word == "hundred":
            current = (current or 1) * 100
        elif word in _LARGE:
            total, current = total + (current or 1) * _LARGE[word], 0
        else:
            current += _SMALL[word]
    return Decimal(total + current)


def find_han(text: str) -> Iterator[Numeral]:
    """Numbers in Chinese characters: ``三十``, ``一百二十``, ``二〇二四``, ``壹仟贰佰``."""
    for run in _HAN.finditer(text):
        if _counts(text, run) and (amount := han_number(run.group())) is not None:
            yield Numeral(amount, run.start(), run.end())


def _counts(text: str, run: re.Match[str]) -> bool:
    """Whether characters that may be digits are a number, and not part of a word such as 统一, 千万, 十分."""
    found = run.group()
    if len(found) == 1:
        before = text[max(run.start() - 2, 0) : run.start()]
        counted = _HAN_COUNTED.match(text, run.end()) or before == "分之"
        measured = _HAN_MEASURED.match(text, run.end()) and (found not in "一两" or before.endswith("第"))
        return (found in _HAN_DIGITS or found in "十拾") and bool(counted or measured)
    if _CAPITALS & set(found):
        return True
    if all(character in _HAN_DIGITS for character in found):
        return len(set(found)) > 1 and (len(found) >= 3 or bool(_HAN_COUNTED.match(text, run.end())))
    return found[0] in _HAN_DIGITS or found[0] in "十拾"


def han_number(text: str) -> Decimal | None:
    """The number that Chinese characters write; None where they write none.

    Digits alone are read by their places (二〇二四 is 2024); with 十百千万亿 each counts its unit.
    """
    if text and all(character in _HAN_DIGITS for character in text):
        return Decimal("".join(str(_HAN_DIGITS[character]) for character in text))
    total = section = digit = 0
    seen = False
    for character in text:
        if character in _HAN_DIGITS:
            digit, seen = _HAN_DIGITS[character], True
        elif character in _HAN_TENS:
            section, digit, seen = section + (digit or 1) * _HAN_TENS[character], 0, True
        elif character in _HAN_LARGE:
            scale = _HAN_LARGE[character]
            part = section + digit
            # 亿 counts all before it, 万 the section before it: 一万二千亿, 三亿五千万.
            total = (total + part) * scale if scale > _SECTION else total + (part or 1) * scale
            section = digit = 0
        else:
            return None
        if total > 10**20:
            return None
    return Decimal(total + section + digit) if seen else None
