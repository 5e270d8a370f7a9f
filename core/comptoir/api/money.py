from decimal import Decimal, InvalidOperation

from comptoir.api import schemas
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money


def money_in(said: schemas.Money, *, field: str) -> Money:
    """A sum as a caller writes it. Errors: ``InvalidValue`` for what is no sum in whole coins."""
    try:
        amount = Decimal(said.amount)
    except InvalidOperation as error:
        raise InvalidValue(field=field, value=said.amount[:40]) from error
    if not amount.is_finite() or abs(amount) >= 10**9 or len(said.currency) != 3:
        raise InvalidValue(field=field, value=said.amount[:40])
    money = Money(amount, said.currency)
    if money.rounded().amount != amount:
        raise InvalidValue(field=field, value=said.amount[:40])
    return money.rounded()
