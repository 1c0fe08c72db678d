"""One file per kind of question."""

from flows.asks.brought import Brought
from flows.asks.choice import Choice
from flows.asks.commodity import Commodity
from flows.asks.day import Day
from flows.asks.figures import Figures
from flows.asks.lies import Lies
from flows.asks.photo import Photo
from flows.asks.pick import Pick, Row
from flows.asks.place import Where
from flows.asks.price import Price
from flows.asks.quantity import Quantity
from flows.asks.text import Text
from flows.asks.yes_no import YesNo

__all__ = [
    "Brought",
    "Choice",
    "Commodity",
    "Day",
    "Figures",
    "Lies",
    "Photo",
    "Pick",
    "Price",
    "Quantity",
    "Row",
    "Text",
    "Where",
    "YesNo",
]
