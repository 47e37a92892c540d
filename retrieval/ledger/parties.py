"""Parties by the names that the ledger has: one key for all spellings of a name, and finding names in a question."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.scripts import has_han
from ingest.stopwords import STOP_EN
from retrieval.words import LEGAL_FORMS

_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")  # S.A., B.V.
_MORE_FORMS = frozenset(
    "limited corporation incorporated kg ohg ug se sas sasu sarl srl spa eurl oy ab as aps bvba kgaa pty".split()
)
_FORMS = LEGAL_FORMS | _MORE_FORMS
_HAN_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|公司|集团)$")
# Words that questions are made of: a party whose name begins with one is named by more than that word.
_ASKING = frozenset(
    "total totals sum list show compare average mean top largest smallest highest lowest monthly "
    "quarterly yearly annual invoices invoice bills receipts contracts agreements january february march "
    "april may june july august september october november december first second third fourth quarter "
    "half general number duplicate overdue".split()
)
_MIN_HAN = 2
_MOST = 5  # parties that one name in a question may mean
# Words of many Chinese names: alone they name nobody.
_HAN_COMMON = re.compile(
    r"^(?:股份|有限|责任|公司|集团|科技|贸易|商贸|技术|信息|实业|工程|服务|发展|国际|中国|市|省|区)+$"
)


@dataclass(frozen=True, slots=True)
class Party:
    """A party of the ledger.

    Attributes:
        key: its name as it is compared.
        name: one of its spellings.
        spellings: all of them.
        fields: where it stands: ``seller``, ``buyer``, ``party``.
    """

    key: str
    name: str
    spellings: tuple[str, ...] = ()
    fields: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question: the parties that it means, and its place."""

    parties: tuple[Party, ...]
    start: int
    end: int


def key_of(name: str) -> str:
    """A name as it is compared: small letters, no legal form; of a Chinese name its characters.

    A name of nothing but a legal form is its own key.
    """
    plain = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", unicodedata.normalize("NFKC", name))
    if has_han(plain):
        closed = re.sub(r"[\s()]", "", plain)
        return _HAN_FORM.sub("", closed) or closed
    words = [word.casefold() for word in _WORD.findall(plain)]
    return " ".join([word for word in words if word not in _FORMS and word != "the"] or words)


def parties_from(rows: Iterable[tuple[str, str]]) -> tuple[Party, ...]:
    """Parties of names, each with the field it stands in, by key."""
    spellings: dict[str, dict[str, None]] = {}
    places: dict[str, set[str]] = {}
    for name, place in rows:
        if key := key_of(name):
            spellings.setdefault(key, {})[name] = None
            places.setdefault(key, set()).add(place)
    return tuple(
        Party(key, next(iter(names)), tuple(names), frozenset(places[key])) for key, names in sorted(spellings.items())
    )


def spellings_of(names: Iterable[str], known: Iterable[Party]) -> tuple[str, ...]:
    """All spellings of some names that the ledger has."""
    keys = {key_of(name) for name in names}
    return tuple(spelling for party in known if party.key in keys for spelling in party.spellings)


def by_key(known: Iterable[Party]) -> Mapping[str, Party]:
    """Parties by their keys."""
    return {party.key: party for party in known}


def find_parties(text: str, known: Sequence[Party], *, small: bool = False) -> list[Mention]:
    """Names of the ledger's parties in a text, in order.

    A name may be given by its first words ("Acme" for "Acme Tools GmbH"), then in capitals, unless `small`.

    Args:
        text: folded; what is not to be looked at in it replaced by NUL characters.
        known: the ledger's parties.
        small: whether the first words of a name may be in small letters.
    """
    return sorted(_latin(text, known, small) + _han(text, known), key=lambda one: one.start)


def _latin(text: str, known: Sequence[Party], small: bool) -> list[Mention]:
    tokens = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    names = [(party, party.key.split()) for party in known if not has_han(party.key)]
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        length, meant = _longest(tokens, at, names, small)
        if meant and len(meant) <= _MOST:
            end = at + length
            while end < len(tokens) and _is_form(text, tokens[end - 1], tokens[end]):
                end += 1
            found.append(Mention(tuple(meant), tokens[at][1], tokens[end - 1][2]))
            at = end
        else:
            at += 1
    return found


_Token = tuple[str, int, int]


def _longest(
    tokens: Sequence[_Token], at: int, names: Sequence[tuple[Party, list[str]]], small: bool
) -> tuple[int, list[Party]]:
    """The parties whose names begin with the most of the words from a place on, and how many words these are."""
    best, meant = 0, list[Party]()
    for party, words in names:
        length = 0
        for (word, *_), own in zip(tokens[at:], words, strict=False):
            if word.casefold() != own:
                break
            length += 1
        whole = length == len(words)
        if not length or not _names(tokens, at, length, whole=whole, small=small):
            continue
        if length > best:
            best, meant = length, []
        if length == best:
            meant.append(party)
    exact = [party for party in meant if len(party.key.split()) == best]
    return best, exact or meant


def _names(tokens: Sequence[_Token], at: int, length: int, *, whole: bool, small: bool) -> bool:
    """Whether words of a question that a party's name begins with are enough to name it."""
    words = [word for word, *_ in tokens[at : at + length]]
    content = [word for word in words if word.casefold() not in STOP_EN and word.casefold() not in _ASKING]
    if whole:
        following = tokens[at + length][0].casefold() if at + length < len(tokens) else ""
        return bool(content) or length > 1 or following in _FORMS
    return (small or words[0][0].isupper()) and any(len(word) > 2 for word in content)


def _is_form(text: str, last: _Token, following: _Token) -> bool:
    gap = text[last[2] : following[1]]
    return following[0].casefold() in _FORMS and following[0][0].isupper() and not gap.strip(" .,&")


def _han(text: str, known: Sequence[Party]) -> list[Mention]:
    names = [party for party in known if has_han(party.key)]
    found: list[Mention] = []
    at = 0
    while at < len(text):
        end, meant = at, list[Party]()
        while end < len(text) and text[end] != "\0":
            having = [party for party in names if text[at : end + 1] in party.key]
            if not having:
                break
            end, meant = end + 1, having
        piece = text[at:end]
        if end - at >= _MIN_HAN and has_han(piece) and not _HAN_COMMON.match(piece) and len(meant) <= _MOST:
            tail = re.match(r"(?:股份有限公司|有限责任公司|有限公司|公司|集团)", text[end:])
            end += tail.end() if tail else 0
            exact = [party for party in meant if party.key == piece]
            found.append(Mention(tuple(exact or meant), at, end))
        at = max(end, at + 1)
    return found
