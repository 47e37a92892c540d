"""The servers' command lines, vLLM's environment, and the plug-in that keeps pages apart."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ingest.errors import ConfigError
from ingest.hunyuan.prompts import PINNED
from ingest.serving import flags
from ingest.serving.command import serve_llm, serve_ocr
from ingest.serving.environment import PLUGIN, SUPPORTED, Environment, default_folder
from ingest.serving.plugin import pagecite_vllm as plugin

pytestmark = pytest.mark.unit

HUNYUAN = SimpleNamespace(model_type="hunyuan_vl", vision_config=SimpleNamespace(spatial_merge_size=2))
KEY = "sk-very-secret"


def make_backend() -> Any:
    """What vLLM 0.32 has: a class with the two methods that the plug-in knows."""

    class Backend:
        def __init__(self, config: Any, features: Any = None) -> None:
            self.config, self.features = config, features

        def _process_vision_input(self, modality: str, pixel_values: Any, num_patches: Any, **kwargs: Any) -> Any:
            return "vllm", modality, pixel_values, num_patches, kwargs

        def _get_features(self, modality: str, pixel_values: Any, **kwargs: Any) -> Any:
            return self.features

    return Backend


def tensor(values: list[list[int]]) -> Any:
    import torch

    return torch.tensor(values)


# The plug-in: when


@pytest.mark.parametrize("version", ["0.32.0", "0.32.0+cpu", "0.33.2", "0.33.1.dev20+gabc"])
def test_the_versions_that_mix_pages_up_are_mended(version: str) -> None:
    decision = plugin.decide(version, make_backend())
    assert decision.mend and not decision.alarming
    assert f"mended vLLM {version}" in decision.message


@pytest.mark.parametrize("version", ["0.31.0", "0.13.0", "0.9.2"])
def test_older_versions_are_left_as_they_are(version: str) -> None:
    decision = plugin.decide(version, make_backend())
    assert not decision.mend and not decision.alarming
    assert f"not needed on vLLM {version}" in decision.message


@pytest.mark.parametrize("version", ["0.34.0", "1.0.0", "0.1.dev7", "dev", ""])
def test_unknown_versions_are_left_as_they_are_with_a_warning(version: str) -> None:
    decision = plugin.decide(version, make_backend())
    assert not decision.mend and decision.alarming


class WithoutMethod:
    def _get_features(self, modality: str, pixel_values: Any, **kwargs: Any) -> Any: ...


class WithOtherParameters(WithoutMethod):
    def _process_vision_input(self, modality: str, pixels: Any, **kwargs: Any) -> Any: ...


class WithOtherHelper:
    def _process_vision_input(self, modality: str, pixel_values: Any, num_patches: Any, **kwargs: Any) -> Any: ...

    def _get_features(self, pixel_values: Any) -> Any: ...


@pytest.mark.parametrize("backend", [None, WithoutMethod, WithOtherParameters, WithOtherHelper])
def test_a_vllm_that_is_built_otherwise_is_not_touched_and_the_remedy_is_named(backend: Any) -> None:
    decision = plugin.decide("0.33.0", backend)
    assert not decision.mend and decision.alarming
    assert "--max-num-seqs 1" in decision.message


# The plug-in: what


@settings(deadline=None)  # the first call imports torch
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=5))
def test_each_image_gets_its_own_rows(sizes: list[tuple[int, int]]) -> None:
    """Rows marked with their image's number, as many as the encoder makes, come back image by image."""
    marked = [[index] for index, (high, wide) in enumerate(sizes) for _ in range(high * (wide + 1) + 2)]
    grid = [[1, 2 * high, 2 * wide] for high, wide in sizes]
    parts = plugin.take_apart(tensor(marked), plugin.rows(grid, 2))
    assert [set(part.flatten().tolist()) for part in parts] == [{index} for index in range(len(sizes))]


def test_other_rows_than_expected_stop_the_server_before_pages_are_mixed_up() -> None:
    features = tensor([[0]] * 9)
    for wrong in (features, [features], [features[:4], features[4:]], [features[:5], features[4:]]):
        with pytest.raises(RuntimeError, match="pagecite: HunYuanVL's encoder gave"):
            plugin.take_apart(wrong, [4, 6])


def test_features_that_come_in_several_tensors_are_taken_apart_too() -> None:
    """One for each image, or one for the whole batch, as later versions of Transformers give them."""
    wanted = [[0] * 4, [1] * 6]
    single, whole = [tensor([[0]] * 4), tensor([[1]] * 6)], [tensor([[0]] * 4 + [[1]] * 6).unsqueeze(0)]
    for features in (tuple(single), single, whole):
        assert [part.flatten().tolist() for part in plugin.take_apart(features, [4, 6])] == wanted


def test_a_mended_vllm_keeps_images_apart() -> None:
    backend = make_backend()
    plugin.mend(backend)
    model = backend(HUNYUAN, tensor([[0]] * 4 + [[1]] * 8))
    grid = tensor([[1, 2, 2], [1, 4, 4]])
    parts = model._process_vision_input("image", "pixels", tensor([[4], [16]]), image_grid_thw=grid)
    assert [part.flatten().tolist() for part in parts] == [[0] * 4, [1] * 8]


def test_other_models_and_inputs_are_left_to_vllm() -> None:
    backend = make_backend()
    plugin.mend(backend)
    other = SimpleNamespace(model_type="qwen3_vl")
    assert backend(other)._process_vision_input("image", "p", "n", image_grid_thw="g") == (
        "vllm", "image", "p", "n", {"image_grid_thw": "g"},
    )  # fmt: skip
    assert backend(HUNYUAN)._process_vision_input("video", "p", "n", image_grid_thw="g")[0] == "vllm"
    assert backend(HUNYUAN)._process_vision_input("image", "p", "n")[0] == "vllm"


def test_mending_twice_is_mending_once() -> None:
    backend = make_backend()
    plugin.mend(backend)
    mended = backend._process_vision_input
    plugin.mend(backend)
    assert backend._process_vision_input is mended


def stand_in(monkeypatch: pytest.MonkeyPatch, version: str, backend: Any) -> list[tuple[str, str]]:
    """Have a vLLM to import; gives its log."""
    said: list[tuple[str, str]] = []
    logger = SimpleNamespace(
        info=lambda text: said.append(("info", text)), warning=lambda text: said.append(("warning", text))
    )
    transformers = "vllm.model_executor.models.transformers"
    parts = {
        "vllm": {"__version__": version},
        "vllm.logger": {"init_logger": lambda name: logger},
        "vllm.model_executor": {},
        "vllm.model_executor.models": {},
        transformers: {"multimodal": SimpleNamespace(MultiModalMixin=backend)} if backend else {},
    }
    for name, values in parts.items():
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)
    return said


@pytest.mark.parametrize(
    ("version", "backend", "level", "words", "mended"),
    [
        ("0.32.0", make_backend(), "info", "mended vLLM 0.32.0", True),
        ("0.32.0", None, "warning", "not built as expected", False),
        ("0.31.0", make_backend(), "info", "not needed", False),
        ("0.40.0", make_backend(), "warning", "not a version that this plug-in knows", False),
    ],
)
def test_the_log_says_in_one_line_what_was_done(
    monkeypatch: pytest.MonkeyPatch, version: str, backend: Any, level: str, words: str, mended: bool
) -> None:
    said = stand_in(monkeypatch, version, backend)
    plugin.register()
    assert [entry[0] for entry in said] == [level]
    assert words in said[0][1] and said[0][1].startswith("pagecite: ")
    assert (backend is not None and "_pagecite_mended" in vars(backend)) == mended


def test_the_plug_in_stands_alone_and_vllm_finds_it() -> None:
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["vllm.general_plugins"] == {"pagecite": "pagecite_vllm:register"}
    tree = ast.parse((PLUGIN / "pagecite_vllm.py").read_text())
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    there = {"vllm", "torch", *sys.stdlib_module_names}  # in vLLM's environment
    assert {name.partition(".")[0] for name in imported} <= there


def test_the_versions_that_are_installed_are_those_that_the_plug_in_knows() -> None:
    (first, last) = (plugin.FIRST, plugin.LAST)
    assert SUPPORTED == f"vllm>={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}"


# Command lines


def test_hunyuan_is_served_without_the_caches_that_would_keep_a_damage() -> None:
    arguments = flags.ocr_arguments(flags.Server("m", "n"))
    assert arguments[:2] == ["serve", "m"]
    assert "--no-enable-prefix-caching" in arguments
    assert arguments[arguments.index("--mm-processor-cache-gb") + 1] == "0"
    assert json.loads(arguments[arguments.index("--limit-mm-per-prompt") + 1])["image"] == 1
    assert "--trust-remote-code" not in arguments


def test_the_largest_image_and_the_longest_answer_fit_the_context() -> None:
    side = 4096 // 32  # 16,777,216 pixels
    assert side * (side + 1) + 2 + 32_768 < flags.OCR_CONTEXT["1.5"]


def test_both_servers_fit_one_card() -> None:
    assert flags.OCR_MEMORY + flags.LLM_MEMORY <= 0.95


def test_vllms_own_arguments_come_last_so_that_they_win() -> None:
    server = flags.Server("m", "n", extra=("--max-model-len", "9000"))
    assert flags.ocr_arguments(server)[-2:] == flags.llm_arguments(server)[-2:] == ["--max-model-len", "9000"]


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_each_version_is_served_from_its_own_revision(version: str) -> None:
    assert flags.ocr_revision(version, flags.OCR_MODEL, None, modelscope=False) == PINNED[version]
    assert flags.ocr_revision(version, flags.OCR_MODEL, "abc", modelscope=True) == "abc"


def test_a_folder_and_another_model_have_no_pinned_revision(tmp_path: Path) -> None:
    assert flags.ocr_revision("1.5", str(tmp_path), "abc", modelscope=False) is None
    assert flags.ocr_revision("1.5", "someone/HunyuanOCR-AWQ", None, modelscope=False) is None


def test_a_version_is_not_left_to_chance_on_modelscope() -> None:
    with pytest.raises(ConfigError, match="--revision"):
        flags.ocr_revision("1.0", flags.OCR_MODEL, None, modelscope=True)


@pytest.mark.parametrize(
    "arguments", [["--api-key", KEY], [f"--api-key={KEY}"], ["--api-key", "a", KEY, "--port", "1"], ["--hf-token", KEY]]
)
def test_keys_are_not_shown(arguments: list[str]) -> None:
    text = flags.shown(["vllm", *arguments, "--seed", "7"], {flags.KEY: KEY})
    assert KEY not in text and text.endswith("--seed 7")


@given(st.lists(st.text(max_size=20), min_size=1))
def test_a_shown_command_is_one_that_a_shell_reads_back(arguments: list[str]) -> None:
    import shlex

    plain = [argument for argument in arguments if argument.partition("=")[0] not in ("--api-key", "--hf-token")]
    assert shlex.split(flags.shown(plain, {"A": "b c"})) == ["A=b c", *plain]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8000/v1"),
        ("0.0.0.0", "http://localhost:8000/v1"),
        ("10.1.2.3", "http://10.1.2.3:8000/v1"),
        ("fd00::1", "http://[fd00::1]:8000/v1"),
    ],
)
def test_clients_are_told_an_address_that_works(host: str, url: str) -> None:
    assert flags.Server("m", "n", host=host).url == url


# The commands


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.startswith(("PAGECITE_", "VLLM_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    app = typer.Typer()
    app.command("serve-ocr")(serve_ocr)
    app.command("serve-llm")(serve_llm)
    return CliRunner().invoke(app, list(words))


def test_a_dry_run_shows_the_command_and_installs_nothing(clean: Path) -> None:
    result = run("serve-ocr", "--dry-run", "--version", "1.0", "--venv", "env", "--", "--seed", "7")
    last = result.stdout.splitlines()[-1]
    assert result.exit_code == 0
    assert f"env/bin/vllm serve {flags.OCR_MODEL}" in last and PINNED["1.0"] in last and last.endswith("--seed 7")
    assert "VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1" in last
    assert "PAGECITE_HUNYUAN_URL=http://localhost:8000/v1" in result.stdout
    assert list(clean.iterdir()) == []


def test_settings_are_the_defaults(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"VERSION": "1.0", "MODEL": "ours", "API_KEY": KEY}
    for name, value in chosen.items():
        monkeypatch.setenv(f"PAGECITE_HUNYUAN_{name}", value)
    monkeypatch.setenv("PAGECITE_HUB_ENDPOINT", "https://mirror.example")
    shown = run("serve-ocr", "--dry-run").stdout
    assert PINNED["1.0"] in shown and "--served-model-name ours" in shown
    assert "HF_ENDPOINT=https://mirror.example VLLM_API_KEY=*** " in shown
    assert KEY not in shown


def test_the_llm_command_says_what_to_put_into_env(clean: Path) -> None:
    result = run("serve-llm", "--dry-run", "--model", "org/Writer", "--quantization", "fp8")
    assert "PAGECITE_LLM_BASE_URL=http://localhost:8001/v1" in result.stdout
    assert "PAGECITE_LLM_MODEL=org/Writer" in result.stdout
    assert "--quantization fp8" in result.stdout and "--revision" not in result.stdout


def test_a_server_that_is_open_to_others_without_a_key_is_pointed_out(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "VLLM_API_KEY" in run("serve-llm", "--dry-run", "--host", "0.0.0.0").stderr
    monkeypatch.setenv("VLLM_API_KEY", KEY)
    assert run("serve-llm", "--dry-run", "--host", "0.0.0.0").stderr == ""


def test_a_stray_word_is_not_handed_to_vllm(clean: Path) -> None:
    result = run("serve-ocr", "--dry-run", "some/model")
    assert result.exit_code == 1 and "--model" in result.stderr


# vLLM's environment


FAKE_PIP = """
import json, shutil, sys
from pathlib import Path
here = Path(__file__).parents[1]
with open(here / "asked.jsonl", "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
source = Path(sys.argv[-1])
if source.is_dir():
    shutil.copy(source / "pagecite_vllm.py", here)
    (here / "pagecite_vllm-1.0.0.dist-info").mkdir(exist_ok=True)
    (here / "pagecite_vllm-1.0.0.dist-info" / "METADATA").write_text("Name: pagecite-vllm\\nVersion: 1.0.0\\n")
"""
FAKE_VLLM = '#!/bin/sh\necho "pid=$$ tracked=$DO_NOT_TRACK key=$VLLM_API_KEY venv=$VIRTUAL_ENV"\necho "$@"\n'


class FakeEnvironment:
    """A Python environment with a vLLM that says how it was called, and a pip that remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.packages = next((folder / "lib").glob("python*")) / "site-packages"
        (self.packages / "vllm-0.32.0.dist-info").mkdir()
        (self.packages / "vllm-0.32.0.dist-info" / "METADATA").write_text("Name: vllm\nVersion: 0.32.0\n")
        (self.packages / "pip").mkdir()
        (self.packages / "pip" / "__main__.py").write_text(FAKE_PIP)
        (folder / "bin" / "vllm").write_text(FAKE_VLLM)
        (folder / "bin" / "vllm").chmod(0o755)

    @property
    def asked(self) -> list[list[str]]:
        log = self.packages / "asked.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def fake(tmp_path: Path) -> FakeEnvironment:
    return FakeEnvironment(tmp_path / "env")


def test_the_plug_in_is_installed_once_and_again_when_it_changed(fake: FakeEnvironment) -> None:
    environment = Environment(fake.folder)
    said: list[str] = []
    environment.prepare(install=True, plugin=True, say=said.append)
    environment.prepare(install=True, plugin=True, say=said.append)
    assert len(fake.asked) == 1 and "--no-deps" in fake.asked[0]
    assert environment.look().current and said[0].startswith("$ ")
    (fake.packages / "pagecite_vllm.py").write_text("# an older one")
    environment.prepare(install=True, plugin=True, say=said.append)
    assert len(fake.asked) == 2 and environment.look().current


def test_the_source_tree_stays_clean(fake: FakeEnvironment) -> None:
    Environment(fake.folder).prepare(install=True, plugin=True, say=lambda line: None)
    assert Path(fake.asked[0][-1]) != PLUGIN
    assert {path.name for path in PLUGIN.iterdir()} - {"__pycache__"} == {"pagecite_vllm.py", "pyproject.toml"}


def test_what_is_missing_is_not_installed_unasked(fake: FakeEnvironment) -> None:
    with pytest.raises(ConfigError, match=r"plug-in .* not in .*pip.* install"):
        Environment(fake.folder).prepare(install=False, plugin=True, say=print)
    with pytest.raises(ConfigError, match=r"modelscope is not in .* install modelscope"):
        Environment(fake.folder).prepare(install=False, plugin=False, packages=["modelscope"], say=print)
    assert fake.asked == []


def test_a_missing_environment_is_told_with_the_line_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Environment(tmp_path / "none").prepare(install=False, plugin=True, say=print)
    assert "-m venv" in str(caught.value) and f"'{SUPPORTED}'" in str(caught.value)
    assert not (tmp_path / "none").exists()


def test_a_folder_of_something_else_is_not_made_an_environment(tmp_path: Path) -> None:
    (tmp_path / "contract.pdf").touch()
    with pytest.raises(ConfigError, match="not a Python environment"):
        Environment(tmp_path).prepare(install=True, plugin=True, say=print)


def test_an_interrupted_installation_is_finished(fake: FakeEnvironment) -> None:
    (fake.packages / "vllm-0.32.0.dist-info" / "METADATA").unlink()
    (fake.packages / "vllm-0.32.0.dist-info").rmdir()
    Environment(fake.folder).prepare(install=True, plugin=False, say=lambda line: None)
    assert SUPPORTED in fake.asked[0]


def test_the_environment_is_made_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "pagecite" / "vllm"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_folder() == Path.home() / ".local" / "share" / "pagecite" / "vllm"


def test_the_command_becomes_vllm(clean: Path, monkeypatch: pytest.MonkeyPatch, fake: FakeEnvironment) -> None:
    """The same process, so that a signal to the command is one to vLLM."""
    monkeypatch.setenv("VLLM_API_KEY", KEY)
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import typer
from ingest.serving.command import serve_ocr
app = typer.Typer(); app.command()(serve_ocr); app()
"""
    command = [sys.executable, "-c", code, "--venv", str(fake.folder), "--", "--seed", "7"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=clean)
    written, problems = process.communicate(timeout=60)
    assert problems == "" and process.returncode == 0
    *shown, first, arguments = written.splitlines()
    assert first == f"pid={process.pid} tracked=1 key={KEY} venv={fake.folder}"
    assert arguments.startswith(f"serve {flags.OCR_MODEL} ") and arguments.endswith("--seed 7")
    assert KEY not in "".join(shown)
    assert Environment(fake.folder).look().current
