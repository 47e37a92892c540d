"""Documents in, library out: pages, text, chunks and the `ingest` command line."""

import os

# Telemetry of dependencies, off before any of them is loaded (docs/privacy.md). Their switches are variables of the
# environment, so this cannot wait for a function to be called.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
