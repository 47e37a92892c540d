"""The options that both commands have."""

from pathlib import Path
from typing import Annotated, Literal

import typer

VenvOption = Annotated[
    Path | None,
    typer.Option(
        "--venv",
        metavar="DIR",
        help="vLLM's own environment, made where there is none; by default pagecite/vllm in the user's data folder.",
        show_default=False,
    ),
]
NoInstallOption = Annotated[
    bool, typer.Option("--no-install", help="Install nothing; where something is missing, say how to.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the command and its variables; install and run nothing.")
]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0: reachable from outside.")]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port to listen on.")]
RevisionOption = Annotated[
    str | None, typer.Option("--revision", help="Commit, tag or branch on the hub.", show_default=False)
]
ServedNameOption = Annotated[
    str | None,
    typer.Option("--served-model-name", metavar="NAME", help="What clients call the model.", show_default=False),
]
MemoryOption = Annotated[
    float,
    typer.Option("--gpu-memory-utilization", min=0.05, max=1.0, help="Share of the GPU's memory; alone on it: 0.9."),
]
SequencesOption = Annotated[
    int | None, typer.Option("--max-num-seqs", min=1, help="Most requests that are worked on at once.")
]
ReplicasOption = Annotated[
    int, typer.Option("--data-parallel-size", min=1, metavar="GPUS", help="GPUs, each with a whole copy of the model.")
]
QuantizationOption = Annotated[
    Literal["awq", "gptq", "fp8"] | None,
    typer.Option(
        "--quantization", help="awq and gptq need weights made so; fp8 makes them so at the start.", show_default=False
    ),
]
MirrorOption = Annotated[
    str | None,
    typer.Option(
        "--hub-mirror",
        metavar="URL",
        help="Mirror of the model hub; by default PAGECITE_HUB_ENDPOINT.",
        show_default=False,
    ),
]
ModelscopeOption = Annotated[bool, typer.Option("--modelscope", help="Download from ModelScope instead of the hub.")]
ExtraArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- ARGUMENTS]", help="More of vLLM's own arguments.", show_default=False),
]
ContextOption = Annotated[
    int | None,
    typer.Option(
        "--max-model-len", min=1024, metavar="TOKENS", help="Longest prompt with its answer.", show_default=False
    ),
]
