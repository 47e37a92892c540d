"""What a check found wrong: a code with the values that it is about. Words are found when it is shown (`wording`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Check(StrEnum):
    """Checks by their codes, which interfaces translate.

    ``net-plus-tax``: net and tax are the total. ``lines-sum``: the lines' amounts are the net sum, or the total where
    they include the tax; discounts, charges and rounding may stand between. ``words-amount``: the total in words is the
    total in digits. ``tax-id``: form and check digits of tax numbers. ``dates``: what
    begins comes before what ends. ``currency``: it exists, and no amount names another one. ``duplicate``: no other
    document is the same invoice. ``xml``: an embedded XML says what the page says.
    """

    NET_PLUS_TAX = "net-plus-tax"
    LINES_SUM = "lines-sum"
    WORDS_AMOUNT = "words-amount"
    TAX_ID = "tax-id"
    DATES = "dates"
    CURRENCY = "currency"
    DUPLICATE = "duplicate"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in no language yet; `ingest.fields.wording.worded` says it in one.

    Attributes:
        code: which sentence says it; empty: it is a sentence already, the value ``text``.
        values: what the sentence is about, by the names that it has for them.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def in_words(cls, text: str) -> "Fault":
        """One that was worded before."""
        return cls("", {"text": text})

    @classmethod
    def from_stored(cls, text: str) -> "Fault":
        """One from the database. Libraries of before have English sentences there, which stay as they are."""
        try:
            code, values = json.loads(text)
        except (ValueError, TypeError):
            return cls.in_words(text)
        known = isinstance(code, str) and isinstance(values, dict)
        return cls(code, {str(name): str(value) for name, value in values.items()}) if known else cls.in_words(text)

    def stored(self) -> str:
        """As the database has it: JSON, the code and the values. What stands in it can be searched for."""
        return json.dumps([self.code, dict(self.values)], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed.

    Attributes:
        check: which.
        fields: names of the fields in doubt. Values of fields that another check confirmed are not among them.
        fault: what is wrong.
        other: of a duplicate the other document's id; else empty.
    """

    check: str
    fields: tuple[str, ...]
    fault: Fault
    other: str = ""
