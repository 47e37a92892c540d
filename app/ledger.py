"""What was computed from the ledger: a chart where people would rather look, the rows that counted, and downloads."""

from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.escaping import as_label
from app.session import Mark, View
from app.texts import Texts
from ingest.fields.export import csv_of, xlsx_of
from retrieval.ledger.model import Chart, LedgerAnswer, LedgerRow, Proof
from retrieval.ledger.wording import field_name

_ROWS_SHOWN = 8  # of the table; more of them scroll
_ROW_HEIGHT = 36
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
        _chart(answer, say)
    if not answer.rows:
        return
    table = table_of(answer, question, say)
    st.caption(as_label(say("ledger_rows")))
    chosen = st.dataframe(
        table,
        key=f"ledger_{index}",
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(answer.rows), _ROWS_SHOWN) + 1) + 3,
        on_select="rerun",
        selection_mode="single-row",
    )
    _open(answer, chosen, f"ledger_{index}")
    with st.container(horizontal=True, gap="small", key=f"ledger_files_{index}"):
        name = say("ledger_file")
        st.download_button("CSV", csv_of(table), f"{name}.csv", "text/csv", key=f"csv_{index}", on_click="ignore")
        st.download_button("Excel", xlsx_of(table), f"{name}.xlsx", _XLSX, key=f"xlsx_{index}", on_click="ignore")


def table_of(answer: LedgerAnswer, question: str, say: Texts) -> Any:
    """The rows as a pandas DataFrame: the document, the page, and a column for each field; amounts are decimals."""
    import pandas as pd

    columns = [say("ledger_document"), say("ledger_page"), *(field_name(name, question) for name in answer.columns)]
    rows = [
        [row.source, proof.page_number if (proof := shown(row)) else None, *map(_cell, row.proofs, row.cells)]
        for row in answer.rows
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def shown(row: LedgerRow) -> Proof | None:
    """The value of a row whose page is opened: an amount rather than a date or a name."""
    on_pages = [proof for proof in row.proofs if proof is not None and proof.page_number]
    return next((proof for proof in on_pages if proof.scaled is not None), on_pages[0] if on_pages else None)


def _cell(proof: Proof | None, text: str) -> object:
    return Decimal(proof.value) if proof is not None and proof.scaled is not None else text


def _chart(answer: LedgerAnswer, say: Texts) -> None:
    """A chart for each currency: different moneys have no common axis."""
    import pandas as pd

    groups = [total for total in answer.totals if total.label]
    for currency in dict.fromkeys(total.currency for total in groups):
        of_one = [total for total in groups if total.currency == currency]
        values = [float(total.amount if total.amount is not None else total.count) for total in of_one]
        name = currency or say("ledger_count")
        made = pd.DataFrame({"label": [total.label for total in of_one], name: values})
        draw = st.line_chart if answer.chart is Chart.LINE and len(of_one) > 2 else st.bar_chart
        draw(made, x="label", y=name, x_label="", y_label=name, height=260)


def _open(answer: LedgerAnswer, chosen: Any, key: str) -> None:
    """Show the page of the row that a person chose, once for each choice."""
    places = chosen.selection.rows
    known = f"{key}_opened"
    if st.session_state.get(known) == places:
        return
    st.session_state[known] = places
    if not places or places[0] >= len(answer.rows):
        return
    row = answer.rows[places[0]]
    if (proof := shown(row)) is not None:
        mark = Mark(proof.page_number, proof.raw, proof.boxes)
        session.current().view = View(row.doc_id, proof.page_number, mark, key)
        st.rerun()
