"""Currencies of ISO 4217 and their smallest units."""

from decimal import Decimal

# Active codes of ISO 4217, list one, without funds, metals and codes for testing.
_CODES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
    # Replaced by the euro or by a successor, and still on older documents.
    "ATS BEF CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK".split()
)
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF ITL".split())
_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def is_known(code: str) -> bool:
    """Whether ISO 4217 has, or had, a currency of this code."""
    return code in _CODES


def smallest_unit(code: str) -> Decimal:
    """The smallest amount of a currency: a hundredth where it is not known."""
    if code in _WHOLE:
        return Decimal(1)
    return Decimal("0.001") if code in _THOUSANDTHS else Decimal("0.01")
