"""Every table of the market, so that whoever imports this has the whole metadata."""

from marketplace_core.accounts.models import acting, address, consent, person, profile
from marketplace_core.agents.models import ask as agent_ask
from marketplace_core.agents.models import day as agent_day
from marketplace_core.agents.models import deed as agent_deed
from marketplace_core.agents.models import pin as agent_pin
from marketplace_core.alerts.models import price_alert
from marketplace_core.api.models import idempotency_key, request_count
from marketplace_core.audit.models import chain as audit_chain
from marketplace_core.audit.models import entry as audit_entry
from marketplace_core.audit.models import personal as audit_personal
from marketplace_core.bookings.models import booking, inspection, pickup, weighment
from marketplace_core.db.schema import metadata
from marketplace_core.disputes.models import dispute
from marketplace_core.escrow.models import cash_handover, escrow_hold
from marketplace_core.events import event
from marketplace_core.fraud.models import flag
from marketplace_core.grading.models import eye_model, grade_label, grade_rule, grading
from marketplace_core.kyc.models import document as kyc_document
from marketplace_core.kyc.models import kyc
from marketplace_core.ledger.models import account as ledger_account
from marketplace_core.ledger.models import open_hold as ledger_open_hold
from marketplace_core.ledger.models import transfer as ledger_transfer
from marketplace_core.listings.models import listing
from marketplace_core.logins.models import login_code, refresh_token, session
from marketplace_core.lots.models import batch, batch_lot
from marketplace_core.notifications.models import notification
from marketplace_core.offers.models import offer, offer_step
from marketplace_core.payments.models import day as payment_day
from marketplace_core.payments.models import payment, refund
from marketplace_core.payments.models import word as payment_word
from marketplace_core.payouts.models import destination as payout_destination
from marketplace_core.payouts.models import payout
from marketplace_core.photos.models import photo, photo_use
from marketplace_core.places.models import district, pincode, post_office
from marketplace_core.pricing.models import market, market_price, price_edition, residue_reference
from marketplace_core.privacy.models import deletion, erased_file
from marketplace_core.questions.models import kept_question
from marketplace_core.ratings.models import rating
from marketplace_core.talks.models import talk
from marketplace_core.tenants.models import tenant, tenant_number
from marketplace_core.webhooks.models import attempt as webhook_attempt
from marketplace_core.webhooks.models import delivery as webhook_delivery
from marketplace_core.webhooks.models import endpoint as webhook_endpoint
from marketplace_core.webhooks.models import secret as webhook_secret
from marketplace_core.window.models import open_listing
from marketplace_core.wishes.models import wish, wish_match

#: Shared by all tenants and filled from shipped data.
REFERENCE = (pincode, district, post_office, market, market_price, price_edition)

#: Who the tenants are, read before there is a seat; nothing personal, no fence.
REGISTRY = (tenant, tenant_number)

#: What every market shows to everybody: no fence, nothing personal, and not the app's to write.
WINDOW = (open_listing,)

#: Whatever has no fence; the tests hold every other table to one.
SHARED = (*REFERENCE, *REGISTRY, *WINDOW)

TENANTS_OWN = (
    person,
    address,
    profile,
    acting,
    consent,
    listing,
    wish,
    wish_match,
    price_alert,
    kept_question,
    offer,
    offer_step,
    talk,
    booking,
    pickup,
    weighment,
    inspection,
    dispute,
    rating,
    event,
    photo,
    photo_use,
    flag,
    grading,
    grade_rule,
    grade_label,
    eye_model,
    residue_reference,
    login_code,
    session,
    refresh_token,
    idempotency_key,
    request_count,
    kyc,
    kyc_document,
    payment,
    payment_day,
    refund,
    payment_word,
    payout_destination,
    payout,
    batch,
    batch_lot,
    ledger_account,
    ledger_transfer,
    ledger_open_hold,
    escrow_hold,
    cash_handover,
    audit_entry,
    audit_personal,
    audit_chain,
    deletion,
    erased_file,
    webhook_endpoint,
    webhook_secret,
    webhook_delivery,
    webhook_attempt,
    notification,
    agent_pin,
    agent_day,
    agent_ask,
    agent_deed,
)

__all__ = ["REFERENCE", "REGISTRY", "SHARED", "TENANTS_OWN", "WINDOW", "metadata"]
