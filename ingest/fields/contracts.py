"""placeholder"""


def contract_candidates(view, pages):
    return []
