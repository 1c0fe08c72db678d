"""The main menu: every door of the house, each a tap or a number."""

from flows.registry import flow_named
from flows.say import Option, label, msg
from flows.turn import Turn

ON = Option("on", label("Go on"), deed="go:on")
DOORS = (
    Option("sell", label("Sell"), msg("Put your crop or straw up for sale"), "go:sell"),
    Option("price", label("Price"), msg("Today's fair price"), "go:price"),
    Option("my_listings", label("My listings"), msg("See, renew or take down"), "go:my_listings"),
    Option("buy", label("Buy"), msg("Search near you and book"), "go:buy"),
    Option("my_bookings", label("My bookings"), msg("Confirm, cancel, see how it stands"), "go:my_bookings"),
    Option("language", label("Language"), msg("Change language or letters"), "go:language"),
    Option("help", label("Help"), msg("What I can do"), "go:help"),
    Option("person", label("Talk to a person"), msg("Someone from our office"), "go:person"),
)


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
    turn.offer(*((ON,) if frame else ()), *DOORS)
