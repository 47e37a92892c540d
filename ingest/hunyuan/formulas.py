r"""LaTeX in Markdown: where it stands (``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``), and how a reader sees it."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_CLOSING = {"$$": "$$", r"\[": r"\]"}
_MOST_LINES = 200  # of one display formula
_MOST_INLINE = 400  # characters of a formula within a line
_MOST_NUMBER = 16  # characters that may follow a display formula: its number
# What tells a formula from two amounts of dollars in one sentence.
_MATHS = re.compile(r"[\\^_{}=<>+*/]|^[A-Za-z]$")
_NAMED = re.compile(r"\\[A-Za-z]{1,20}(?:\{[^{}]*\})?")
_PROSE = re.compile(r"\b[A-Za-z]{3,}\s|\s[A-Za-z]{3,}\b|[\u4e00-\u9fff，。；]")
_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "ne": "≠", "approx": "≈", "circ": "°", "square": "□", "checkmark": "✓", "rightarrow": "→", "to": "→",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "lambda": "λ", "mu": "μ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "Sigma": "Σ", "phi": "φ", "omega": "ω", "Omega": "Ω", "sum": "∑", "int": "∫",
    "infty": "∞", "ldots": "…", "cdots": "…", "dots": "…", "log": "log", "ln": "ln", "sin": "sin", "cos": "cos",
    "tan": "tan", "max": "max", "min": "min", "lim": "lim",
}  # fmt: skip
_PIECE = re.compile(r"\\([A-Za-z]+)\*? ?|\\(.)|\}\s*\{|[{}^_&$]", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[A-Za-z*]{1,20}\}(?:\{[lrc| ]{1,40}\})?")


def add_formulas(parser: MarkdownIt) -> None:
    """Teach a parser formulas: blocks give tokens ``math_block``, those within a line ``math_inline``."""
    parser.block.ruler.before("fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.inline.ruler.before("escape", "math_inline", _inline)


def readable(latex: str) -> str:
    """A formula as it is read from the page, in one line: signs for commands, no braces, marks or environments."""
    return " ".join(_PIECE.sub(_sign, _ENVIRONMENT.sub(" ", latex)).split())


def _sign(found: re.Match[str]) -> str:
    command, escaped = found[1], found[2]
    if command:
        return _SIGNS.get(command, "")
    if escaped:
        return escaped if escaped in "%#$&_{}" else " "
    return " " if found[0] == "&" or len(found[0]) > 1 else ""


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A display formula on lines of its own. One that is not closed ends at the next blank line."""
    line = _line(state, first)
    closing = _CLOSING.get(line[:2])
    if closing is None:
        return False
    end = _end(state, first, min(last, first + _MOST_LINES), closing)
    if end is None:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content = "\n".join(_line(state, number) for number in range(first, end))
        token.map = [first, end]
        state.line = end
    return True


def _end(state: StateBlock, first: int, last: int, closing: str) -> int | None:
    """The line behind a formula; None where text follows it in its last line."""
    blank = None
    for number in range(first, last):
        line = _line(state, number)
        place = line.find(closing, 2 if number == first else 0)
        if place >= 0:
            return number + 1 if len(line) - place - 2 <= _MOST_NUMBER else None
        if not line and blank is None:
            blank = number
    return blank or last


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _inline(state: StateInline, silent: bool) -> bool:
    r"""``$…$``, ``$$…$$`` or ``\(…\)`` in running text; two amounts in dollars are none."""
    source, start = state.src, state.pos
    if source[start] not in "$\\":
        return False
    opening = next((mark for mark in ("$$", "$", r"\(", r"\[") if source.startswith(mark, start)), None)
    if opening is None:
        return False
    closing = opening if "$" in opening else {r"\(": r"\)", r"\[": r"\]"}[opening]
    begin = start + len(opening)
    end = source.find(closing, begin, min(begin + _MOST_INLINE, state.posMax))
    if end <= begin or (opening == "$" and not _is_formula(source[begin:end], source[end + 1 : end + 2])):
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = source[begin:end]
    state.pos = end + len(closing)
    return True


def _is_formula(content: str, follower: str) -> bool:
    if content != content.strip() or follower.isdigit() or "\n" in content:
        return False
    return _MATHS.search(content) is not None and _PROSE.search(_NAMED.sub("", content)) is None
