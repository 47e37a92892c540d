"""A vLLM plug-in that keeps HunyuanOCR's pages apart.

vLLM 0.32 and 0.33 run HunYuanVL through their Transformers backend. It takes apart what the image encoder gives for a
batch by the number of patches of each image, ``h * w``; HunYuanVL gives ``(h/2) * (w/2 + 1) + 2`` rows an image (a
newline row for each line of the merged grid, a first and a last one). Of several images at once, all after the first
then get rows of another image: one page's text for another page. Here the rows are counted as the encoder makes them.

vLLM loads this in each of its processes, for every model (https://docs.vllm.ai, "Plugin System"). It touches HunYuanVL
alone, and only versions of vLLM that it knows. ``VLLM_PLUGINS`` with a list that lacks ``pagecite`` leaves it out.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import Any, NamedTuple

MODEL_TYPE = "hunyuan_vl"
FIRST, LAST = (0, 32), (0, 33)  # the versions of vLLM that mix pages up
_METHOD = "_process_vision_input"
_PARAMETERS = ("self", "modality", "pixel_values", "num_patches", "kwargs")
_HELPER, _HELPER_PARAMETERS = "_get_features", ("self", "modality", "pixel_values", "kwargs")
_MARK = "_pagecite_mended"


class Decision(NamedTuple):
    """Whether vLLM is to be mended, and what the log says; `alarming`: pages may get mixed up."""

    mend: bool
    alarming: bool
    message: str


def decide(version: str, backend: Any) -> Decision:
    """Decide from vLLM's version and its class for multi-modal models of the Transformers backend.

    Args:
        version: ``vllm.__version__``, for example ``0.32.0+cpu``.
        backend: the class, or None where vLLM has none of that name.
    """
    number = _number(version)
    if number is None or number > LAST:
        return Decision(
            False,
            True,
            f"pagecite: vLLM {version} is not a version that this plug-in knows, nothing was changed. Pagecite tests "
            "the server before it sends pages; where the test fails, use vLLM 0.32 or 0.33.",
        )
    if number < FIRST:
        return Decision(False, False, f"pagecite: not needed on vLLM {version}, nothing was changed.")
    if not (_has(backend, _METHOD, _PARAMETERS) and _has(backend, _HELPER, _HELPER_PARAMETERS)):
        return Decision(
            False,
            True,
            f"pagecite: vLLM {version} is not built as expected (multi-modal Transformers backend), nothing was "
            "changed. HunyuanOCR may mix up pages that are read at once; --max-num-seqs 1 is safe.",
        )
    return Decision(
        True, False, f"pagecite: mended vLLM {version}: images that HunyuanOCR reads at once are kept apart."
    )


def rows(grid: list[list[int]], merge: int) -> list[int]:
    """How many rows HunYuanVL's encoder gives for each image.

    Args:
        grid: of each image: 1, and its height and width in patches.
        merge: patches that become one, along each axis.
    """
    return [(height // merge) * (width // merge + 1) + 2 for _, height, width in grid]


def take_apart(features: Any, counts: list[int]) -> list[Any]:
    """The features of each image, from those of all.

    Args:
        features: one tensor with the rows of all images, or several; as many as images: one for each.
        counts: how many rows each image has.

    Raises:
        RuntimeError: there are other rows than expected, so nobody can say which belong to which image.
    """
    import torch  # here, so that the decisions can be tested without it

    entries = features if isinstance(features, (list, tuple)) else [features]
    parts = [entry.reshape(-1, entry.shape[-1]) for entry in entries]
    found = [part.shape[0] for part in parts]
    if len(parts) != len(counts) and sum(found) == sum(counts):
        joined: Any = torch.cat(parts)
        return list(joined.split(counts))
    if found != counts:
        raise RuntimeError(
            f"pagecite: HunYuanVL's encoder gave {found} rows where {counts} were expected. Stopped, because pages "
            "would be mixed up."
        )
    return parts


def mend(backend: Any) -> None:
    """Count rows as HunYuanVL makes them; other models are left to vLLM. A second call changes nothing."""
    if getattr(backend, _MARK, False):
        return
    original = getattr(backend, _METHOD)

    @functools.wraps(original)
    def process(self: Any, modality: str, pixel_values: Any, num_patches: Any, **kwargs: Any) -> Any:
        grid = kwargs.get("image_grid_thw")
        if modality != "image" or grid is None or getattr(self.config, "model_type", None) != MODEL_TYPE:
            return original(self, modality, pixel_values, num_patches, **kwargs)
        counts = rows(grid.reshape(-1, 3).tolist(), self.config.vision_config.spatial_merge_size)
        return take_apart(self._get_features(modality, pixel_values, **kwargs), counts)

    setattr(backend, _METHOD, process)
    setattr(backend, _MARK, True)


def register() -> None:
    """Called by vLLM when it starts; says in vLLM's log what was done. It never keeps vLLM from starting."""
    import vllm  # type: ignore[import-not-found]
    from vllm.logger import init_logger  # type: ignore[import-not-found]

    logger = init_logger("vllm.pagecite")  # below "vllm", or it would have no handler
    number = _number(vllm.__version__)
    affected = number is not None and FIRST <= number <= LAST
    decision = decide(vllm.__version__, _backend() if affected else None)
    if decision.mend:
        mend(_backend())
    (logger.warning if decision.alarming else logger.info)(decision.message)


def _backend() -> Any:
    try:
        from vllm.model_executor.models.transformers import multimodal  # type: ignore[import-not-found]
    except ImportError:
        return None
    return getattr(multimodal, "MultiModalMixin", None)


def _number(version: str) -> tuple[int, int] | None:
    """Major and minor number; None for a build that has no number, for example ``0.1.dev7``."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.\d", version)
    return (int(found[1]), int(found[2])) if found else None


def _has(owner: Any, name: str, parameters: tuple[str, ...]) -> bool:
    try:
        return tuple(inspect.signature(getattr(owner, name)).parameters) == parameters
    except (AttributeError, TypeError, ValueError):
        return False
