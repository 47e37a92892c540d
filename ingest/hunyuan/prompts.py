"""What HunyuanOCR is asked, word for word, and with which parameters.

The prompts are those of the model's own repository (README and ``inference/utils/tasks.py``); changed ones make it
read worse. Version 1.0 knows each in English and in Chinese, version 1.5 in Chinese only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from ingest.errors import ConfigError

Version = Literal["1.0", "1.5"]
Language = Literal["en", "zh"]

# The hub's repository changed in place from 1.0 to 1.5.
PINNED: dict[Version, str] = {
    "1.0": "f6af82ee007fe6091b29fb3bb287b491ead41c82",
    "1.5": "449e7d471a8a1ef5bd5d652e4881183d7252cbc7",
}

# Raise it when other prompts are sent, so that pages are read again.
PROMPTS_REVISION = 1


class Task(StrEnum):
    """What is to be done with an image."""

    DOCUMENT = "document"
    TEXT = "text"
    SPOTTING = "spotting"
    TABLE = "table"
    FORMULA = "formula"
    CHART = "chart"
    FIELDS = "fields"
    SUBTITLES = "subtitles"
    TRANSLATE = "translate"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn; the published values of a version.

    Attributes:
        top_p: 0..1.
        top_k: -1: all.
        repetition_penalty: 1.0: none.
        max_tokens: most tokens of an answer; a server with a shorter context gets less.
        seed: None: none is sent.
    """

    top_p: float
    top_k: int
    repetition_penalty: float
    max_tokens: int
    seed: int | None = None
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One question about one image."""

    prompt: str
    sampling: Sampling


SAMPLING: dict[Version, Sampling] = {
    "1.0": Sampling(top_p=0.95, top_k=1, repetition_penalty=1.0, max_tokens=16_384, seed=1234),
    "1.5": Sampling(top_p=1.0, top_k=-1, repetition_penalty=1.08, max_tokens=32_768),
}

_ENGLISH = {
    Task.DOCUMENT: (
        "Extract all information from the main body of the document image and represent it in markdown format, "
        "ignoring headers and footers. Tables should be expressed in HTML format, formulas in the document should be "
        "represented using LaTeX format, and the parsing should be organized according to the reading order."
    ),
    Task.SPOTTING: "Detect and recognize text in the image, and output the text coordinates in a formatted manner.",
    Task.TABLE: "Parse the table in the image into HTML.",
    Task.CHART: ("Parse the chart in the image; use Mermaid format for flowcharts and Markdown for other charts."),
    Task.FORMULA: "Identify the formula in the image and represent it using LaTeX format.",
    Task.TEXT: "Extract the text in the image.",
    Task.SUBTITLES: "Extract the subtitles from the image.",
}
_CHINESE = {
    Task.DOCUMENT: (
        "提取文档图片中正文的所有信息用 markdown 格式表示，其中页眉、页脚部分忽略，表格用 html 格式表达，"
        "文档中公式用 latex 格式表示，按照阅读顺序组织进行解析。"
    ),
    Task.SPOTTING: "检测并识别图片中的文字，将文本坐标格式化输出。",
    Task.TABLE: "把图中的表格解析为 HTML。",
    Task.CHART: "解析图中的图表，对于流程图使用 Mermaid 格式表示，其他图表使用 Markdown 格式表示。",
    Task.FORMULA: "识别图片中的公式，用 LaTeX 格式表示。",
    Task.TEXT: "提取图中的文字。",
    Task.SUBTITLES: "提取图片中的字幕。",
}
# Version 1.5 lists no prompt for fields and subtitles; those of 1.0 are the best there is.
_NEWER = _CHINESE | {
    Task.DOCUMENT: (
        "提取文档图片中正文的所有信息用markdown格式表示，其中页眉、页脚部分忽略，表格用html格式表达，"
        "文档中公式用latex格式表示，按照阅读顺序组织进行解析。"
    ),
    Task.SPOTTING: (
        "检测并识别图中所有的文字行，请按从上到下、从左到右的阅读顺序进行识别。 "
        "输出格式为 JSON 数组，每个元素必须包含："
        '"box": [xmin, ymin, xmax, ymax]（坐标需归一化到 [0, 1000] 范围内）；'
        '"text": "识别出的文字内容"。 '
        "注意：请直接输出 JSON 数组，不要包含任何多余的描述性文字。"
    ),
    Task.CHART: "解析图中的图表，对于流程图使用Mermaid格式表示，其他图表使用Markdown格式表示。",
    Task.FORMULA: "识别图片中的公式，用LaTeX格式表示。",
    Task.TABLE: "把图中的表格解析为HTML。",
}
LAYOUT = "按照阅读顺序解析图中的版式信息。"
LAYOUT_PARSE = (
    "提取文档图片中所有内容用markdown格式表示，表格用html格式表达，文档中公式用latex格式表示，"
    "请按照阅读顺序组织进行全文解析，并输出版式分析信息。"
)
_PROMPTS: dict[tuple[Version, Language], dict[Task, str]] = {
    ("1.0", "en"): _ENGLISH,
    ("1.0", "zh"): _CHINESE,
    ("1.5", "en"): _NEWER,
    ("1.5", "zh"): _NEWER,
}
_TARGETS: dict[Language, tuple[str, str]] = {"en": ("English", "英文"), "zh": ("Chinese", "中文")}


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The prompts of one version.

    Attributes:
        version: ``1.0`` or ``1.5``.
        language: of the prompts of 1.0; without meaning for 1.5.
        repetition_penalty: instead of the version's own: users suspect that 1.08 corrupts repeated table cells.
    """

    version: Version = "1.5"
    language: Language = "en"
    repetition_penalty: float | None = None

    @property
    def name(self) -> str:
        """What decides the answers beside the model: part of a page's journal key."""
        language = f" {self.language}" if self.version == "1.0" else ""
        penalty = self._sampling.repetition_penalty
        return f"prompts {self.version}{language} r{PROMPTS_REVISION} penalty {penalty}"

    def request(self, task: Task, *, fields: Sequence[str] = (), target: Language = "en") -> Request:
        """What to ask for a task.

        Args:
            task: what is to be done.
            fields: names of the wanted fields, for `Task.FIELDS`; none: all of them.
            target: language to translate into, for `Task.TRANSLATE`.

        Raises:
            ConfigError: a field's name cannot stand in a prompt.
        """
        return Request(self._prompt(task, fields, target), self._sampling)

    @property
    def _sampling(self) -> Sampling:
        sampling = SAMPLING[self.version]
        if self.repetition_penalty is None:
            return sampling
        return replace(sampling, repetition_penalty=self.repetition_penalty)

    @property
    def _english(self) -> bool:
        return self.version == "1.0" and self.language == "en"

    def _prompt(self, task: Task, fields: Sequence[str], target: Language) -> str:
        match task:
            case Task.FIELDS:
                return self._fields(fields)
            case Task.TRANSLATE:
                return self._translation(target)
            case _:
                return _PROMPTS[self.version, self.language][task]

    def _fields(self, names: Sequence[str]) -> str:
        if any(set(name) & set("'\"[]\n") or not name.strip() for name in names):
            raise ConfigError("A field's name may not be empty and may not hold quotes, brackets or line breaks.")
        if not names:  # not in the model's list of prompts; the nearest to it
            if self._english:
                return "Extract the content of all fields from the image and return it in JSON format."
            return "提取图片中的所有字段内容，并按照 JSON 格式返回。"
        listed = "[" + ",".join(f"'{name.strip()}'" for name in names) + "]"
        if self._english:
            return f"Extract the content of the fields: {listed} from the image and return it in JSON format."
        return f"提取图片中的: {listed} 的字段内容，并按照 JSON 格式返回。"

    def _translation(self, target: Language) -> str:
        english, chinese = _TARGETS[target]
        if self._english:
            return (
                f"First extract the text, then translate the text content into {english}. If it is a document, "
                "ignore the header and footer. Formulas should be represented in LaTeX format, and tables should be "
                "represented in HTML format."
            )
        if self.version == "1.0":
            return (
                f"先提取文字，再将文字内容翻译为{chinese}。若是文档，则其中页眉、页脚忽略。"
                "公式用latex格式表示，表格用html格式表示。"
            )
        return f"按照阅读顺序，提取图中文字，公式用latex格式表示，表格用markdown格式表示，再将文字内容翻译为{chinese}。"
