"""Which values a plan needs of a record, and which it shows."""

from retrieval.ledger.plan import DateField, Grouping, Operation, Plan, Role

_BILL_COLUMNS = ("number", "issue_date", "seller")
_CONTRACT_COLUMNS = ("title", "party")


def required(plan: Plan) -> tuple[str, ...]:
    """Values without which a record cannot be used, in the order in which a person is told of them.

    Parties by either side, and parties of contracts, are looked at apart.
    """
    names: list[str] = []
    if plan.parties is not None and plan.parties.role is not Role.EITHER and not plan.is_of_contracts:
        names.append(str(plan.parties.role))
    if plan.group in (Grouping.SELLER, Grouping.BUYER):
        names.append(str(plan.group))
    if plan.dates is not None or plan.in_time or plan.periods:
        names.append(str(plan.date_field))
    if plan.operation is Operation.LATE:
        names.append(str(DateField.DUE_DATE))
    if plan.computes or plan.amounts is not None:
        names.append(str(plan.measured))
    if plan.computes or plan.currencies or plan.group is Grouping.CURRENCY:
        names.append("currency")
    return tuple(dict.fromkeys(names))


def shown(plan: Plan) -> tuple[str, ...]:
    """Names of the columns of a plan's rows."""
    columns = list(_CONTRACT_COLUMNS if plan.is_of_contracts else _BILL_COLUMNS)
    if Grouping.BUYER == plan.group or (
        plan.parties and plan.parties.role is not Role.SELLER and not plan.is_of_contracts
    ):
        columns.append("buyer")
    columns += [name for name in required(plan) if name != "currency"]
    if plan.operation is Operation.VALUE and plan.field is not None:
        columns.append(str(plan.field))
    if not plan.is_of_contracts or plan.computes or plan.amounts is not None:
        columns += [str(plan.measured), "currency"]
    return tuple(dict.fromkeys(columns))


def loaded(plan: Plan) -> tuple[str, ...]:
    """Names of all values that are read with a record."""
    names = [*required(plan), *shown(plan)]
    if plan.operation is Operation.MISSING and plan.field is not None:
        names.append(str(plan.field))
    if not plan.is_of_contracts:
        names += ["seller", "buyer", "number"]
    return tuple(name for name in dict.fromkeys(names) if name != "party")
