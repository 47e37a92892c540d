"""Whether a question goes on about what was said before, and what it then is about: without a language model."""

import re
from enum import StrEnum

from ingest.stopwords import STOP_EN
from ingest.tokens import terms
from retrieval.kinds import find_types
from retrieval.words import FORM_ZH, STOP_ZH


class Link(StrEnum):
    """How a question hangs on the earlier ones."""

    ALONE = "alone"  # about the whole library, or without earlier ones
    PERHAPS = "perhaps"  # stands for itself, but may mean the document that was spoken of
    CERTAIN = "certain"  # says nothing without them


_LEAD = re.compile(
    r"^(?:(?:ok(?:ay)?|and|but|also|so|then|or)[,\s]+)*(?:(?:what|how)\s+about\s+|(?:and|but|also|so|then|or)[,\s]+)"
    r"|^(?:那么|那|还有|另外|然后|以及|再问一下)[，,\s]*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"呢(?=[？?]?$)")
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|their|them|he|she|his|her|him)\b"
    r"|\b(?:this|that|these|those|the\s+same|said|such)\s+(?:\w+\s+)?(?:agreement|contract|lease|licen[cs]e|invoice|receipt"
    r"|order|document|file|clause|section|part(?:y|ies)|company|one)s?\b"
    r"|它|他们|(?<![尤极])其(?![他它中余])|该(?:份|合同|协议|发票|公司|文件|条)|(?:这|那|此|上述|前述|同一)(?:份|个|张|些|家)?(?:合同|协议|发票|收据|文件|公司|条款|方)",
    re.IGNORECASE,
)
_DOCUMENTS = r"(?:documents?|files?|contracts?|agreements?|leases?|invoices?|receipts?|papers?)"
_WHOLE = re.compile(
    rf"\b(?:which|any|all|every|each|other|how\s+many|list|of)\s+(?:of\s+)?(?:the|our|my|your)?\s*(?:\w+\s+)?{_DOCUMENTS}\b"
    rf"|\b(?:what|across|among)\s+(?:the\s+|all\s+|our\s+)*{_DOCUMENTS}\b(?<=s)|\b(?:in|across)\s+(?:the|our|my)\s+(?:whole\s+)?library\b"
    r"|(?:哪些|哪份|哪张|哪几份|所有|全部|其他|其它|别的|任何)的?(?:文档|文件|合同|协议|发票|收据|资料)|资料库|全库",
    re.IGNORECASE,
)


def link_of(question: str, *, has_history: bool) -> Link:
    """How a question that names no document hangs on earlier ones."""
    if not has_history or _WHOLE.search(question):
        return Link.ALONE
    if _LEAD.search(question) or _TAIL.search(question) or _POINTS_BACK.search(question):
        return Link.CERTAIN
    return Link.PERHAPS


def bare(question: str) -> str:
    """A question without what only ties it to the last one: "and its renewal term?" is "its renewal term?"."""
    left = _TAIL.sub("", _LEAD.sub("", question, count=1)).strip(" ，,")
    return left if any(character.isalnum() for character in left) else question


def has_topic(rest: str, *, named: bool = False) -> bool:
    """Whether anything is asked in what is left of a question without the names of documents.

    Args:
        rest: what is left.
        named: whether names are still in it, because nothing else was: they are no topic.
    """
    plain = bare(rest)
    for _, start, end in reversed(find_types(plain)):
        plain = plain[:start] + " " + plain[end:]
    if named:
        plain = re.sub(r"\w*[A-Z\d]\w*", " ", plain)
    words = (word for word in terms(plain) if word not in STOP_EN and word not in STOP_ZH)
    return any(len(word) > 1 and not FORM_ZH & set(word) for word in words)
