"""Settings: checked when they are read; a mistake names itself and what would be right."""

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.settings import Settings, load_settings

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PAGECITE_{name.upper()}", raising=False)


def test_nothing_set_works_offline_with_the_embedded_models() -> None:
    settings = load_settings()
    assert settings.library == Path("data/library")
    assert settings.llm_base_url is None and settings.hub_endpoint is None


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PAGECITE_DPI=150\nPAGECITE_CHUNK_CHARS=700\nPAGECITE_LIBRARY=from-file\n")
    monkeypatch.setenv("PAGECITE_CHUNK_CHARS", "800")
    monkeypatch.setenv("PAGECITE_LIBRARY", "from-environment")
    settings = load_settings(library=Path("from-command-line"))
    assert (settings.dpi, settings.chunk_chars, settings.library) == (150, 800, Path("from-command-line"))


def test_an_override_that_is_none_leaves_the_setting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGECITE_LIBRARY", "mine")
    assert load_settings(library=None).library == Path("mine")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGECITE_DPI", "9"),
        ("PAGECITE_DPI", "many"),
        ("PAGECITE_CHUNK_CHARS", "1"),
        ("PAGECITE_OCR_ENGINE", "crystal-ball"),
        ("PAGECITE_LANGUAGE", "fr"),
        ("PAGECITE_LLM_TIMEOUT", "0"),
    ],
)
def test_a_value_out_of_range_names_the_variable_and_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"{name} = '{value}' is not valid"):
        load_settings()


def test_a_misspelled_name_is_refused_and_the_right_ones_are_listed() -> None:
    with pytest.raises(ConfigError, match=r"Unknown setting PAGECITE_LIBARY\. .*PAGECITE_LIBRARY"):
        load_settings({"PAGECITE_LIBARY": "x"})


def test_a_misspelled_name_in_the_env_file_is_refused_too() -> None:
    Path(".env").write_text("PAGECITE_DIP=200\n")
    with pytest.raises(ConfigError, match="PAGECITE_DIP"):
        load_settings()


def test_other_programs_variables_are_none_of_our_business() -> None:
    assert load_settings({"HOME": "/x", "PAGE": "1"}).dpi == 200


def test_the_key_of_the_llm_server_is_never_shown() -> None:
    assert "hush" not in repr(load_settings(llm_api_key="hush"))
