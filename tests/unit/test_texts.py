"""The words on the screen: both languages complete, foreign text harmless."""

import ast
import html
import json
import string
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.escaping import as_html, as_label, clean, shortened, without_marks
from app.suggestions import suggest
from app.texts import CHINESE, ENGLISH, NAMES, TABLE, Texts, language_of
from app.upload import safe_name
from retrieval.filters import Filter
from retrieval.ledger.model import Reason

pytestmark = pytest.mark.unit

APP = Path(__file__).parents[2] / "app"
HOSTILE = "pay $42,726.40 or $525 ![i](http://e/x) [l](http://e) <img src=x> :red[x] :smile: www.e.com a@b.co -- ->"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def said_keys() -> set[str]:
    """Every key that the code says, as `say("key")` or in a tuple of keys."""
    strings = set()
    for file in APP.glob("*.py"):
        if file.name == "texts.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        strings |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return strings


def called_keys() -> set[str]:
    keys = set()
    for file in [*APP.glob("*.py"), APP.parent / "streamlit_app.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "self._say") and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    keys.add(key.value)
    return keys


def test_every_text_is_there_in_both_languages() -> None:
    for key, both in TABLE.items():
        assert len(both) == len(NAMES) and all(text.strip() for text in both), key


def test_both_languages_take_the_same_values() -> None:
    for key, (english, chinese) in TABLE.items():
        assert placeholders(english) == placeholders(chinese), key


def test_chinese_texts_are_chinese() -> None:
    same = {key for key, (english, chinese) in TABLE.items() if english == chinese}
    assert not same
    names_only = {"note", "passage", "cite"}
    for key, (_, chinese) in TABLE.items():
        assert key in names_only or any("一" <= char <= "鿿" for char in chinese), key


def test_every_key_that_is_said_exists() -> None:
    assert called_keys() <= set(TABLE)


def test_every_text_is_used() -> None:
    computed = {"status_ready", "status_pending", "status_failed", "conflict_versions", "conflict_duplicates"}
    computed |= {f"filter_{field.name}" for field in fields(Filter)}
    computed |= {f"left_{reason}" for reason in Reason if reason is not Reason.FAILED}
    assert set(TABLE) - computed <= said_keys() | called_keys()


def test_values_are_put_in() -> None:
    assert Texts(ENGLISH)("cite", number=1, name="a.pdf", page=2) == "[1] a.pdf · p. 2"
    assert Texts(CHINESE)("cite", number=1, name="a.pdf", page=2) == "[1] a.pdf · 第 2 页"


def test_braces_in_values_stay_as_they_are() -> None:
    assert "{0}{x}" in Texts(ENGLISH)("failed", name="{0}{x}", reason="no")


@pytest.mark.parametrize(
    ("choice", "locale", "language"),
    [
        ("auto", "zh-CN", CHINESE),
        ("auto", "ZH", CHINESE),
        ("auto", "en-GB", ENGLISH),
        ("auto", "de", ENGLISH),
        ("auto", None, ENGLISH),
        ("en", "zh-CN", ENGLISH),
        ("zh", "en-US", CHINESE),
    ],
)
def test_a_chosen_language_wins_over_the_browsers(choice: str, locale: str | None, language: str) -> None:
    assert language_of(choice, locale) == language


class Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.markup: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.markup.append(tag)

    def handle_comment(self, data: str) -> None:
        self.markup.append(data)


@given(st.text())
@example(HOSTILE)
@example("</div><script>alert(1)</script><!-- x --><?php ?><![CDATA[")
def test_html_shows_exactly_the_text(text: str) -> None:
    collector = Collector()
    collector.feed(f'<div title="{as_html(text)}">{as_html(text)}</div>')
    collector.close()
    assert collector.text == clean(text)
    assert collector.markup == ["div"]


def rendered(markdown: str) -> str:
    """What a Markdown renderer shows, as text; any markup but the one paragraph fails the test."""
    inner = MarkdownIt("gfm-like", {"linkify": False}).render(markdown).strip()
    inner = inner.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inner
    return html.unescape(inner)


@given(st.text())
@example(HOSTILE)
@example("&amp; &#36; &lt;b&gt;")
@example("1. list")
@example("# heading")
@example("    code")
@example("$a$ `b` ~~c~~ **d** |e|f|")
def test_labels_show_exactly_the_text_on_one_line(text: str) -> None:
    shown = rendered(as_label(text)).replace("\u2060", "")
    assert shown == " ".join(clean(text).replace("\u2060", "").split())


def test_labels_break_what_is_read_after_the_markdown() -> None:
    shown = rendered(as_label(HOSTILE))
    for trap in ("http://", "www.", "a@b", ":smile", ":red", "--", "->"):
        assert trap in HOSTILE and trap not in shown


def test_labels_escape_money_so_that_it_is_no_formula() -> None:
    assert as_label("$42,726.40 … $525") == "\\$42\\,726\\.40 … \\$525"


def test_controls_and_direction_overrides_are_taken_out() -> None:
    assert clean("a\x00b\x1bc\u202egpj.exe\r\nd\te") == "a b cgpj.exe\nd\te"


def test_long_texts_are_shortened_to_one_line() -> None:
    assert shortened("one\ntwo  three", 20) == "one two three"
    assert shortened("x" * 50, 10) == "x" * 9 + "…"


def test_marks_of_markdown_are_left_out_of_passages() -> None:
    assert without_marks("## 7. Term\n\n| **a** | b |\n|---|---|\n") == "7. Term\n\n a b \n".strip()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("contract.pdf", "contract.pdf"),
        ("采购合同-华岳.pdf", "采购合同-华岳.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\scan 1.PNG", "scan 1.PNG"),
        ("..", "document"),
        ("", "document"),
        (".pdf", "pdf"),
        ("a\x00b\n.pdf", "a b_.pdf"),
        ('in<v>"o"?.pdf', "in_v__o__.pdf"),
    ],
)
def test_uploads_keep_their_name_and_stay_in_their_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_no_name_leaves_its_folder(name: str) -> None:
    made = safe_name(name)
    assert made not in ("", ".", "..") and not set(made) & set("/\\\x00\n:")
    assert Path(made).name == made and len(made.encode()) <= 255


def test_long_names_keep_their_suffix() -> None:
    assert safe_name("长" * 300 + ".pdf").endswith("长.pdf")


def test_suggestions_are_about_documents_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    entries = [("a?", "en", "a.pdf", True), ("b?", "zh", "b.pdf", True), ("c?", "en", "a.pdf", False)]
    keys = ("question", "language", "file", "suggested")
    file.write_text(json.dumps([dict(zip(keys, entry, strict=True)) for entry in entries]), encoding="utf-8")
    assert suggest({"a.pdf"}, ENGLISH, file) == ["a?"]
    assert suggest({"a.pdf", "b.pdf"}, CHINESE, file) == ["b?", "a?"]
    assert suggest({"other.pdf"}, ENGLISH, file) == []


def test_without_sample_questions_nothing_is_suggested(tmp_path: Path) -> None:
    assert suggest({"a.pdf"}, ENGLISH, tmp_path / "none.json") == []
