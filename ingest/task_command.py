"""The command ``ingest ocr``: one task on one file, its result on stdout; no library is needed."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from PIL import Image

from ingest.command import Command, running
from ingest.display import Output, pages
from ingest.errors import ConfigError, DocumentError, UnsupportedFile
from ingest.files import PDF, as_text, identify
from ingest.hunyuan.prompts import Language, Task
from ingest.options import JsonOption, PageOption, VerboseOption
from ingest.progress import PageBar
from ingest.settings import EngineName, Settings
from ingest.tasks import TaskResult, TaskTools, build_tools, run_task
from ingest.types import Box, TextLine

if TYPE_CHECKING:
    from ingest.tasks.paged import PageResult


ALL = "all"
# Images are opened as large as they are, so that boxes are in the file's own pixels.
_WHOLE = 100_000_000

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A PDF, an image, or a video for its subtitles.")]
TaskOption = Annotated[Task | None, typer.Option("--task", help="What to do; without it, document.")]
FieldsOption = Annotated[
    str | None,
    typer.Option("--fields", metavar="NAMES", help="Fields to find, separated by commas, or all; implies their task."),
]
ToOption = Annotated[Language | None, typer.Option("--to", help="Language to translate into; implies that task.")]
EveryOption = Annotated[
    float, typer.Option("--every", min=0.04, max=60.0, metavar="SECONDS", help="How often to look at a video.")
]
EngineOption = Annotated[
    EngineName | None, typer.Option("--engine", help="What reads, instead of PAGECITE_OCR_ENGINE.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class TaskMaker:
    """Makes the tools of a run. Another one may come as Typer's context object."""

    make: Callable[[Settings], TaskTools] = build_tools


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked of every page."""

    task: Task
    fields: tuple[str, ...]
    target: Language
    page: int | None


def ocr(
    context: typer.Context,
    file: FileArgument,
    task: TaskOption = None,
    fields: FieldsOption = None,
    to: ToOption = None,
    page: PageOption = None,
    every: EveryOption = 0.5,
    engine: EngineOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Do one OCR task on a file and print the result: a document as Markdown, its text, tables, fields and so on.

    Tasks: document (Markdown), text, spotting, table, formula (LaTeX), chart, fields (JSON), subtitles, translate.
    Spotting prints a line for each line of text: left, top, right and bottom in the image's pixels, a tab, the text.
    Formula, chart and translate need HunyuanOCR; the embedded engine finds fields by rule. A video's subtitles are
    printed as SRT. Pages of a longer file stand below a comment with their number. No library is needed or touched.
    """
    with running(None, as_json=as_json, verbose=verbose) as command:
        names = _names(fields)
        chosen = _task(task, fields, to, file)
        job = _Job(chosen, names, to or "en", page)
        settings = command.settings if engine is None else command.settings.model_copy(update={"ocr_engine": engine})
        maker = context.obj if isinstance(context.obj, TaskMaker) else TaskMaker()
        command.output.data |= {"path": as_text(str(file)), "task": str(chosen)}
        with closing(maker.make(settings)) as tools:
            complete = _run(replace(command, settings=settings), file, job, tools, every)
        if not complete:
            raise typer.Exit(1)


def _run(command: Command, file: Path, job: _Job, tools: TaskTools, every: float) -> bool:
    """Do the job; tell whether every page of it was done."""
    try:
        if _is_video(file):
            return _video(command.output, file, job, tools, every)
        return _pages(command, file, job, tools)
    except DocumentError as error:
        raise type(error)(f"{file.name}: {error}") from error


def _is_video(file: Path) -> bool:
    from ingest.video import is_video

    return is_video(file)


def _task(task: Task | None, fields: str | None, to: Language | None, file: Path) -> Task:
    """The task that the options ask for, or imply."""
    implied = Task.FIELDS if fields is not None else Task.TRANSLATE if to is not None else None
    wanted = task or implied
    if wanted is None:
        wanted = Task.SUBTITLES if _is_video(file) else Task.DOCUMENT
    for option, belongs, given in (("--fields", Task.FIELDS, fields), ("--to", Task.TRANSLATE, to)):
        if given is not None and wanted is not belongs:
            raise ConfigError(f"{option} goes with --task {belongs}, not with {wanted}.")
    return wanted


def _names(fields: str | None) -> tuple[str, ...]:
    """The names in ``--fields``, between English or Chinese commas; none: all fields."""
    if fields is None or fields.strip().casefold() == ALL:
        return ()
    names = [name.strip() for name in re.split("[,，、]", fields)]
    found = tuple(dict.fromkeys(name for name in names if name))
    if not found:
        raise ConfigError('--fields names no field; give names separated by commas, or "all".')
    return found


def _pages(command: Command, file: Path, job: _Job, tools: TaskTools) -> bool:
    """Work on the pages of a PDF or an image, several at once, and show them in order."""
    from ingest.pages import open_document

    source = identify(file)
    settings, output = command.settings, command.output
    max_pixels = settings.max_pixels if source.media_type == PDF else _WHOLE
    output.data["pages"] = []
    warnings: dict[str, list[int]] = {}
    complete = True
    with open_document(source, dpi=settings.dpi, max_pixels=max_pixels) as document:
        numbers = _numbers(job.page, document.page_count)
        for done in _done(output, job, document.image, numbers, tools):
            _show(output, done, alone=len(numbers) == 1)
            complete = complete and done.result is not None
            for warning in done.result.warnings if done.result else ():
                warnings.setdefault(warning, []).append(done.page_number)
    _warn(output, warnings, alone=len(numbers) == 1)
    return complete


def _done(
    output: Output, job: _Job, render: Callable[[int], Image.Image], numbers: range, tools: TaskTools
) -> "Iterator[PageResult]":
    """The pages as they are done, with a bar on the terminal meanwhile."""
    from ingest.tasks.paged import run_pages

    def work(image: Image.Image) -> TaskResult:
        return run_task(job.task, image, tools, fields=job.fields, target=job.target)

    bar = PageBar(1, shown=not output.as_json)
    try:
        with closing(run_pages(work, render, numbers, concurrency=tools.concurrency)) as results:
            for number in numbers:
                bar.note(f"page {number} of {numbers[-1]}")
                result = next(results)
                bar.clear()
                yield result
    finally:
        bar.clear()


def _numbers(page: int | None, count: int) -> range:
    """Numbers of the wanted pages."""
    if page is not None and page > count:
        raise DocumentError(f"it has {pages(count)}; there is no page {page}")
    return range(1, count + 1) if page is None else range(page, page + 1)


def _show(output: Output, done: "PageResult", *, alone: bool) -> None:
    """One page's result; below a comment where it is not alone."""
    result = done.result
    output.data["pages"].append(_data(done))
    if not alone:
        output.text(f"<!-- page {done.page_number} -->\n")
    if result is None:
        output.problem(f"failed   page {done.page_number}: {done.reason}")
        return
    output.data["engine"] = result.engine
    text = _spotted(done, result.lines) if result.task is Task.SPOTTING else result.text
    if text:
        output.text(text if alone else text + "\n")


def _spotted(page: "PageResult", lines: tuple[TextLine, ...]) -> str:
    return "\n".join(f"{','.join(map(str, _pixels(line.box, page)))}\t{line.text}" for line in lines)


def _pixels(box: Box, page: "PageResult") -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return round(x0 * page.width), round(y0 * page.height), round(x1 * page.width), round(y1 * page.height)


def _data(done: "PageResult") -> dict[str, Any]:
    """A page for scripts; boxes in pixels of `width` by `height`."""
    result = done.result
    lines = result.lines if result else ()
    return {
        "page": done.page_number,
        "width": done.width,
        "height": done.height,
        "text": result.text if result else None,
        "lines": [
            {"text": line.text, "box": _pixels(line.box, done), "confidence": round(line.confidence, 4)}
            for line in lines
        ],
        "fields": result.fields if result else None,
        "warnings": list(result.warnings) if result else [],
        "reason": done.reason,
    }


def _warn(output: Output, warnings: dict[str, list[int]], *, alone: bool) -> None:
    """Each warning once, with the pages that it is about."""
    for warning, numbers in warnings.items():
        noun = "page" if len(numbers) == 1 else "pages"
        places = "" if alone else f"{noun} {', '.join(map(str, numbers))}: "
        output.problem(f"warning  {places}{warning}")


def _video(output: Output, file: Path, job: _Job, tools: TaskTools, every: float) -> bool:
    """Read a video's subtitles."""
    from ingest.subtitles import to_srt
    from ingest.video import read_subtitles

    if job.task is not Task.SUBTITLES:
        raise UnsupportedFile("it is a video, of which only --task subtitles can be read")
    if job.page is not None:
        raise ConfigError("--page goes with documents and images; a video has no pages.")
    bar = PageBar(1, shown=not output.as_json)
    try:
        bar.note("reading the video")
        track = read_subtitles(file, tools, every=every)
    finally:
        bar.clear()
    output.data["subtitles"] = [
        {"start": round(found.start, 3), "end": round(found.end, 3), "text": found.text} for found in track.subtitles
    ]
    output.data["problems"] = list(track.problems)
    if track.subtitles:
        output.text(to_srt(track.subtitles))
    else:
        output.problem("warning  no subtitles were found")
    for problem in track.problems:
        output.problem(f"failed   {problem}")
    return not track.problems
