"""HunyuanOCR's checkpoint: loaded into this process, and told apart from others."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ingest.errors import ConfigError, ModelError

_SAMPLE = 65_536  # bytes of each weights file that go into a folder's identity


@dataclass(frozen=True, slots=True)
class Weights:
    """A loaded model.

    Attributes:
        processor: transformers' processor: turns messages and images into tensors, tokens into text.
        model: transformers' model, in evaluation mode.
    """

    processor: Any
    model: Any


Load = Callable[[str, str | None, str | None], Weights]


def load_weights(name: str, revision: str | None, device: str | None) -> Weights:
    """Load a checkpoint: bfloat16 on an accelerator, float32 on the processor.

    Args:
        name: a folder, or a name on the model hub.
        revision: of the hub's repository; None: its newest.
        device: for example ``cuda:0`` or ``cpu``; None: an accelerator where there is one.

    Raises:
        ConfigError: a package is missing or too old.
        ModelError: the checkpoint cannot be found or loaded.
    """
    try:
        # Imported here: they take seconds, and a page from the journal needs neither.
        from transformers import AutoModelForImageTextToText, AutoProcessor

        device = device or best_device()
        name = str(Path(name).expanduser()) if name.startswith("~") else name
        processor: Any = AutoProcessor
        model: Any = AutoModelForImageTextToText
        processor = processor.from_pretrained(name, revision=revision)
        model = model.from_pretrained(name, revision=revision, dtype=precision_of(device)).to(device).eval()
    except ImportError as error:
        raise ConfigError(
            "HunyuanOCR in this process needs torch and transformers 5.13 or newer: run `pip install --upgrade torch "
            f"transformers` ({first_line(error)})"
        ) from error
    except (OSError, RuntimeError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ModelError(
            f"HunyuanOCR cannot be loaded from {name}: {first_line(error)} Give a folder that holds it in "
            "PAGECITE_HUNYUAN_MODEL, or a mirror of the hub in PAGECITE_HUB_ENDPOINT."
        ) from error
    # Padding on the right gives wrong text for all but the longest question of a batch.
    processor.tokenizer.padding_side = "left"
    return Weights(processor, model)


def identify(name: str, revision: str | None) -> str:
    """Which weights these are: name and revision, or a folder's name and a digest of its files.

    The digest changes with the configuration and the weights. Of each file only its size and last 64 KiB are read,
    where the weights of the last layers stand.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return f"{name}@{revision[:12]}" if revision else name
    digest = sha256()
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.safetensors")]):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        with path.open("rb") as stream:
            stream.seek(max(0, size - _SAMPLE))
            digest.update(stream.read())
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


def first_line(error: BaseException) -> str:
    """What an error says, in one line that ends with a full stop."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text.rstrip(" .:") + "."


def precision_of(device: str) -> Any:
    """Torch's type for the weights: bfloat16 on an accelerator, float32 on the processor."""
    import torch

    return torch.float32 if device == "cpu" else torch.bfloat16


def best_device() -> str:
    """An accelerator where there is one, else ``cpu``."""
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    return str(found) if found is not None else "cpu"
