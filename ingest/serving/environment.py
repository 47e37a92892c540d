"""vLLM's own environment. Its pins of torch and transformers are not ours, so it never shares one with Pagecite."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError

SUPPORTED = "vllm>=0.32,<0.34"
# An older one cannot build the plug-in without the `wheel` package.
_BUILDER = "setuptools>=77"
PLUGIN = Path(__file__).parent / "plugin"
_MODULE = "pagecite_vllm.py"
_LONGEST_PROBE = 120  # seconds

# Runs in vLLM's environment, which has nothing of ours; it reads metadata and imports no package.
_PROBE = """
import importlib.metadata as metadata, json, sys
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
plugin = version("pagecite-vllm") and str(metadata.distribution("pagecite-vllm").locate_file("pagecite_vllm.py"))
print(json.dumps({"vllm": version("vllm"), "plugin": plugin, "lacking": [n for n in sys.argv[1:] if not version(n)]}))
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What an environment has.

    Attributes:
        vllm: its version; None: it is not installed.
        plugin: where our plug-in is installed; None: it is not.
        lacking: wanted packages that it does not have.
    """

    vllm: str | None = None
    plugin: Path | None = None
    lacking: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether the plug-in is there as we have it."""
        if self.plugin is None or not self.plugin.is_file():
            return False
        return self.plugin.read_bytes() == (PLUGIN / _MODULE).read_bytes()


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment with vLLM in it, or where one is to be."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def vllm(self) -> Path:
        """The ``vllm`` command."""
        return self.folder / "bin" / "vllm"

    def variables(self, chosen: dict[str, str]) -> dict[str, str]:
        """The environment that vLLM runs in: ours, with `chosen` and the tools that came with it found first."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)])
        return {**os.environ, "VIRTUAL_ENV": str(self.folder), "PATH": path, **chosen}

    def look(self, packages: Sequence[str] = ()) -> Found:
        """Look what is there, without importing any of it.

        Raises:
            ConfigError: the folder has something else in it, or its Python does not run.
        """
        if not self.python.exists():
            if self.folder.is_dir() and any(self.folder.iterdir()) and not (self.folder / "pyvenv.cfg").exists():
                raise ConfigError(
                    f"{self.folder} is not a Python environment and not empty; name another folder with --venv."
                )
            return Found(lacking=tuple(packages))
        done = _capture([str(self.python), "-I", "-c", _PROBE, *packages])
        found = json.loads(done)
        return Found(found["vllm"], Path(found["plugin"]) if found["plugin"] else None, tuple(found["lacking"]))

    def prepare(self, *, install: bool, plugin: bool, packages: Sequence[str] = (), say: Say) -> None:
        """Have vLLM there, and our plug-in as it is here; what is missing is installed, with the commands shown.

        Args:
            install: False: install nothing.
            plugin: whether our plug-in is wanted.
            packages: others that are wanted.
            say: shows a line.

        Raises:
            ConfigError: something is missing and is not to be installed, or cannot be.
        """
        found = self.look(packages)
        stale = plugin and not found.current
        if (found.vllm is None or found.lacking or stale) and not install:
            raise ConfigError(f"{self._missing(found)}. To install it: {self.recipe(found, plugin=stale)}")
        if found.vllm is None:
            say(f"vLLM is not in {self.folder} yet. It is installed once, with several gigabytes of packages.")
        for command in self._commands(found):
            _run(command, say)
        if stale:
            self._install_plugin(say)

    def recipe(self, found: Found, *, plugin: bool) -> str:
        """One line for a shell that installs what is missing."""
        commands = [shlex.join(command) for command in self._commands(found)]
        if plugin:
            copy = self.folder / "pagecite-vllm"  # pip would leave its traces beside the source
            commands += [shlex.join(["cp", "-r", str(PLUGIN), str(copy)]), shlex.join(self._pip_plugin(copy))]
        return " && ".join(commands)

    def _missing(self, found: Found) -> str:
        if found.vllm is None:
            return f"vLLM is not in {self.folder}"
        if found.lacking:
            return f"{', '.join(found.lacking)} is not in {self.folder}"
        return f"The plug-in that keeps pages apart is {'out of date' if found.plugin else 'not'} in {self.folder}"

    def _commands(self, found: Found) -> list[list[str]]:
        commands: list[list[str]] = []
        wanted = list(found.lacking)
        if found.vllm is None:
            wanted = [SUPPORTED, _BUILDER, *wanted]
        if not self.python.exists():
            commands.append([sys.executable, "-m", "venv", str(self.folder)])
        if wanted:
            commands.append([*self._pip(), *wanted])
        return commands

    def _pip(self) -> list[str]:
        return [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]

    def _pip_plugin(self, source: Path) -> list[str]:
        options = ["--no-deps", "--no-build-isolation", "--force-reinstall", "--quiet"]
        return [*self._pip(), *options, str(source)]

    def _install_plugin(self, say: Say) -> None:
        with tempfile.TemporaryDirectory(prefix="pagecite-vllm-") as scratch:
            source = Path(scratch) / "plugin"
            shutil.copytree(PLUGIN, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
            _run(self._pip_plugin(source), say)


def default_folder() -> Path:
    """Where vLLM's environment is made when no folder is named: in the user's data folder (XDG)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return base / "pagecite" / "vllm"


def _run(command: Sequence[str], say: Say) -> None:
    """Run a command that installs, its output passed through."""
    say(f"$ {shlex.join(command)}")
    try:
        status = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise ConfigError(f"{command[0]} cannot be run ({error.strerror}); is the environment whole?") from error
    if status != 0:
        raise ConfigError(
            f"Installing vLLM's environment failed (exit status {status}, see above); it can be installed by hand, and "
            "named with --venv."
        )


def _capture(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_PROBE, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigError(
            f"{command[0]} does not run ({type(error).__name__}); remove that environment, or name another with --venv."
        ) from error
    return done.stdout
