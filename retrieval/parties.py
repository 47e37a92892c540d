"""Who a document is between: names in its beginning, in English and Chinese, and finding them elsewhere."""

import re
import unicodedata

from ingest.scripts import has_han
from retrieval.words import LEGAL_FORMS

_WORD = re.compile(r"[^\W_]+")
_FORM = (
    r"(?:Inc|L\.?L\.?C|Ltd|Limited|Corp|Corporation|Company|Co|GmbH|AG|KG|SE|P\.?L\.?C|LLP|L\.?P|S\.?A|B\.?V|N\.?V"
    r"|Pty|SARL|S\.?r\.?l)\b"
)
# "Acme Tools, Ltd", and what stands behind "between": "Acme Tools and Jane Bolt".
_COMPANY = re.compile(rf"(?:[A-Z][\w&.'’-]*,?\s+|&\s+){{1,6}}?{_FORM}")
_BETWEEN = re.compile(
    r"\b(?:between|among)\b[:\s]+(?P<one>[A-Z][^(“\";:]{1,80}?)\s*(?:[(“\"][^;]{0,160}?)?,?\s+and\s+"
    r"(?P<other>[A-Z][^(“\";:.]{1,80})"
)
_HAN_COMPANY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,24}?(?:有限责任公司|股份有限公司|有限公司|公司|集团|中心|工厂|银行|学校|医院|大学|酒店|商店|事务所)"
)
_HAN_LABEL = re.compile(
    r"(?:甲方|乙方|丙方|出租方|承租方|出租人|承租人|购买方|销售方|买方|卖方|委托方|受托方|采购方|供应方|供方|需方)"
    r"[^\u4e00-\u9fff:：]{0,6}[:：]\s*(?P<name>[\u4e00-\u9fff（）()]{2,24})"
)
_HAN_LEADS = re.compile(r"^[（(].*?[）)]|^(?:由|与|和|及|同|双方)")
_CUT = re.compile(r",|\bwith\b|\ba\b|\ban\b|\bof\b|\bwhose\b|\bhaving\b")
_MIN_LETTERS = 3
_MOST = 8


def parties_of(text: str) -> tuple[str, ...]:
    """Names of companies and of other parties in the beginning of a document, each once, in order."""
    plain = unicodedata.normalize("NFKC", text)
    found = [match.group() for match in _COMPANY.finditer(plain)]
    for match in _BETWEEN.finditer(plain):
        found += [_CUT.split(match[part], maxsplit=1)[0] for part in ("one", "other")]
    closed = re.sub(r"\s", "", plain)
    found += [match["name"] for match in _HAN_LABEL.finditer(closed)]
    found += [match.group() for match in _HAN_COMPANY.finditer(closed)]
    keys = (party_key(name) for name in found)
    kept = dict.fromkeys(key for key in keys if len(key.replace(" ", "")) >= (2 if has_han(key) else _MIN_LETTERS))
    return tuple(kept)[:_MOST]


def party_key(name: str) -> str:
    """A name as it is compared: words in small letters without legal forms; Chinese without white space."""
    plain = unicodedata.normalize("NFKC", name)
    if has_han(plain):
        return _HAN_LEADS.sub("", re.sub(r"\s", "", plain))
    return " ".join(words_of(plain))


def words_of(text: str) -> list[str]:
    """Words of a text as they are compared: in small letters, without legal forms."""
    words = (word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", text)))
    return [word for word in words if word not in LEGAL_FORMS and word != "the"]


def mentions(text: str, key: str) -> bool:
    """Whether a text has a name, given as `party_key` makes it; legal forms do not matter."""
    if has_han(key):
        return key in re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return bool(key) and f" {key} " in f" {' '.join(words_of(text))} "
