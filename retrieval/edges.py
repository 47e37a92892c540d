"""Words that are left where a document's name is taken out of a Chinese question.

Chinese has no spaces, so a name is also found inside a longer word: of 加盟费 (a fee) a contract called 加盟合同
takes 加盟, and what is asked for is gone. The pair of characters across the edge, 盟费, tells it still.
"""

from difflib import SequenceMatcher

from ingest.scripts import is_cjk


def edge_pairs(text: str, rest: str) -> list[str]:
    """Pairs of Chinese characters of which one was left out.

    Args:
        text: a question.
        rest: what is left of it without names.
    """
    kept = [False] * len(text)
    for start, _, length in SequenceMatcher(None, text, rest, autojunk=False).get_matching_blocks():
        kept[start : start + length] = [True] * length
    return [
        text[index : index + 2]
        for index in range(len(text) - 1)
        if kept[index] != kept[index + 1] and is_cjk(text[index]) and is_cjk(text[index + 1])
    ]
