"""Asking a model for fields: what an asker is, whichever model answers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ingest.fields.model import Extractor
from ingest.fields.schema import Schema
from ingest.types import PageText

# Raw values by field name; of a field that each item has, a list in the order of the items.
Answers = Mapping[str, str | Sequence[str]]


class Asker(Protocol):
    """Reads fields by a model: HunyuanOCR's task of fields, or an LLM with structured output."""

    @property
    def extractor(self) -> Extractor:
        """Which model that is: `Extractor.HUNYUAN` or `Extractor.LLM`."""
        ...

    def __call__(self, schema: Schema, pages: Sequence[PageText]) -> Answers:
        """Ask for a document's fields.

        Returns:
            Raw values, as the model gives them. They are only believed where a page shows them.

        Raises:
            PageError, ModelError: it does not answer, or not with fields; the embedded rules go on alone.
        """
        ...
