"""The command lines of vLLM. The flags are those of ``vllm serve --help`` of version 0.32."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError
from ingest.hunyuan.prompts import PINNED, Version

OCR_MODEL = "tencent/HunyuanOCR"
LLM_MODEL = "Qwen/Qwen3-4B-Instruct-2507"

# 1.5: the largest image (16,777,216 pixels: 16,514 tokens), the longest answer (32,768) and 1,918 tokens for a prompt.
# 1.0: an answer of 16,384 and as much for the rest. Memory is taken for what is used, not for this.
OCR_CONTEXT: dict[str, int] = {"1.0": 32_768, "1.5": 51_200}
# Eight passages of 900 characters, four earlier turns and an answer, with room for Chinese (about a token a character).
LLM_CONTEXT = 12_288

# Both servers on one card: 0.42 + 0.5 leaves a twelfth of it to the system.
OCR_MEMORY = 0.42
LLM_MEMORY = 0.5
ALONE_MEMORY = 0.9

OCR_PORT = 8000
LLM_PORT = 8001
# An event for each token costs server and client more than the token does; an endless answer is still seen soon.
STREAM_INTERVAL = 8
MAX_SEQUENCES = 32

KEY = "VLLM_API_KEY"
_SECRET = ("--api-key", "--hf-token")


@dataclass(frozen=True, slots=True)
class Server:
    """What every server has.

    Attributes:
        model: a name on the hub, or a folder.
        name: what clients call the model.
        revision: of the model on the hub; None: the newest.
        host: the address to listen on.
        port: 1..65535.
        context: most tokens of a prompt and its answer together.
        memory: share of the GPU's memory, 0..1.
        sequences: most requests that are worked on at once; None: vLLM decides.
        replicas: GPUs, each with a whole copy of the model.
        quantization: None: as the weights are.
        extra: more of vLLM's own arguments.
    """

    model: str
    name: str
    revision: str | None = None
    host: str = "127.0.0.1"
    port: int = OCR_PORT
    context: int = OCR_CONTEXT["1.5"]
    memory: float = OCR_MEMORY
    sequences: int | None = MAX_SEQUENCES
    replicas: int = 1
    quantization: str | None = None
    extra: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where clients on this machine find it."""
        if self.host in ("0.0.0.0", "::", "127.0.0.1", "::1"):
            return f"http://localhost:{self.port}/v1"
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/v1"


def ocr_arguments(server: Server) -> list[str]:
    """The arguments after ``vllm`` for HunyuanOCR.

    Pages do not repeat: caches of prefixes and images cost memory, and would keep a damage.
    """
    return [
        *_common(server),
        "--no-enable-prefix-caching",
        *("--mm-processor-cache-gb", "0"),
        *("--limit-mm-per-prompt", _json({"image": 1, "video": 0})),
        *("--stream-interval", str(STREAM_INTERVAL)),
        *server.extra,
    ]


def llm_arguments(server: Server) -> list[str]:
    """The arguments after ``vllm`` for an answering LLM.

    vLLM holds a structured answer to its schema by itself, but lets a weak model fill it with white space until the
    answer may not be longer, as random weights do; the backend must be named for that to be forbidden.
    """
    structured = {"backend": "xgrammar", "disable_any_whitespace": True}
    return [*_common(server), "--structured-outputs-config", _json(structured), *server.extra]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _common(server: Server) -> list[str]:
    arguments = ["serve", server.model, "--host", server.host, "--port", str(server.port)]
    if server.revision:
        arguments += ["--revision", server.revision]
    arguments += ["--served-model-name", server.name]
    arguments += ["--max-model-len", str(server.context), "--gpu-memory-utilization", f"{server.memory:g}"]
    if server.sequences is not None:
        arguments += ["--max-num-seqs", str(server.sequences)]
    if server.replicas > 1:
        arguments += ["--data-parallel-size", str(server.replicas)]
    if server.quantization:
        arguments += ["--quantization", server.quantization]
    return arguments


def ocr_revision(version: Version, model: str, given: str | None, *, modelscope: bool) -> str | None:
    """The revision to serve: the given one, or the one pinned for the version; none for a folder.

    Raises:
        ConfigError: it would be left to chance which version is served.
    """
    if is_folder(model):
        return None
    if given or model != OCR_MODEL:
        return given or None
    if modelscope:
        raise ConfigError(
            f"The revision pinned for HunyuanOCR {version} is the model hub's, and ModelScope has others: name one "
            "with --revision, or a folder with --model."
        )
    return PINNED[version]


def is_folder(model: str) -> bool:
    """Whether a model is a folder on this machine and not a name on the hub."""
    return model.startswith((".", "/")) or Path(model).is_dir()


def checked_extra(arguments: Sequence[str]) -> tuple[str, ...]:
    """Check vLLM's own arguments, as they stand after ``--``.

    Raises:
        ConfigError: the first is no option, so something was meant for `ingest`.
    """
    if arguments and not arguments[0].startswith("-"):
        raise ConfigError(
            f"What is {arguments[0]!r} for? A model is named with --model; arguments for vLLM itself begin with a dash "
            "and stand after --."
        )
    return tuple(arguments)


def server_variables(*, hub_mirror: str | None, modelscope: bool, key: str | None) -> dict[str, str]:
    """Variables that are set for vLLM; the rest of the environment is passed on as it is.

    Args:
        hub_mirror: a mirror of the model hub.
        modelscope: whether models come from ModelScope.
        key: what clients must present; None: nothing.
    """
    variables = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if hub_mirror:
        variables["HF_ENDPOINT"] = hub_mirror
    if modelscope:
        variables["VLLM_USE_MODELSCOPE"] = "True"
    if key:
        variables[KEY] = key  # not as an argument: everyone on the machine sees those
    return variables


def shown(arguments: Sequence[str], variables: dict[str, str]) -> str:
    """The command as one may type it, without keys."""
    words = [f"{name}={'***' if name == KEY else shlex.quote(value)}" for name, value in variables.items()]
    hidden = False
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        if argument.startswith("-"):
            hidden = option in _SECRET  # up to the next option: --api-key takes several values
            words.append(f"{option}=***" if hidden and equals else shlex.quote(argument))
        else:
            words.append("***" if hidden else shlex.quote(argument))
    return " ".join(words)
