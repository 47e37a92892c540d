"""The few sentences that the program itself says in an answer, in English and Chinese."""

import re

from ingest.scripts import has_han

_PHRASES = {
    "none": (
        "The documents do not answer this. Searched: {searched}. "
        "The nearest passages are listed below; they are not an answer.",
        "这些文档没有回答这个问题。查找范围：{searched}。下面列出最接近的段落，它们不是答案。",
    ),
    "nothing": (
        "Nothing in the library matches this question. Searched: {searched}.",
        "资料库中没有与这个问题相符的内容。查找范围：{searched}。",
    ),
    "unknown": (
        "No document in the library mentions {name}. Searched: {searched}.",
        "资料库中没有文档提到{name}。查找范围：{searched}。",
    ),
    "beside": (
        "The answer and its quotes share no word with the question. Check whether they answer it.",
        "答案及其引文与问题没有相同的词，请核对它们是否回答了问题。",
    ),
    "documents": ("{count} documents", "{count} 份文档"),
    "amount": ("{names} (pages: {pages}, passages: {passages})", "{names}（共 {pages} 页，{passages} 个段落）"),
    "empty": (
        "The library is empty. Upload documents, or run “ingest add PATH”.",
        "资料库是空的。请上传文档，或运行“ingest add 路径”。",
    ),
    "filtered": (
        "No document in the library fits the filter: {scope}.",
        "资料库中没有符合筛选条件的文档：{scope}。",
    ),
    "unmet": (
        "No document in the library fits “{scope}”; the other documents were searched instead.",
        "资料库中没有符合“{scope}”的文档，因此查找了其他文档。",
    ),
    "outside": (
        "Not searched, because the filter leaves them out: {names}.",
        "未查找以下文档，因为不符合筛选条件：{names}。",
    ),
    "silent": (
        "Nothing on this was found in: {names}.",
        "以下文档中没有找到相关内容：{names}。",
    ),
    "not_yet": (
        "{names} is dated after {day}.",
        "{names}的日期在{day}之后。",
    ),
    "versions": (
        "In force: {newest}. An earlier version says otherwise: {earlier}.",
        "现行有效：{newest}。较早的版本有不同规定：{earlier}。",
    ),
    "duplicates": (
        "{count} documents with the same number do not agree: {all}.",
        "{count} 份编号相同的文档内容不一致：{all}。",
    ),
    "dropped": (
        "{count} statement(s) of the language model were left out because the cited page does not prove them.",
        "语言模型的 {count} 条陈述因所引页面不能证明而被省略。",
    ),
    "marked": (
        "{count} statement(s) of the language model, marked ⟦unsupported: …⟧, are not proven by the cited page.",
        "语言模型的 {count} 条陈述（标为⟦未证实：…⟧）未被所引页面证明。",
    ),
    "unsupported": ("⟦unsupported: {text}⟧", "⟦未证实：{text}⟧"),
}


def say(key: str, question: str, **values: object) -> str:
    """A sentence in the question's language."""
    english, chinese = _PHRASES[key]
    return (chinese if has_han(question) else english).format(**values)


# How a statement that no page proves stands in an answer's text.
UNSUPPORTED = re.compile(r"⟦(?:unsupported: |未证实：)([^⟦⟧]*)⟧")


def mark_unsupported(text: str, question: str) -> str:
    """A statement marked as unsupported, for readers and for programs: `UNSUPPORTED` finds it again."""
    return say("unsupported", question, text=re.sub(r"[⟦⟧]", "", text))
