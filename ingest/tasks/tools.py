"""One task on one image: the call, its result, and the choice of what does the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image, ImageOps

from ingest.errors import ConfigError
from ingest.hunyuan.prompts import Language, Task
from ingest.settings import Settings
from ingest.types import TextLine


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came of a task.

    Attributes:
        task: what was to be done.
        text: the result as text: Markdown of a document, LaTeX of a formula, JSON of fields and so on; empty where
            there is nothing of the kind on the image.
        lines: for `Task.SPOTTING`, the lines with boxes in fractions of the image as it was given.
        fields: for `Task.FIELDS`, values by name, None where the image has none.
        engine: name and version of what did it.
        warnings: what a person should know, for example that nothing was found.
    """

    task: Task
    text: str
    lines: tuple[TextLine, ...] = ()
    fields: dict[str, Any] | None = None
    engine: str = ""
    warnings: tuple[str, ...] = ()


class TaskTools(Protocol):
    """What does tasks: HunyuanOCR, or the embedded engine. Implementations are safe to call from several threads."""

    @property
    def concurrency(self) -> int:
        """How many images at once it is good at, at least 1."""
        ...

    def run(self, task: Task, image: Image.Image, *, fields: Sequence[str], target: Language) -> TaskResult:
        """Do a task; see `run_task`. The image is RGB and its EXIF orientation applied."""
        ...

    def close(self) -> None:
        """Give up what is under way and release what is held."""
        ...


def run_task(
    task: Task, image: Image.Image, tools: TaskTools, *, fields: Sequence[str] = (), target: Language = "en"
) -> TaskResult:
    """Do one task on one image.

    Args:
        task: what is to be done.
        image: as Pillow opened it, of any size and mode; its EXIF orientation is applied, transparency is white.
        tools: what does it, from `build_tools`.
        fields: names of the wanted fields, for `Task.FIELDS`; none: all that are found.
        target: language to translate into, for `Task.TRANSLATE`.

    Raises:
        ConfigError: these tools cannot do this task, or a field's name is not possible.
        PageError: it failed on this image; others are unaffected.
        ModelError: the model cannot be reached or must not be used.
    """
    names = [name.strip() for name in fields]
    if not all(names):
        raise ConfigError("A field's name may not be empty.")
    return tools.run(task, _prepared(image), fields=names, target=target)


def build_tools(settings: Settings) -> TaskTools:
    """Make what the setting `ocr_engine` names. Models are loaded, and servers asked, at the first image.

    Raises:
        ConfigError: a setting is wrong, or what it asks for is not installed.
    """
    if settings.reads_with_hunyuan:
        from ingest.hunyuan.build import build_model, prompt_set
        from ingest.tasks.asked import ModelTools

        return ModelTools(build_model(settings), prompt_set(settings))
    from ingest.ocr import build_engine
    from ingest.tasks.embedded import EngineTools

    return EngineTools(build_engine(settings.ocr_engine, threads=settings.ocr_threads))


def _prepared(image: Image.Image) -> Image.Image:
    from ingest.images import flattened

    return flattened(ImageOps.exif_transpose(image))
