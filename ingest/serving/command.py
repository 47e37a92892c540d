"""``ingest serve-ocr`` and ``ingest serve-llm``: vLLM with the arguments that Pagecite needs."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import SecretStr

from ingest.command import Command, running
from ingest.display import Output
from ingest.errors import ConfigError
from ingest.serving import flags
from ingest.serving.environment import Environment, default_folder
from ingest.serving.options import (
    ContextOption,
    DryRunOption,
    ExtraArgument,
    HostOption,
    MemoryOption,
    MirrorOption,
    ModelscopeOption,
    NoInstallOption,
    PortOption,
    QuantizationOption,
    ReplicasOption,
    RevisionOption,
    SequencesOption,
    ServedNameOption,
    VenvOption,
)

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve_ocr(
    extra: ExtraArgument = None,
    version: Annotated[
        Literal["1.0", "1.5"] | None,
        typer.Option("--version", help="HunyuanOCR's; by default PAGECITE_HUNYUAN_VERSION.", show_default=False),
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Name on the hub, or a folder.")] = flags.OCR_MODEL,
    revision: RevisionOption = None,
    served_model_name: ServedNameOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = flags.OCR_PORT,
    max_model_len: ContextOption = None,
    gpu_memory_utilization: MemoryOption = flags.OCR_MEMORY,
    max_num_seqs: SequencesOption = flags.MAX_SEQUENCES,
    data_parallel_size: ReplicasOption = 1,
    quantization: QuantizationOption = None,
    hub_mirror: MirrorOption = None,
    modelscope: ModelscopeOption = False,
    venv: VenvOption = None,
    no_install: NoInstallOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Serve HunyuanOCR with vLLM, on a GPU, until it is stopped.

    vLLM gets an environment of its own at the first call, with a plug-in that keeps vLLM 0.32 and 0.33 from mixing up
    pages. Clients must give the key in VLLM_API_KEY or PAGECITE_HUNYUAN_API_KEY, where one is set. Read the model's
    licence before you use it: it does not extend to the EU, the UK and South Korea.
    """
    with running(None, as_json=False, verbose=False) as command:
        settings = command.settings
        chosen = version or settings.hunyuan_version
        pinned = revision or settings.hunyuan_revision
        server = flags.Server(
            model=model,
            name=served_model_name or settings.hunyuan_model,
            revision=flags.ocr_revision(chosen, model, pinned, modelscope=modelscope),
            host=host,
            port=port,
            context=max_model_len or flags.OCR_CONTEXT[chosen],
            memory=gpu_memory_utilization,
            sequences=max_num_seqs,
            replicas=data_parallel_size,
            quantization=quantization,
            extra=flags.checked_extra(extra or ()),
        )
        lines = (
            "PAGECITE_OCR_ENGINE=hunyuan",
            f"PAGECITE_HUNYUAN_URL={server.url}",
            f"PAGECITE_HUNYUAN_MODEL={server.name}",
            f"PAGECITE_HUNYUAN_VERSION={chosen}",
        )
        launch = _Launch(_environment(venv), lines, plugin=True, modelscope=modelscope)
        variables = _variables(command, host, settings.hunyuan_api_key, hub_mirror, modelscope=modelscope)
        launch.go(flags.ocr_arguments(server), variables, command.output, install=not no_install, dry_run=dry_run)


def serve_llm(
    extra: ExtraArgument = None,
    model: Annotated[
        str, typer.Option("--model", help="Name on the hub, or a folder; any chat model that vLLM serves.")
    ] = flags.LLM_MODEL,
    revision: RevisionOption = None,
    served_model_name: ServedNameOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = flags.LLM_PORT,
    max_model_len: ContextOption = flags.LLM_CONTEXT,
    gpu_memory_utilization: MemoryOption = flags.LLM_MEMORY,
    max_num_seqs: SequencesOption = flags.MAX_SEQUENCES,
    data_parallel_size: ReplicasOption = 1,
    quantization: QuantizationOption = None,
    hub_mirror: MirrorOption = None,
    modelscope: ModelscopeOption = False,
    venv: VenvOption = None,
    no_install: NoInstallOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Serve the LLM that writes answers with vLLM, until it is stopped.

    It fits beside `ingest serve-ocr` on a card of 24 GB. Clients must give the key in VLLM_API_KEY or
    PAGECITE_LLM_API_KEY, where one is set.
    """
    with running(None, as_json=False, verbose=False) as command:
        settings = command.settings
        server = flags.Server(
            model=model,
            name=served_model_name or settings.llm_model or _name_of(model),
            revision=None if flags.is_folder(model) else revision,
            host=host,
            port=port,
            context=max_model_len or flags.LLM_CONTEXT,
            memory=gpu_memory_utilization,
            sequences=max_num_seqs,
            replicas=data_parallel_size,
            quantization=quantization,
            extra=flags.checked_extra(extra or ()),
        )
        lines = (f"PAGECITE_LLM_BASE_URL={server.url}", f"PAGECITE_LLM_MODEL={server.name}")
        launch = _Launch(_environment(venv), lines, plugin=False, modelscope=modelscope)
        variables = _variables(command, host, settings.llm_api_key, hub_mirror, modelscope=modelscope)
        launch.go(flags.llm_arguments(server), variables, command.output, install=not no_install, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Launch:
    """A server about to start.

    Attributes:
        environment: vLLM's.
        lines: for the clients' ``.env``.
        plugin: whether our plug-in must be there.
        modelscope: whether models come from ModelScope, which needs a package of its own.
    """

    environment: Environment
    lines: Sequence[str]
    plugin: bool
    modelscope: bool

    def go(
        self, arguments: Sequence[str], variables: dict[str, str], output: Output, *, install: bool, dry_run: bool
    ) -> None:
        """Become vLLM, so that signals reach it; with `dry_run`, only say how."""
        if not dry_run:
            packages = ["modelscope"] if self.modelscope else []
            self.environment.prepare(install=install, plugin=self.plugin, packages=packages, say=output.line)
        program = str(self.environment.vllm)
        output.line("For .env, where Pagecite runs:")
        for line in self.lines:
            output.line(f"  {line}")
        output.line(f"$ {flags.shown([program, *arguments], variables)}")
        if dry_run:
            return
        sys.stdout.flush()
        try:
            os.execve(program, [program, *arguments], self.environment.variables(variables))
        except OSError as error:
            raise ConfigError(
                f"{program} cannot be run ({error.strerror}); remove that environment, or name another with --venv."
            ) from error


def _environment(venv: Path | None) -> Environment:
    return Environment((venv or default_folder()).expanduser().absolute())


def _name_of(model: str) -> str:
    """A folder's last name, since its whole path is nobody's business; a hub's name as it is."""
    return Path(model).resolve().name if flags.is_folder(model) else model


def _variables(
    command: Command, host: str, secret: SecretStr, hub_mirror: str | None, *, modelscope: bool
) -> dict[str, str]:
    """What is set for vLLM. Its key is that of its own variable, or the one that our client is set to send."""
    configured = secret.get_secret_value()
    key = os.environ.get(flags.KEY) or (configured if configured != "none" else "")
    if not key and host not in _LOOPBACK:
        command.output.problem(f"Anyone who reaches {host} may use this server; set {flags.KEY}, or keep to 127.0.0.1.")
    mirror = hub_mirror or command.settings.hub_endpoint
    return flags.server_variables(hub_mirror=mirror, modelscope=modelscope, key=key or None)
