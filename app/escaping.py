"""Texts of documents, made harmless: shown letter by letter, never as links, images, formulas or markup.

Documents, file names, answers and reasons all pass through here: `as_html` for `st.html`, `as_label` for every other
call, because Streamlit reads labels, captions and messages as Markdown.
"""

import html
import re
import string
import unicodedata

from ingest.invisible import visible

_JOINER = "\u2060"  # takes no room and shows nothing
# What Streamlit changes after the Markdown is read, where a backslash no longer helps: e-mail and web addresses,
# :icon: codes, and -> or -- that become signs.
_TRANSFORMED = re.compile(r"(?<=[:@])(?=\S)|(?<=[-<>=~])(?=[-<>=~])|(?<=[wW]{3})(?=\.)")
_MARKS = re.compile(r"^#{1,6} |[*`|]+|-{3,}|<br ?/?>", re.MULTILINE)
_PUNCTUATION = str.maketrans({char: f"\\{char}" for char in string.punctuation})


def clean(text: str) -> str:
    """Plain text: no control characters but line breaks and tabs, nothing invisible, no broken surrogates.

    Overrides of the writing direction would make "fdp.exe" of "exe.pdf".
    """
    kept = "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") else " "
        for char in text.replace("\r\n", "\n")
    )
    return visible(kept)


def as_html(text: str) -> str:
    """HTML that shows exactly this text."""
    return html.escape(clean(text), quote=True)


def as_label(text: str) -> str:
    """Markdown of one line that shows exactly this text."""
    line = " ".join(clean(text).split())
    return _TRANSFORMED.sub(_JOINER, line).translate(_PUNCTUATION)


def without_marks(markdown: str) -> str:
    """A passage's words without the signs of Markdown, which are noise to a reader."""
    return re.sub(r"[ \t]+", " ", _MARKS.sub(" ", markdown)).strip()


def shortened(text: str, limit: int) -> str:
    """The text's beginning, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
