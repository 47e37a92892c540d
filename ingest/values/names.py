"""Names in a text: capitalised runs, Chinese organisations, quoted terms. And whether another text has them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.stopwords import STOP_EN
from ingest.values.model import Scan, ValueKind, fold

_CJK = "\u3000-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^\W_{_CJK}]+"
_WORD = re.compile(rf"{_LETTERS}(?:['.&-]{_LETTERS})*")
_ANY = re.compile(rf"{_WORD.pattern}|[{_CJK}]")
# Forms of companies, one word each, after folding.
_FORMS = frozenset(
    "inc llc ltd limited incorporated corp corporation co company companies plc gmbh mbh ag kg ohg ug bv nv sa sas "
    "sarl spa srl sl ab oy oyj as aps bvba kk llp lllp lp pllc pte pty sdn bhd se".split()
)
_HAN_FORM = r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|公司|集团)"
_HAN_SUFFIXES = "公司|集团|银行|事务所|研究院|研究所|大学|学院|医院|酒店|商店|工厂|支行|分行|委员会|法院|协会|基金会"
_HAN_SUFFIX = re.compile(rf"(?:{_HAN_SUFFIXES})$")
_HAN_NAME = re.compile(
    rf"[\u3400-\u9fff（）()A-Za-z·]{{2,30}}?(?:{_HAN_SUFFIXES})(?:[\u3400-\u9fff]{{1,8}}(?:分公司|支行|分行))?"
)
# What may stand before a name without a space: 甲方为…, 卖方是….
_HAN_BEFORE = re.compile(
    r"(?:[为是与和及由向对在被给将让从跟同或即於于的经按至到称]|以及|根据|[甲乙丙买卖供需]方|出租[方人]|承租[方人]|购买方|销售方|"
    r"委托[方人]?|受托方|供应商|客户|名称|公司|开户行|提交|签订|支付|付给|交付|通知|位于|包括|代表|授权|开具|选择|约定|承担)$"
)
# 该公司, 开户银行, 向银行: a thing, no name.
_HAN_COMMON = re.compile(r"(?:[该本贵我子母分各其两]|目标|关联|双方|任何|一家|开户|收款|付款|所在地)(?:的)?$")
_QUOTED = re.compile("|".join(rf"{a}([^{a}{b}\n]{{2,200}}){b}" for a, b in ("“”", '""', "「」", "『』", "《》")))
_LINKS = frozenset("of de du des van von der den la le del di da and &".split())
_SPLITS = frozenset(("and",))
# Words that open sentences and say nothing by their capital, beside the little words of questions.
_OPENERS = STOP_EN | frozenset(
    "accordingly additionally according although because but cited clause conversely currently despite due during "
    "either every except finally first followed following furthermore given hence hereby however instead it's later "
    "likewise moreover neither nevertheless next no none nor note notwithstanding once one only otherwise overall per "
    "prior provided rather regardless second section similarly since specifically still subject subsequently therefore "
    "third thus together unless unlike upon using via while within without yes yet article page let see refer".split()
)
# Endings of words that are made from others: Payment, Termination, Additionally. Names rarely have them.
_DERIVED = re.compile(r"\w{3,}(?:ment|tion|sion|ness|ity|ance|ence|ing|ly|ship|able|ible|ments|tions|ings|ances)$")
_GERMAN = frozenset(
    "der die das und ist nicht mit ein eine einen einer den dem des für wird werden auf zum zur im".split()
)
_START = re.compile(r"(?:^|[.!?:;。！？：；\n•*#|(（\"“「-])[\s\"“'(*_#•-]*$")


@dataclass(frozen=True, slots=True)
class Name:
    """What may be a name.

    Attributes:
        words: as `words_of` gives them, without company forms.
        start: offset of its first character.
        end: one past its last.
        opens: whether its first word opens a sentence, so that its capital says nothing.
        is_han: whether it is a Chinese organisation, whose beginning is uncertain.
    """

    words: tuple[str, ...]
    start: int
    end: int
    opens: bool = False
    is_han: bool = False


def words_of(text: str) -> tuple[str, ...]:
    """Words of a text for comparing names: no case, width, accents, possessive, company forms; CJK one by one."""
    words = (_plain(found) for found in _ANY.findall(fold(text)) if found[0].isalnum())
    return tuple(word for word in words if word not in _FORMS)


def _plain(word: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    bare = re.sub(r"'s?$", "", bare.removesuffix("'s"))
    return re.sub(r"[.'-]", "", bare) or bare


def find_names(text: str, is_free: Callable[[int, int], bool] = lambda start, end: True) -> list[Name]:
    """All that may be names, in order of their kind: quoted terms, Chinese organisations, capitalised runs.

    In German every noun has a capital: there only runs of two words or more count, and words with inner capitals.

    Args:
        text: to look through.
        is_free: tells whether a part of the text is no other value.
    """
    found = [_quoted(match) for match in _QUOTED.finditer(text)]
    found += [_han(match) for match in _HAN_NAME.finditer(text)]
    found += _capitalised(text, is_free)
    return [name for name in found if name.words]


def _quoted(match: re.Match[str]) -> Name:
    inside = next(group for group in match.groups() if group is not None)
    return Name(words_of(inside), match.start() + 1, match.end() - 1)


def _han(match: re.Match[str]) -> Name:
    found = match.group()
    body = _HAN_SUFFIX.sub("", found)
    if not body or _HAN_COMMON.search(body) or _HAN_BEFORE.search(body):
        return Name((), match.start(), match.end())
    return Name(words_of(re.sub(rf"{_HAN_FORM}$", "", found)), match.start(), match.end(), is_han=True)


def _capitalised(text: str, is_free: Callable[[int, int], bool]) -> Iterator[Name]:
    tokens = list(_WORD.finditer(text))
    german = len(_GERMAN & {token.group().casefold() for token in tokens}) >= 2
    run: list[re.Match[str]] = []
    for token in [*tokens, None]:
        if run and (token is None or not _goes_on(text, run[-1], token)):
            yield from _run(text, run, german)
            run = []
        if token is not None and is_free(*token.span()) and (run or _is_capital(token.group())):
            run.append(token)
    if run:
        yield from _run(text, run, german)


def _is_capital(word: str) -> bool:
    return any(character.isupper() for character in word)


def _goes_on(text: str, last: re.Match[str], token: re.Match[str]) -> bool:
    gap = text[last.end() : token.start()]
    word = token.group()
    joined = _is_capital(word) or (word.casefold() in _LINKS and word.casefold() not in _SPLITS) or word.isdigit()
    return joined and bool(re.fullmatch(r"[\s\u2009]{1,2}|\s?[&/-]\s?|\.\s", gap))


def _run(text: str, run: list[re.Match[str]], german: bool) -> Iterator[Name]:
    opens = bool(_START.search(text, 0, run[0].start()))
    openers = _OPENERS | _GERMAN if german else _OPENERS
    while run and (opens or len(run) == 1) and run[0].group().casefold() in openers:
        run, opens = run[1:], False
    while run and (run[-1].group().casefold() in _LINKS or not _is_capital(run[-1].group())):
        run = run[:-1]
    if not run or (run[0].group() == "I" and len(run) == 1):
        return
    inner = any(character.isupper() for character in run[0].group()[1:])
    if german and len(run) == 1 and not inner:
        return
    words = words_of(text[run[0].start() : run[-1].end()])
    yield Name(words, run[0].start(), run[-1].end(), opens and not inner)


def note_names(scan: Scan) -> None:
    """Note the names of a text, but no single word that opens a sentence."""
    for name in find_names(scan.text, scan.is_free):
        if (len(name.words) > 1 or not name.opens) and scan.is_free(name.start, name.end):
            joint = "" if name.is_han else " "
            scan.add(ValueKind.NAME, frozenset((joint.join(name.words),)), name.start, name.end)


class Wording:
    """The words of texts that may prove names."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._runs = [f" {' '.join(words_of(text))} " for text in texts]
        self._han = "\n".join("".join(run.split()) for run in self._runs)
        self._lower = {word.group() for text in texts for word in _WORD.finditer(text) if word.group().islower()}

    def has(self, name: Name) -> bool:
        """Whether a name stands there, its words together and in order; single words also in the plural or without."""
        if name.is_han:
            return self._has_han("".join(name.words))
        if self._has_run(name.words):
            return True
        return len(name.words) > 1 and name.opens and self.is_ordinary(name.words[0]) and self._has_run(name.words[1:])

    def _has_run(self, words: Sequence[str]) -> bool:
        last = words[-1]
        endings = {last, f"{last}s", last.removesuffix("s")} - {""}
        return any(f" {' '.join([*words[:-1], ending])} " in run for ending in endings for run in self._runs)

    def _has_han(self, run: str) -> bool:
        """Whether a run ends with a name that stands there, and has nothing before it but what introduces a name."""
        starts = [place for place in range(len(run) - 1) if not place or _HAN_BEFORE.search(run, 0, place)]
        return any(len(run) - place >= 2 and run[place:] in self._han for place in starts)

    def is_ordinary(self, word: str) -> bool:
        """Whether a word that opens a sentence is no name: known, made from another, or in small letters here."""
        plain = word.casefold()
        if plain in _OPENERS or _DERIVED.match(plain):
            return True
        return not {plain, f"{plain}s", plain.removesuffix("s")}.isdisjoint(self._lower)
