"""All flows. A new one is a file beside this and a name here."""

from flows.booking_answer import BOOKING_ANSWER
from flows.buy import BUY
from flows.did_you_mean import DID_YOU_MEAN
from flows.grade import GRADE
from flows.language import LANGUAGE
from flows.my_bookings import MY_BOOKINGS
from flows.my_listings import MY_LISTINGS
from flows.price import PRICE
from flows.profile import PROFILE
from flows.register import REGISTER
from flows.registry import FLOWS
from flows.second_look import APPEAL, DOUBT
from flows.sell import SELL

FLOWS.update(
    {
        flow.name: flow
        for flow in (
            REGISTER,
            SELL,
            PRICE,
            MY_LISTINGS,
            BUY,
            MY_BOOKINGS,
            BOOKING_ANSWER,
            GRADE,
            APPEAL,
            DOUBT,
            LANGUAGE,
            PROFILE,
            DID_YOU_MEAN,
        )
    }
)
