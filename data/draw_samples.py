"""Draws the sample documents that Pagecite is shown and tested with.

    python data/draw_samples.py [--out data/samples]

The twelve documents are contracts and invoices of companies that do not exist, in English and Chinese: digital PDFs,
scans, a photograph, a fax. Their wording stands in `sample_texts/`; running the script again gives the same files.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample_kit.contracts import CONTRACTS
from sample_kit.invoices import INVOICES

HERE = Path(__file__).resolve().parent


def draw_all(out: Path) -> list[Path]:
    """Draw every sample document into a folder and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    for draw in (*CONTRACTS, *INVOICES):
        draw(out)
    return sorted(path for path in out.iterdir() if path.is_file())


def main() -> None:
    """Read the command line and draw the documents."""
    parser = argparse.ArgumentParser(description="Draw Pagecite's sample documents.")
    parser.add_argument("--out", type=Path, default=HERE / "samples", help="the folder to draw into")
    for path in draw_all(parser.parse_args().out):
        sys.stdout.write(f"{path.stat().st_size / 1024:7.0f} KB  {path}\n")


if __name__ == "__main__":
    main()
