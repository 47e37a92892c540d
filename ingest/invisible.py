"""Characters that a reader does not see and a program does: they can carry words, or turn those around them."""

import re

# Controls; directions of writing; joiners, marks and fillers without width; deprecated format characters; private and
# unassigned ones that stand for nothing are left to `ingest.trust`. The last two: variation selectors and tags, with
# which any text can be written that nobody sees (Unicode Standard, 23.2 to 23.9).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# What joins letters, or keeps them apart, in scripts from Arabic to those of South-East Asia; elsewhere it only hides.
_JOINERS = re.compile("(?<![\u0600-\u109f\u1700-\u1cff])[\u200c\u200d]")


def visible(text: str) -> str:
    """The text without characters that show nothing, white space kept."""
    return _JOINERS.sub("", _INVISIBLE.sub("", text))
