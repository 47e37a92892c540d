"""Parts of `draw_ledger_set.py`: the known table, its pages, and questions with their answers."""
