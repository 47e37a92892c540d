"""Answers beside the question: true, with a true quote, and about something else."""

from collections.abc import Sequence

from ingest.scripts import has_han
from ingest.stopwords import STOP_EN
from ingest.tokens import terms
from retrieval.quotes import same_words, stems
from retrieval.words import FORM_ZH, STOP_ZH


def is_beside(question: str, texts: Sequence[str]) -> bool:
    """Whether an answer and its quotes share no word with the question, nor another word for the same thing.

    Where the question is in another language than the answer, or has no word that says what is asked for, nothing can
    be told: False.

    Args:
        question: without the names of documents, which any answer about them shares.
        texts: the answer and its quotes.
    """
    answer = " ".join(texts)
    asked = {word for word in terms(question) if not (word in STOP_EN or word in STOP_ZH or FORM_ZH & set(word))}
    if not asked or has_han(question) != has_han(answer):
        return False
    said = stems(terms(answer))
    return not any(word in said or same_words(word) & said for word in stems(asked))
