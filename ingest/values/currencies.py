"""Currencies as contracts and invoices write them."""

import re
from functools import cache

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN"
# What is written, and the ISO 4217 codes that it may mean. Signs and codes of letters are told apart by case.
_SIGNS = {
    "$": _DOLLARS,
    "US$": "USD",
    "U.S.$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "NT$": "TWD",
    "R$": "BRL",
    "MX$": "MXN",
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY JPY",
    "CN¥": "CNY",
    "JP¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₪": "ILS",
    "฿": "THB",
    "RMB": "CNY",
    "RM": "MYR",
    "Rs.": "INR",
    "Rs": "INR",
    "kr.": "SEK NOK DKK",
    "kr": "SEK NOK DKK",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "SFr.": "CHF",
    "人民币": "CNY",
    "元": "CNY",
    "圆": "CNY",
    "圓": "CNY",
    "円": "JPY",
    "日元": "JPY",
    "日圆": "JPY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "港元": "HKD",
    "港币": "HKD",
    "新台币": "TWD",
    "新加坡元": "SGD",
    "加元": "CAD",
    "澳元": "AUD",
    "韩元": "KRW",
    "卢布": "RUB",
    "瑞士法郎": "CHF",
}
_CODES = (
    "USD EUR GBP CNY JPY CHF CAD AUD NZD HKD SGD TWD KRW INR SEK NOK DKK PLN CZK HUF RUB BRL MXN ZAR TRY ILS THB AED "
    "SAR MYR"
)
# Words, in any case.
_WORDS = {
    "dollar": _DOLLARS,
    "dollars": _DOLLARS,
    "us dollar": "USD",
    "us dollars": "USD",
    "u.s. dollar": "USD",
    "u.s. dollars": "USD",
    "united states dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "pounds sterling": "GBP",
    "yuan": "CNY",
    "renminbi": "CNY",
    "yen": "JPY",
    "swiss francs": "CHF",
    "rupees": "INR",
}


@cache
def _table() -> dict[str, frozenset[str]]:
    codes = {code: code for code in _CODES.split()}
    return {name: frozenset(meant.split()) for name, meant in (_SIGNS | _WORDS | codes).items()}


@cache
def pattern() -> str:
    """A regular expression of everything that names a currency; letters must stand alone."""
    plain = sorted([*_SIGNS, *_CODES.split()], key=len, reverse=True)
    words = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
    signs = "|".join(_alone(sign) for sign in plain)
    return rf"(?:{signs}|(?i:\b(?:{words})\b))"


def _alone(sign: str) -> str:
    # "kr" is no part of "Kroll", "$" needs nothing around it.
    before = r"(?<![A-Za-z])" if sign[0].isascii() and sign[0].isalpha() else ""
    after = r"(?![A-Za-z])" if sign[-1].isascii() and sign[-1].isalpha() else ""
    return before + re.escape(sign) + after


def codes(name: str) -> frozenset[str]:
    """ISO 4217 codes that a sign, code or word may mean; none where it means no currency."""
    table = _table()
    return table.get(name) or table.get(" ".join(name.casefold().split()), frozenset())


def named_in(text: str) -> frozenset[str]:
    """Codes of all currencies that a text names."""
    return frozenset(code for found in _finder().finditer(text) for code in codes(found.group()))


@cache
def _finder() -> re.Pattern[str]:
    return re.compile(pattern())
