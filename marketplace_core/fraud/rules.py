"""What looks wrong, as a table: each rule with a sentence for the reviewer and how heavily it weighs.

Weight 3 is nearly sure, 2 is odd, 1 is a suspicion that many honest people will raise.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Rule:
    name: str
    weight: int
    sentence: str


SAME_PHOTO = Rule("same_photo", 3, "The very same photo was shown for another lot.")
NEAR_PHOTO = Rule("near_photo", 2, "Nearly the same photo was shown for another lot.")
LIKE_PHOTO = Rule("like_photo", 1, "The photo looks like one of somebody else's.")
PHOTO_ELSEWHERE = Rule("photo_elsewhere", 2, "The photo lies with another organisation too.")
PHOTO_FAR = Rule(
    "photo_far", 2, "The camera says that the photo was taken far from where the lot is said to lie."
)
EYES_DRIFT = Rule("eyes_drift", 2, "What the eyes see this week is unlike what they learned from.")
MANY_LISTINGS = Rule("many_listings", 2, "One person published many lots in a day.")
MANY_BOOKINGS = Rule("many_bookings", 2, "One buyer booked many times in an hour.")
FAR_AND_FAST = Rule(
    "far_and_fast", 2, "Two lots of one person lie farther apart than anybody travels in that time."
)
CASH_DIFFERENCE = Rule(
    "cash_difference", 3, "The cash that was handed in is not the cash that was collected."
)
FAR_OFF = Rule("far_off", 2, "The scales or the inspection took more than a third off the farmer's sum.")
DOUBTED_PAYMENT = Rule(
    "doubted_payment", 3, "A provider told of a payment that does not fit what was asked for."
)
SHARED_DESTINATION = Rule("shared_destination", 2, "Several people named the same account for their money.")

RULES = {
    each.name: each
    for each in (
        SAME_PHOTO,
        NEAR_PHOTO,
        LIKE_PHOTO,
        PHOTO_ELSEWHERE,
        PHOTO_FAR,
        EYES_DRIFT,
        MANY_LISTINGS,
        MANY_BOOKINGS,
        FAR_AND_FAST,
        CASH_DIFFERENCE,
        FAR_OFF,
        DOUBTED_PAYMENT,
        SHARED_DESTINATION,
    )
}

#: An honest farmer with many fields, or an agent's village, stays below.
MOST_LISTINGS_A_DAY = 10
MOST_BOOKINGS_AN_HOUR = 10
#: A loaded truck on a good road; and a slack for villages whose point is a few kilometres off.
FASTEST_KM_AN_HOUR = 90
SLACK_KM = 30
LOOK_BACK = timedelta(days=2)


def too_fast(km: float, between: timedelta) -> bool:
    """Could nobody have come from the one place to the other in that time?"""
    return km > SLACK_KM + FASTEST_KM_AN_HOUR * between.total_seconds() / 3600
