"""What was computed from the ledger: a chart where people would rather look, the rows that counted, and downloads."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from app import session
from app.escaping import as_label
from app.session import Mark, View
from app.texts import Texts
from ingest.fields.export import csv_of, xlsx_of
from ingest.fields.wording import worded
from retrieval.ledger.model import Chart, LedgerAnswer, LedgerRow, LedgerTotal, Proof, Reason
from retrieval.ledger.wording import field_name

_ROWS_SHOWN = 8  # of the table; more of them scroll
_ROW_HEIGHT = 36
_LEFT_OUT_SHOWN = 12
_CHART_HEIGHT = 260
_FEW_POINTS = 12  # so many are bars, more of them a line
_COLOUR = "#1f5f7a"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(answer: LedgerAnswer, question: str, index: int, say: Texts) -> None:
    """Show the chart, the rows and their downloads.

    Args:
        answer: what was computed.
        question: in whose language columns are named.
        index: of the exchange.
        say: words of the interface.
    """
    if answer.chart is not None:
        _charts(answer, say)
    if answer.rows:
        _rows(answer, question, index, say)
    _left_out(answer, question, index, say)


def _rows(answer: LedgerAnswer, question: str, index: int, say: Texts) -> None:
    table = table_of(answer, question, say)
    st.caption(as_label(say("ledger_rows")))
    key = f"ledger_{index}"
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(answer.rows), _ROWS_SHOWN) + 1) + 3,
        on_select=partial(_open, answer.rows, key),
        selection_mode="single-row",
    )
    with st.container(horizontal=True, gap="small", key=f"ledger_files_{index}"):
        name = say("ledger_file")
        st.download_button("CSV", csv_of(table), f"{name}.csv", "text/csv", key=f"csv_{index}", on_click="ignore")
        st.download_button("Excel", xlsx_of(table), f"{name}.xlsx", _XLSX, key=f"xlsx_{index}", on_click="ignore")


def _left_out(answer: LedgerAnswer, question: str, index: int, say: Texts) -> None:
    """The documents that were not used and can be looked at, each with its reason."""
    left = [one for one in answer.coverage.left_out if one.reason is not Reason.FAILED]
    if not left:
        return
    st.caption(as_label(say("ledger_left_out")))
    with st.container(horizontal=True, gap="small", key=f"ledger_left_{index}"):
        for place, one in enumerate(left[:_LEFT_OUT_SHOWN]):
            key = f"left_{index}_{place}"
            detail = worded(one.fault, say.language) if one.fault is not None else one.detail
            why = say(f"left_{one.reason}", field=field_name(one.field, question), detail=detail)
            st.button(as_label(one.source), key=key, on_click=_open_left_out, args=(one.doc_id, why, key))


def _open_left_out(doc_id: str, why: str, key: str) -> None:
    session.current().view = View(doc_id, 1, Mark(1, why, proof=False, head="left_out"), key)


def table_of(answer: LedgerAnswer, question: str, say: Texts) -> Any:
    """The rows as a pandas DataFrame: document, page, and a column for each field, amounts (decimals) first."""
    import pandas as pd

    order = _order(answer)
    names = (field_name(answer.columns[place], question) for place in order)
    columns = [say("ledger_document"), say("ledger_page"), *(name[:1].upper() + name[1:] for name in names)]
    rows = [
        [row.source, _page(row), *(_cell(row.proofs[place], row.cells[place]) for place in order)]
        for row in answer.rows
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _order(answer: LedgerAnswer) -> list[int]:
    """Places of the columns: amounts, their currency, then what tells the documents apart."""

    def kind(place: int) -> int:
        is_amount = any((proof := row.proofs[place]) is not None and proof.scaled is not None for row in answer.rows)
        return 0 if is_amount else 1 if answer.columns[place] == "currency" else 2

    return sorted(range(len(answer.columns)), key=kind)


def _page(row: LedgerRow) -> int | None:
    proof = shown(row)
    return proof.page_number if proof is not None else None


def shown(row: LedgerRow) -> Proof | None:
    """The value of a row whose page is opened: an amount rather than a date or a name."""
    on_pages = [proof for proof in row.proofs if proof is not None and proof.page_number]
    return next((proof for proof in on_pages if proof.scaled is not None), on_pages[0] if on_pages else None)


def _cell(proof: Proof | None, text: str) -> object:
    return text if proof is None or proof.scaled is None else Decimal(proof.value)


def _charts(answer: LedgerAnswer, say: Texts) -> None:
    """A chart for each currency that has something to compare: different moneys have no common axis."""
    groups: dict[str, list[LedgerTotal]] = {}
    for total in answer.totals:
        if total.label:
            groups.setdefault(total.currency, []).append(total)
    several = {currency: totals for currency, totals in groups.items() if len(totals) > 1}
    names = [currency or say("ledger_count") for currency in several]
    places = st.tabs(names) if len(several) > 1 else [st.container() for _ in several]
    for place, name, totals in zip(places, names, several.values(), strict=True):
        with place:
            _chart(totals, name, in_time=answer.chart is Chart.LINE)


def _chart(totals: Sequence[LedgerTotal], name: str, *, in_time: bool) -> None:
    import pandas as pd

    values = [float(total.amount if total.amount is not None else total.count) for total in totals]
    made = pd.DataFrame({"label": [total.label for total in totals], name: values})
    draw = st.line_chart if in_time and len(totals) > _FEW_POINTS else st.bar_chart
    draw(made, x="label", y=name, x_label="", y_label=name, height=_CHART_HEIGHT, color=_COLOUR)


def _open(rows: Sequence[LedgerRow], key: str) -> None:
    """Show the page of the row that a person chose."""
    places = st.session_state[key].selection.rows
    if places and (proof := shown(rows[places[0]])) is not None:
        mark = Mark(proof.page_number, proof.raw, proof.boxes)
        session.current().view = View(rows[places[0]].doc_id, proof.page_number, mark, key)
