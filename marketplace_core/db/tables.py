"""Every table of the market, so that whoever imports this has the whole metadata."""

from marketplace_core.accounts.models import address, consent, person
from marketplace_core.audit.models import chain as audit_chain
from marketplace_core.audit.models import entry as audit_entry
from marketplace_core.audit.models import personal as audit_personal
from marketplace_core.bookings.models import booking
from marketplace_core.db.schema import metadata
from marketplace_core.events import event
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer
from marketplace_core.places.models import district, pincode, post_office
from marketplace_core.pricing.models import reference_price
from marketplace_core.tenants.models import tenant, tenant_number
from marketplace_core.window.models import open_listing

#: Shared by all tenants and filled from shipped data.
REFERENCE = (pincode, district, post_office, reference_price)

#: Who the tenants are, read before there is a seat; nothing personal, no fence.
REGISTRY = (tenant, tenant_number)

#: What every market shows to everybody: no fence, nothing personal, and not the app's to write.
WINDOW = (open_listing,)

#: Whatever has no fence; the tests hold every other table to one.
SHARED = (*REFERENCE, *REGISTRY, *WINDOW)

TENANTS_OWN = (
    person,
    address,
    consent,
    listing,
    offer,
    booking,
    event,
    audit_entry,
    audit_personal,
    audit_chain,
)

__all__ = ["REFERENCE", "REGISTRY", "SHARED", "TENANTS_OWN", "WINDOW", "metadata"]
