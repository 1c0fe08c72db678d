"""Which way a booking may go, who may move it there, and what happens when nobody does."""

from datetime import timedelta

from marketplace_core.parties import BUYER, DRIVER, OPERATOR, SELLER
from marketplace_core.transitions import TIME, Condition, Life, Move

STATES = ("pending", "confirmed", "in_transit", "delivered", "completed", "cancelled", "disputed")

#: The seller's yes; the buyer's money; a word against the bill.
CONFIRM_WITHIN = timedelta(hours=24)
PAY_WITHIN = timedelta(hours=72)
REMIND_BEFORE = timedelta(hours=24)
OBJECT_WITHIN = timedelta(hours=48)

SECURED = Condition("secured", "the money is held, or cash on delivery was agreed")
UNPAID = Condition("unpaid", "the agreed advance is not held")
PICKUP_CODE = Condition("pickup_code", "the driver has said the farmer's pickup code")
WEIGHED = Condition("weighed", "the goods were weighed")
NOT_WEIGHED = Condition(
    "not_weighed",
    "the goods were not weighed yet, or the same hand puts it right within 10 minutes; the office corrects a weight",
)
NOT_INSPECTED = Condition(
    "not_inspected",
    "the goods were not inspected yet, or the same hand puts it right within 10 minutes; the office corrects a report",
)
BILL_AGREED = Condition("bill_agreed", "the farmer agreed to the bill, or nothing was taken off it")

SIDES = (BUYER, SELLER)
AT_THE_SCALES = (DRIVER, BUYER, OPERATOR)

BOOKING_LIFE = Life(
    "booking",
    STATES,
    (
        Move("confirm", ("pending",), "confirmed", (SELLER, OPERATOR), tells=(BUYER,)),
        Move("cancel", ("pending", "confirmed"), "cancelled", (BUYER, SELLER, OPERATOR), tells=SIDES),
        Move("unanswered", ("pending",), "cancelled", (TIME,), after=CONFIRM_WITHIN, tells=SIDES),
        Move(
            "unpaid",
            ("confirmed",),
            "cancelled",
            (TIME,),
            (UNPAID,),
            after=PAY_WITHIN,
            since="confirmed_at",
            tells=SIDES,
        ),
        Move(
            "agree_pickup",
            ("confirmed",),
            "confirmed",
            (BUYER, SELLER, OPERATOR),
            event="pickup_agreed",
            tells=(*SIDES, DRIVER),
        ),
        Move(
            "assign_driver",
            ("confirmed",),
            "confirmed",
            (BUYER, OPERATOR),
            event="driver_assigned",
            tells=(SELLER, DRIVER),
        ),
        Move(
            "renew_code",
            ("confirmed",),
            "confirmed",
            (SELLER, OPERATOR),
            event="pickup_code_renewed",
            tells=(SELLER,),
        ),
        Move(
            "pick_up",
            ("confirmed",),
            "in_transit",
            (DRIVER, OPERATOR),
            (SECURED, PICKUP_CODE),
            tells=SIDES,
        ),
        Move(
            "weigh",
            ("in_transit",),
            "in_transit",
            AT_THE_SCALES,
            (NOT_WEIGHED,),
            event="weighed",
            tells=SIDES,
        ),
        Move("weigh", ("delivered",), "delivered", (OPERATOR,), (NOT_WEIGHED,), event="weighed", tells=SIDES),
        Move("weigh", ("disputed",), "disputed", (OPERATOR,), (NOT_WEIGHED,), event="weighed", tells=SIDES),
        Move(
            "inspect",
            ("in_transit",),
            "in_transit",
            AT_THE_SCALES,
            (NOT_INSPECTED,),
            event="inspected",
            tells=SIDES,
        ),
        Move(
            "inspect",
            ("delivered",),
            "delivered",
            (BUYER, OPERATOR),
            (NOT_INSPECTED,),
            event="inspected",
            tells=SIDES,
        ),
        Move(
            "inspect",
            ("disputed",),
            "disputed",
            (OPERATOR,),
            (NOT_INSPECTED,),
            event="inspected",
            tells=SIDES,
        ),
        Move("deliver", ("in_transit",), "delivered", AT_THE_SCALES, (WEIGHED,), tells=SIDES),
        Move(
            "agree_bill",
            ("delivered",),
            "delivered",
            (SELLER, OPERATOR),
            event="bill_agreed",
            tells=(BUYER,),
        ),
        Move("complete", ("delivered",), "completed", (BUYER, OPERATOR), (BILL_AGREED,), tells=SIDES),
        Move(
            "unopposed",
            ("delivered",),
            "completed",
            (TIME,),
            (WEIGHED,),
            after=OBJECT_WITHIN,
            since="billed_at",
            tells=SIDES,
        ),
        Move("dispute", ("in_transit", "delivered"), "disputed", (BUYER, SELLER, OPERATOR), tells=SIDES),
        # A dispute withdrawn leads back to where it was opened; one decided, to the end.
        Move("resume_journey", ("disputed",), "in_transit", (BUYER, SELLER, OPERATOR), event="resumed"),
        Move("resume", ("disputed",), "delivered", (BUYER, SELLER, OPERATOR), event="resumed"),
        Move("decide", ("disputed",), "completed", (OPERATOR,), tells=SIDES),
        Move("refund", ("disputed",), "cancelled", (OPERATOR,), tells=SIDES),
    ),
)
