"""Whether what the settings ask for works, end to end, and what to do where it does not."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import ConfigError, ModelError, PageciteError
from ingest.hunyuan.server import Report
from ingest.library import Library
from ingest.ocr import OcrEngine, choose_engine
from ingest.settings import Settings

Verdict = Literal["ok", "warning", "failed"]

logger = logging.getLogger(__name__)

_LOW_DISK, _LITTLE_DISK = 1_000_000_000, 5_000_000_000  # bytes; a page takes about 300 kB
_NO_SERVER = "Start it (`ingest serve-ocr`), or correct PAGECITE_HUNYUAN_URL"
_PAGE = (1240, 1754)  # pixels: A4 at 150 dpi
_SENTENCE = "The Supplier delivers forty pallets a month to the Buyer; invoice {} is payable within thirty days."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what it is, for example ``Soundness``.
        verdict: ``ok``, ``warning`` (works, but look at it) or ``failed``.
        detail: what was found.
        remedy: what to do; empty where nothing is to be done.
    """

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything in turn; one failure does not end the others."""
    if settings.ocr_engine == "hunyuan":
        yield from _served(settings)
    else:
        yield from _checked("Sample page", lambda: _sample_page(choose_engine(settings)))
    yield from _checked("Embedding model", lambda: _embedding(settings))
    yield from _checked("Chroma", _chroma)
    yield from _checked("Library", lambda: _library(settings))
    yield from _checked("Disk", lambda: _disk(settings.library))
    yield from _checked("GPU", lambda: _gpu(settings))
    if settings.llm_base_url or settings.llm_model:
        yield from _checked("Answering LLM", lambda: _llm(settings))


def _checked(name: str, look: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield look()
    except PageciteError as error:
        yield Check(name, "failed", *_split(str(error)))
    except Exception as error:
        yield Check(name, "failed", f"{type(error).__name__}: {error}", "`ingest doctor --verbose` says where")
        logger.error("%s", name, exc_info=error)


def _split(message: str) -> tuple[str, str]:
    """An error's cause, and its remedy, which our messages name as a second sentence or after a semicolon."""
    for mark in (". ", "; "):
        cause, found, remedy = message.partition(mark)
        if found and remedy:
            return cause, remedy[0].upper() + remedy[1:]
    return message, ""


def _served(settings: Settings) -> Iterator[Check]:
    """Each of HunyuanOCR's servers: whether it answers, what it serves, and whether pages keep their own text."""
    from ingest.hunyuan.build import build_hunyuan, build_served

    try:
        model = build_served(settings)
    except ConfigError as error:
        yield Check("OCR server", "failed", *_split(str(error)))
        return
    with closing(model):
        reports = model.examine()
        yield from _reported(reports)
        if any(report.identity and not report.problem for report in reports):
            yield from _checked("Sample page", lambda: _sample_page(build_hunyuan(settings, model)))
        else:
            yield Check("Sample page", "failed", "not tried: there is no server to read it")


def _reported(reports: Iterable[Report]) -> Iterator[Check]:
    for report in reports:
        who = report.identity
        if who is None:
            cause, remedy = _split(report.problem)
            yield Check("OCR server", "failed", cause, remedy or _NO_SERVER)
            continue
        software = f"vLLM {who.software}" if who.software else "its version is not told"
        yield Check("OCR server", "ok", f"{report.url} serves {who.model} ({who.root or 'unknown'}), {software}")
        yield _context(who.context)
        if report.problem:
            yield Check("Soundness", "failed", *_split(report.problem))
        else:
            detail = f"every test page came back with its own text, in {report.seconds:.1f} s"
            yield Check("Soundness", "ok", detail)


def _context(tokens: int) -> Check:
    if 0 < tokens < 8192:  # a page of A4 at 200 dpi takes about 4,000, its text as many
        return Check(
            "Context length", "warning", f"{tokens} tokens: dense pages may not fit", "Serve with --max-model-len 16384"
        )
    return Check("Context length", "ok", f"{tokens} tokens" if tokens else "not told by the server")


def _sample_page(engine: OcrEngine) -> Check:
    with closing(engine):
        _read(engine)  # models are loaded at the first page
        began = time.monotonic()
        lines, text = _read(engine)
        seconds = time.monotonic() - began
    detail = f"{engine.name.split(',')[0]}: {seconds:.2f} s for a page of A4"
    if "pallets" in text:
        return Check("Sample page", "ok", f"{detail}, {lines} lines with their places")
    return Check(
        "Sample page", "warning", f"{detail}, but its text was not recognised", "Check which model is served or loaded"
    )


def _read(engine: OcrEngine) -> tuple[int, str]:
    recognition = engine.read(_draw_page())
    text = (recognition.markdown or "") + " ".join(line.text for line in recognition.lines)
    return len(recognition.lines), text


def _draw_page() -> Image.Image:
    image = Image.new("RGB", _PAGE, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(22)
    for row in range(30):
        pen.text((90, 120 + 48 * row), _SENTENCE.format(1000 + row), fill="black", font=font)
    return image


def _embedding(settings: Settings) -> Check:
    from ingest.embeddings import build_embeddings

    embeddings = build_embeddings(settings)
    embeddings.embed_query("warm up")
    began = time.monotonic()
    length = len(embeddings.embed_query("When does the agreement end?"))
    detail = f"{settings.embedding_model}, {length} dimensions, {1000 * (time.monotonic() - began):.0f} ms a question"
    return Check("Embedding model", "ok", detail)


def _chroma() -> Check:
    import chromadb

    with tempfile.TemporaryDirectory(prefix="pagecite-doctor-") as folder:
        client = chromadb.PersistentClient(folder)
        collection = client.create_collection("doctor")
        collection.add(ids=["near", "far"], embeddings=np.eye(2, dtype=np.float32))
        [[found]] = collection.query(query_embeddings=np.array([[1.0, 0.1]], np.float32), n_results=1)["ids"]
    if found != "near":
        return Check("Chroma", "failed", "it finds the wrong vector", "Install Pagecite again: make setup")
    return Check("Chroma", "ok", f"version {version('chromadb')}, writes and finds")


def _library(settings: Settings) -> Check:
    folder = settings.library
    if not Library.exists(folder, settings.database_url.get_secret_value()):
        return Check("Library", "ok", f"none yet in {folder}; `ingest add PATH` makes it")
    with Library.of(settings) as library:
        library.check_model(settings.embedding_model)
        counts = library.counts()
    incomplete = counts["documents"].get("failed", 0) + counts["documents"].get("pending", 0)
    detail = f"{folder}: {sum(counts['documents'].values())} documents, {sum(counts['pages'].values())} pages"
    if incomplete:
        return Check("Library", "warning", f"{detail}, {incomplete} not complete", "`ingest status` says why")
    return Check("Library", "ok", detail)


def _disk(folder: Path) -> Check:
    place = next((path for path in (folder, *folder.absolute().parents) if path.is_dir()), Path("/"))
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free"
    if free < _LITTLE_DISK:
        verdict: Verdict = "failed" if free < _LOW_DISK else "warning"
        return Check("Disk", verdict, f"{detail} at {place}", "Free some space, or choose another library folder")
    return Check("Disk", "ok", detail)


def _gpu(settings: Settings) -> Check:
    import torch

    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        return Check("GPU", "ok", f"{torch.cuda.device_count()} x {card.name}, {card.total_memory / 1e9:.0f} GB")
    if settings.ocr_engine == "native" and not settings.native_device:
        return Check("GPU", "warning", "none that PyTorch sees: pages take minutes", "Use a server: `ingest serve-ocr`")
    return Check("GPU", "ok", "none in this machine, and none needed here")


def _llm(settings: Settings) -> Check:
    import openai

    if not settings.llm_base_url or not settings.llm_model:
        raise ConfigError("Half of the answering LLM is set; set both PAGECITE_LLM_BASE_URL and PAGECITE_LLM_MODEL.")
    client = openai.OpenAI(
        base_url=settings.llm_base_url, api_key=settings.llm_api_key.get_secret_value(), max_retries=0, timeout=10
    )
    try:
        served = [model.id for model in client.models.list()]
    except openai.OpenAIError as error:
        raise ModelError(
            f"{settings.llm_base_url} does not answer ({error}); start it with `ingest serve-llm`"
        ) from error
    if settings.llm_model not in served:
        return Check(
            "Answering LLM",
            "failed",
            f"{settings.llm_base_url} serves {', '.join(served)}, not {settings.llm_model}",
            "Correct PAGECITE_LLM_MODEL",
        )
    return Check("Answering LLM", "ok", f"{settings.llm_model} at {settings.llm_base_url}")
