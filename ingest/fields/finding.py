"""What a check found wrong."""

from dataclasses import dataclass
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
class Finding:
    """A check that failed.

    Attributes:
        check: which.
        fields: names of the fields in doubt. Values of fields that another check confirmed are not among them.
        message: what is wrong, for people, in English.
        other: of a duplicate the other document's id; else empty.
    """

    check: str
    fields: tuple[str, ...]
    message: str
    other: str = ""
