"""Writing systems: what needs spaces between words and what does not."""

import re

# Languages of what the program itself says.
ENGLISH, CHINESE = "en", "zh"

# Han, kana, CJK punctuation and full-width forms: written without spaces between words.
_CJK_RANGES = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003134f"
_CJK = re.compile(f"[{_CJK_RANGES}]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")


def is_cjk(character: str) -> bool:
    """Whether a character belongs to a script written without spaces."""
    return _CJK.match(character) is not None


def has_han(text: str) -> bool:
    """Whether there is any Chinese character in the text."""
    return _HAN.search(text) is not None


def han_share(text: str) -> float:
    """Share of Chinese characters among a text's letters and digits, 0..1; 0 where it has none."""
    letters = [character for character in text if character.isalnum()]
    return sum(1 for character in letters if _HAN.match(character)) / len(letters) if letters else 0.0


def separator(left: str, right: str) -> str:
    """What stands between two pieces of running text: nothing between CJK characters, else a space."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return ""
    return "" if is_cjk(left[-1]) and is_cjk(right[0]) else " "


def join(pieces: list[str]) -> str:
    """Join words or lines into running text."""
    text = ""
    for piece in pieces:
        text += separator(text, piece) + piece
    return text
