"""Documents' words where they might be taken for more than words: in a model's prompt, in a renderer of Markdown."""

import re

from ingest.invisible import visible

# A tag, and what begins a turn, a tool call or a thought in chat templates: <|im_start|>, </s>, <tool_call>.
_TAG = re.compile(r"<(?=[^\s\d<=>-])")
# [INST], [/INST], [SYSTEM_PROMPT], [TOOL_CALLS] and the like, of templates without angle brackets.
_BRACKETS = re.compile(r"\[(?=/?[A-Z]{3,}[A-Z_]*\])")
_LINE_BREAK = re.compile(r"<br ?/?>")
# Markdown's links and images: [text](address), and the definition of [text]: address.
_LINK = re.compile(r"\](?=[(:\[])")
# Between the cells of a table, and no part of <|im_start|>.
_BAR = re.compile(r"(?<!<)\|(?!>)")
# Words of programs, not of sentences: tags, code, addresses of the web and of mail.
_CODE = re.compile(r"\S*(?:[<>{}\\`|]|\]\(|://|www\.|\w@\w|\b(?:data|javascript):)\S*", re.IGNORECASE)


def for_model(text: str) -> str:
    """A text whose words a model reads, in which no chat template finds one of its marks."""
    text = _LINE_BREAK.sub(" ", visible(text))
    return _BRACKETS.sub("[ ", _TAG.sub("< ", text))


def without_links(text: str) -> str:
    """A text that shows the same words in a renderer of Markdown or HTML: no link, no image, no tag comes of it."""
    return _LINK.sub("] ", _TAG.sub("< ", visible(text)))


def adds_code(text: str, page: str) -> bool:
    """Whether a text has tags, code or addresses that its page does not have, letter by letter.

    Nobody paraphrases them, and an address that a model composes could carry away what it was told. The bars of a table
    are none: the model reads them in a row that it repeats, and the page's lines have none.
    """
    shown, said = (_BAR.sub(" ", visible(part)) for part in (page, text))
    known = "".join(shown.split())
    return any(found.strip(".,;") not in known for found in _CODE.findall(said))
