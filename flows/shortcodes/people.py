"""PIN, REG, LANG, HELP and UNDO."""

from flows.language import TONGUES, speak
from flows.say import Say, msg
from flows.shortcodes.answer import ONE_SMS, Answer, length, person_at, place_at, with_their_yes
from flows.shortcodes.grammar import COMMANDS
from flows.shortcodes.parse import Order
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from marketplace_core.agents import deeds, signing

SIGN_IN = msg("First sign in with your PIN, like this: PIN 4821. You have none? Ask the office.")


def pin(turn: Turn, order: Order) -> Steps[Answer]:
    tried = yield from market(
        signing.sign_in,
        agent_id=turn.person.id,
        address_id=turn.channel.address_id,
        pin=order.values["code"],
    )
    answers: dict[str, Say] = {
        "in": msg("You are signed in for today."),
        "wrong": msg("This code is wrong. Tries left: {n}.", n=tried.left),
        "locked": msg("Too many wrong codes. Try again tomorrow, or ask the office."),
        "none": SIGN_IN,
    }
    return (answers[tried.said],)


def reg(turn: Turn, order: Order) -> Steps[Answer]:
    """Nothing of it is kept as theirs before their own yes; whom nobody knew here is asked in the language named."""
    phone, tongue = order.values["phone"], order.values["lang"]
    place = yield from place_at(order.values["pin"])
    person = yield from person_at(phone)
    if person and person.registered:
        return (yield from with_their_yes(turn, order, "act", person.id, terms={}, phone=phone))
    if person is None:
        reached = yield from market(accounts.reach, channel="sms", value=phone, phone=phone)
        person = reached.person
        language, script = TONGUES[tongue]
        yield from market(accounts.set_language, person.id, language=language, script=script)
    terms = {"name": order.values["name"], "place": place.to_json()}
    return (yield from with_their_yes(turn, order, "reg", person.id, terms=terms, phone=phone))


def lang(turn: Turn, order: Order) -> Steps[Answer]:
    yield from speak(turn, order.values["lang"])
    return (msg("From now on I write {language:language}.", language=turn.person.language),)


def help_(turn: Turn, order: Order) -> Steps[Answer]:
    """One segment: all codes, or one of them with its form and an example."""
    known = COMMANDS.get(order.values.get("command", ""))
    if known:
        form, example = (Say("{form}", {"form": line}) for line in (known.form, known.example))
        whole = (form, known.does, example)
        return whole if not turn.channel.terse or length(turn, whole) <= ONE_SMS else whole[:2]
    mine = [one.code for one in COMMANDS.values() if one.who & set(turn.person.roles)] or list(COMMANDS)
    return tuple(Say("{codes}", {"codes": each}) for each in (" ".join(mine), "HELP SELL"))
    yield


def undo(turn: Turn, order: Order) -> Steps[Answer]:
    back = yield from market(deeds.take_back, agent_id=turn.person.id)
    if back is None:
        return (msg("There is nothing of the last 10 minutes to take back."),)
    if back.done:
        return (msg("Taken back: {code}.", code=back.code),)
    if back.say_again:  # the right one takes its place
        command = COMMANDS[back.code]
        what = "weight" if back.code == "PICK" else "A/B/C"
        return (msg("{code}: missing {what}. Write: {form}", code="UNDO", what=what, form=command.form),)
    return (msg("{code} cannot be taken back any more. Please ask the office.", code=back.code),)
