"""A page's Markdown, as a model writes it, and the page's lines, brought together."""

from ingest.alignment.page import Written, align

__all__ = ["Written", "align"]
