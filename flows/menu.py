"""The main menu: every door of the house, each a tap or a number."""

from flows.registry import flow_named
from flows.say import Option, label, msg
from flows.turn import Turn

ON = Option("on", label("Go on"), deed="go:on")
DOORS = (
    Option("sell", label("Sell"), deed="go:sell", hint=msg("Put your crop or straw up for sale")),
    Option("price", label("Price"), deed="go:price", hint=msg("Today's fair price")),
    Option("grade", label("Photo check"), deed="go:grade", hint=msg("See how good your crop is")),
    Option("my_listings", label("My listings"), deed="go:my_listings", hint=msg("See, renew or take down")),
    Option("buy", label("Buy"), deed="go:buy", hint=msg("Search near you and book")),
    Option(
        "my_bookings",
        label("My bookings"),
        deed="go:my_bookings",
        hint=msg("Confirm, cancel, see how it stands"),
    ),
    Option("me", label("Me"), deed="go:me", hint=msg("Name, place, language, my data")),
    Option("help", label("Help"), deed="go:help", hint=msg("What I can do")),
    Option("person", label("Talk to a person"), deed="go:person", hint=msg("Someone from our office")),
)


#: Who has not joined has no details to change yet, but must be able to read the menu.
LANGUAGE = Option("language", label("Language"), deed="go:language", hint=msg("Change language or letters"))


def doors(turn: Turn) -> tuple[Option, ...]:
    """Without a camera there is nothing to show to the eyes."""
    shown = tuple(door for door in DOORS if turn.channel.photos or door.id != "grade")
    return shown if turn.person.registered else tuple(LANGUAGE if door.id == "me" else door for door in shown)


def main_menu(turn: Turn, greeting: bool = True) -> None:
    frame = turn.state.top
    if frame:
        turn.say(
            msg(
                "You are in the middle of {title:say}. It is kept.",
                title=flow_named(frame.flow).title.to_json(),
            )
        )
    elif greeting and turn.person.name:
        turn.say(msg("Namaste {name}! What would you like to do?", name=turn.person.name))
    elif greeting:
        turn.say(msg("Namaste! What would you like to do?"))
    turn.offer(*((ON,) if frame else ()), *doors(turn))
