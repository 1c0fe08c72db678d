"""Answers to "where": a town with something said about it, or one name in the place of another."""

import pytest

from tests.nlu.reading import values

BESIDE = [
    ("en", "near Karnal dera", "Karnal"),
    ("hi", "करनाल के पास डेरा", "Karnal"),
    ("hi", "karnal ke paas dera gaon", "Karnal"),
    ("pa", "ਮੋਗੇ ਦੇ ਨੇੜੇ ਕੋਠੇ", "Moga"),
    ("gu", "રાજકોટની બાજુમાં વાડી", "Rajkot"),
    ("bn", "আরামবাগের কাছেই", "Arambagh"),
    ("te", "గుంటూరు పక్కనే పాలెం", "Guntur"),
    ("ta", "தேனிக்கு பக்கத்துல ஒரு பட்டி", "Theni"),
    ("kn", "ಮಂಡ್ಯದ ಹತ್ರ ಹಳ್ಳಿ", "Mandya"),
    ("ml", "മാനന്തവാടീന്ന് ഇത്തിരി ഉള്ളിലോട്ടാ", "Mananthavady"),
    ("mr", "सांगली जवळ वाडी", "Sangli"),
]


@pytest.mark.parametrize(("language", "said", "town"), BESIDE, ids=[b[1] for b in BESIDE])
def test_a_place_beside_a_town(language: str, said: str, town: str) -> None:
    assert values(said, "place", language)["place"] == {"name": town}


@pytest.mark.parametrize(
    ("language", "said", "town"),
    [
        ("mr", "नगर नाही ओ, नांदेड म्हणलो", "Nanded"),
        ("hi", "moga nahi, ludhiana bola tha", "Ludhiana"),
        ("hi", "nahi, Doraha", "Doraha"),
    ],
)
def test_one_name_in_the_place_of_another(language: str, said: str, town: str) -> None:
    assert values(said, "place", language)["place"] == {"name": town}


def test_a_village_named_after_a_town_is_itself() -> None:
    assert values("Fatehgarh Churian", "place", "pa")["place"] == {"name": "Fatehgarh Churian"}
