"""All flows. A new one is a file beside this and a name here."""

from flows.agent_asks import AGENT_ASKS
from flows.alerts import ALERTS, PRICE_ALERT
from flows.bill import BILL
from flows.booking_acts import CALL_OFF, CONFIRM
from flows.booking_answer import BOOKING_ANSWER
from flows.buy import BUY, LOT
from flows.consents import CONSENTS
from flows.did_you_mean import DID_YOU_MEAN
from flows.dispute import DISPUTE, DISPUTE_ANSWER
from flows.dispute_back import DISPUTE_BACK
from flows.driver import DRIVER
from flows.family import FAMILY
from flows.forecast import FORECAST
from flows.grade import GRADE
from flows.handover import ARRIVAL, LOADING, WEIGHING
from flows.language import LANGUAGE
from flows.make_offer import MAKE_OFFER
from flows.me import ME, VOICE
from flows.money import MONEY
from flows.my_bookings import MY_BOOKINGS
from flows.my_data import DELETE_ME, MY_DATA
from flows.my_listings import MY_LISTINGS
from flows.my_offers import MY_OFFERS
from flows.not_here import MY_ANSWERS
from flows.pay import PAID, PAY_FLOW
from flows.payout import GET_PAID, PAYOUT_TO
from flows.pickup import NEW_CODE, PICKUP_CODE, PICKUP_DAY
from flows.price import MANDIS, PRICE
from flows.profile import PROFILE
from flows.rate import RATE
from flows.register import REGISTER
from flows.registry import FLOWS
from flows.second_look import APPEAL, DOUBT
from flows.sell import SELL
from flows.shortcodes.check import SHORTCODE_CHECK
from flows.wishes import MY_WISHES, WISH
from flows.write_to import WRITE_TO

FLOWS.update(
    {
        flow.name: flow
        for flow in (
            REGISTER,
            SELL,
            PRICE,
            MANDIS,
            FORECAST,
            ALERTS,
            PRICE_ALERT,
            MY_ANSWERS,
            MY_LISTINGS,
            BUY,
            LOT,
            WISH,
            MY_WISHES,
            PAY_FLOW,
            PAID,
            MONEY,
            MY_BOOKINGS,
            BOOKING_ANSWER,
            CONFIRM,
            CALL_OFF,
            PICKUP_DAY,
            PICKUP_CODE,
            NEW_CODE,
            DRIVER,
            LOADING,
            WEIGHING,
            ARRIVAL,
            BILL,
            DISPUTE,
            DISPUTE_ANSWER,
            DISPUTE_BACK,
            RATE,
            PAYOUT_TO,
            GET_PAID,
            MY_OFFERS,
            MAKE_OFFER,
            WRITE_TO,
            GRADE,
            APPEAL,
            DOUBT,
            LANGUAGE,
            FAMILY,
            CONSENTS,
            MY_DATA,
            DELETE_ME,
            ME,
            VOICE,
            PROFILE,
            AGENT_ASKS,
            SHORTCODE_CHECK,
            DID_YOU_MEAN,
        )
    }
)
