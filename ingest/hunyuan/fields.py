"""Answers to the prompt for named fields: a JSON object, in a code fence or among other words."""

import ast
import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ingest.errors import PageError
from ingest.hunyuan.answers import clean_characters, without_fence

_LONGEST_LITERAL = 20_000  # characters that are read as a Python literal
_DEEPEST = 20
_MOST_PIECES = 50
_SHOWN = 80
# Backslashes that begin no escape: with them a Python literal would not be read without a warning.
_LOOSE_BACKSLASH = re.compile(r"\\(?![\\'\"nrt])")


def parse_fields(raw: str, names: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of an answer.

    Args:
        raw: the answer: a JSON object, or a list of them, whose fields are put together.
        names: the fields that were asked for. Others are left out, and those without an answer are None; case and
            spaces of a name do not matter. None given: all fields of the answer.

    Returns:
        Name to value: text (stripped), number, truth value, None, list or dictionary, as the model gave it. Of a name
        that stands there twice the last value counts; what is no number is None.

    Raises:
        PageError: no object can be found in the answer.
    """
    found = next((fields for fields in _readings(raw) if fields is not None), None)
    if found is None:
        beginning = " ".join(clean_characters(raw[: 4 * _SHOWN]).split())[:_SHOWN]
        raise PageError(
            f"the model did not answer with a list of fields but with {beginning!r}: ask for fewer fields, or read the "
            "page's text instead."
        )
    values = {" ".join(key.split()): _value(value) for key, value in found.items()}
    if not names:
        return values
    known = {_folded(key): value for key, value in values.items()}
    return {name: known.get(_folded(name)) for name in names}


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def _readings(raw: str) -> Iterator[dict[str, Any] | None]:
    """Ways to read an answer, the strictest first."""
    text = without_fence(raw)
    for candidate in (raw, text, *islice(_balanced(text), _MOST_PIECES)):
        yield _fields(_from_json(candidate))
        yield _fields(_from_literal(candidate))


def _fields(value: Any) -> dict[str, Any] | None:
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(isinstance(part, dict) for part in parts):
        return None
    return {clean_characters(str(key)): inner for part in parts for key, inner in part.items()}


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _from_literal(text: str) -> Any:
    """Single quotes, as Python writes a dictionary."""
    text = text.strip()
    if not text.startswith("{") or len(text) > _LONGEST_LITERAL:
        return None
    try:
        return ast.literal_eval(_LOOSE_BACKSLASH.sub(r"\\\\", text))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def _balanced(text: str) -> Iterator[str]:
    """Pieces from an opening brace to the closing one that belongs to it, braces in quoted text apart."""
    depth, start, quoted, escaped = 0, 0, False, False
    for place, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"' and depth:
            quoted = not quoted
        elif character == "{" and not quoted:
            start = start if depth else place
            depth += 1
        elif character == "}" and depth and not quoted:
            depth -= 1
            if depth == 0:
                yield text[start : place + 1]


def _value(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return clean_characters(value).strip()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= _DEEPEST:
        return None
    if isinstance(value, dict):
        return {clean_characters(str(key)).strip(): _value(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner, depth + 1) for inner in value]
    return None
