"""Tax numbers that carry check digits: whose they are, and whether they can be right.

The rules of each country are python-stdnum's. A number of a country without check digits, or of a kind that its form
does not tell, is not judged.
"""

import re
from collections.abc import Callable

from stdnum import exceptions
from stdnum.ch import uid
from stdnum.cn import ric, uscc
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from stdnum.in_ import gstin
from stdnum.no import mva

from ingest.fields.finding import Fault

_SEPARATORS = re.compile(r"[\s.,/_:-]+")
# A country, up to two characters of any kind, then digits mostly. So words that begin like a country are none.
_EU = re.compile(r"(?P<country>[A-Z]{2})(?P<rest>[A-Z0-9]{1,2}\d{5,}[A-Z0-9+*]*)")
# Elsewhere a letter stands for a register: HRB 12345.
_LETTER_FIRST = ("AT", "ES", "FR")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]")


def fault_of(number: str) -> Fault | None:
    """What is wrong with a tax number; None where nothing is, or it is not judged."""
    compact = _SEPARATORS.sub("", number).upper()
    judged = _judge(compact)
    if judged is None:
        return None
    kind, validate = judged
    try:
        validate(compact)
    except exceptions.InvalidChecksum:
        return Fault("tax-id-digit", {"number": number, **kind})
    except exceptions.InvalidLength:
        return Fault("tax-id-length", {"number": number, **kind})
    except exceptions.ValidationError:
        return Fault("tax-id-form", {"number": number, **kind})
    return None


def _judge(compact: str) -> tuple[dict[str, str], Callable[[str], str]] | None:
    """What a number is, and what tells whether it is right; None where its form does not say."""
    if compact.startswith("GB") and compact[2:].isdigit():
        return {"kind": "GB"}, gb_vat.validate
    if re.fullmatch(r"CHE\d+(?:MWST|TVA|IVA|VAT)?", compact):
        return {"kind": "CH"}, lambda number: uid.validate(re.sub(r"\D+$", "", number))
    if re.fullmatch(r"(?:NO)?\d{9}MVA", compact):
        return {"kind": "NO"}, mva.validate
    if _USCC.fullmatch(compact):
        return {"kind": "CN"}, _chinese
    if _GSTIN.fullmatch(compact):
        return {"kind": "IN"}, gstin.validate
    found = _EU.fullmatch(compact)
    if found is None:
        return None
    country = "GR" if found["country"] == "EL" else found["country"]
    if country.lower() not in eu_vat.MEMBER_STATES or (found["rest"][0].isalpha() and country not in _LETTER_FIRST):
        return None
    return {"kind": "EU", "country": found["country"]}, eu_vat.validate


def _chinese(number: str) -> str:
    """Of a person it is the number of the identity card, which is as long."""
    return number if ric.is_valid(number) else uscc.validate(number)
