"""Values in a text (numbers, money, shares, times, dates, identifiers, names), so that equal things compare equal.

>>> from ingest.values import find_values
>>> [sorted(value.readings) for value in find_values("$1,234.50 on 5 March 2024")]
[['1234.5'], ['2024-03-05']]
"""

from ingest.values.dates import find_dates
from ingest.values.ids import find_ids
from ingest.values.model import Scan, Value, ValueKind
from ingest.values.names import note_names
from ingest.values.quantities import find_quantities

__all__ = ["Value", "ValueKind", "find_values"]


def find_values(text: str, decimal: str = "", *, names: bool = True) -> tuple[Value, ...]:
    """All values of a text, in order; none overlaps another.

    Args:
        text: in English or Chinese; dates and times in some more languages.
        decimal: the decimal mark, ``.`` or ``,``; without it, ``1,234`` and ``1.234`` are read both ways.
        names: whether to look for names, too.
    """
    scan = Scan(text, decimal)
    find_dates(scan)
    find_ids(scan)
    find_quantities(scan)
    if names:
        note_names(scan)
    return tuple(sorted(scan.values, key=lambda value: value.start))
