"""Which ways of paying are set up, and what the payer needs to see for each."""

from dataclasses import dataclass

from marketplace_core.payments.queries import Payment
from marketplace_core.payments.upi import upi_link
from marketplace_core.settings import MarketSettings

#: Always there: somebody looks at the bank account. Everything else needs a setting.
BY_HAND = "bank"


@dataclass(frozen=True)
class HowToPay:
    """What to show. None of it proves anything: paid is what the bank or the provider says is paid."""

    method: str
    code: str
    paise: int
    link: str | None = None
    account: str | None = None
    order: str | None = None
    key_id: str | None = None


def methods(settings: MarketSettings) -> tuple[str, ...]:
    offered = [BY_HAND]
    if settings.pay_to_vpa:
        offered.append("upi")
    if settings.razorpay_key_id and settings.razorpay_key_secret:
        offered.append("razorpay")
    return tuple(offered)


def link_to_pay(code: str, paise: int, settings: MarketSettings) -> str | None:
    if not settings.pay_to_vpa:
        return None
    return upi_link(settings.pay_to_vpa, settings.pay_to_name, paise, code)


def how_to_pay(payment: Payment, settings: MarketSettings) -> HowToPay:
    shown = HowToPay(payment.method, payment.code, payment.paise)
    if payment.method == "upi":
        link = link_to_pay(payment.code, payment.paise, settings)
        return HowToPay(payment.method, payment.code, payment.paise, link=link)
    if payment.method == "razorpay":
        order, key_id = payment.provider_order, settings.razorpay_key_id
        return HowToPay(payment.method, payment.code, payment.paise, order=order, key_id=key_id)
    if payment.method == BY_HAND:
        account = settings.pay_to_account
        return HowToPay(payment.method, payment.code, payment.paise, account=account)
    return shown
