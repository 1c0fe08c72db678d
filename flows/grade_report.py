"""What became of a photo, told by itself: what was seen, what was said, what was measured, and what to do now.

Shares of straw are rounded to tens: the eyes see no more. Moisture is never seen, and the words say so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.agenda import MENU, open_flow, proceed
from flows.heard import News
from flows.say import Option, Picture, Say, count, label, msg, verbatim
from flows.second_look import DOUBT
from flows.turn import Steps, Turn, market
from marketplace_core.grading import queries
from marketplace_core.grading.queries import Grading
from marketplace_core.grading.report import Answers

#: Which fault, and the one thing to do about it.
FAULTS: Mapping[str, Say] = {
    "not_a_photo": msg("I could not open the photo. Take a new one with the camera."),
    "too_dark": msg("The photo is too dark. Take a new one in daylight."),
    "too_bright": msg("The photo is too bright. Take a new one in the shade."),
    "blurred": msg("The photo is blurred. Hold the phone still and take a new one."),
    "too_small": msg("The photo is too small. Send it as the camera took it."),
    "too_far": msg("The photo is from too far away. Go closer and take a new one."),
    "screen": msg("This is a photo of a screen. Photograph the crop itself."),
    "not_a_crop": msg("I see no crop in the photo. Photograph it from close."),
    "unknown_residue": msg("I cannot judge this residue yet. An agent will look at it. I write to you then."),
}
SHARES: Mapping[str, Say] = {
    "sound": msg("{percent} % sound"),
    "broken": msg("{percent} % broken"),
    "damaged": msg("{percent} % damaged"),
    "foreign": msg("{percent} % foreign"),
    "husk": msg("{percent} % in the husk"),
}
STRAW: Mapping[str, Say] = {
    "soil": msg("about {percent} % soil"),
    "green": msg("about {percent} % green"),
    "dark": msg("about {percent} % dark"),
}
ADVICE: Mapping[str, Say] = {
    "sieve_clean": msg("Sieve it once more: dust, stones and chaff lower the grade."),
    "sort_damaged": msg("Take out the dark and eaten grains."),
    "thresh_gently": msg("Thresh more slowly: fewer grains break."),
    "thresh_again": msg("Thresh or winnow once more: grains are still in the husk."),
    "dry_more": msg("Dry it in the sun before you sell."),
    "keep_off_soil": msg("Lift the straw without soil: set the rake higher."),
    "let_dry": msg("Let it lie until nothing is green."),
    "part_dark": msg("Keep wet or mouldy straw apart from the good."),
    "dry_after_rain": msg("Turn it and let it dry through after rain."),
    "sell_soon": msg("Sell soon: old straw is worth less."),
    "cover_up": msg("Bring it under cover: in the open it rots."),
    "meter_moisture": msg("Have an agent measure how dry it is: that makes the grade sure."),
    "show_an_agent": msg("Show the plant to an agent or the Krishi Vigyan Kendra before you do anything."),
    "water_less": msg("Water less, and not on cloudy days."),
    "cover_tubers": msg("Heap earth over the tubers."),
    "clear_sick_plants": msg("Destroy rotten tubers and heaps of waste."),
}
SICK: Mapping[str, Say] = {
    "leaf_miner": msg("leaf miner"),
    "rust": msg("leaf rust"),
    "phoma": msg("phoma"),
    "cercospora": msg("brown eye spot"),
    "early_blight": msg("early blight"),
    "late_blight": msg("late blight"),
}
KEPT: Mapping[str, Say] = {
    "field": msg("kept in the open"),
    "covered": msg("kept under a cover"),
    "shed": msg("kept in a shed"),
}
#: Smaller shares of straw than this are not worth a word.
WORTH_SAYING = 0.05


def graded(turn: Turn, news: News) -> Steps[None]:
    given = yield from _found(news)
    if not given:
        return
    if given.judged_by == "agent":
        turn.say(
            msg(
                "An agent has looked at your {what:commodity}: grade {grade}.",
                what=given.commodity,
                grade=given.grade,
            )
        )
        turn.say(_measured(given))
        if given.advice:
            turn.say(verbatim(given.advice))
        _next(turn, *_sell(given))
        return
    by_agmark = any(
        "AGMARK" in limit.source for limit in (yield from market(queries.limits, given.commodity))
    )
    turn.say(
        msg("{what:commodity}: grade {grade}, by the AGMARK limits.", what=given.commodity, grade=given.grade)
        if by_agmark
        else msg(
            "{what:commodity}: grade {grade}, by our own limits.", what=given.commodity, grade=given.grade
        )
    )
    _account(turn, given)
    _advise(turn, given, 1)
    if given.listing:
        turn.say(msg("It stands with your sale {code} now.", code=given.listing))
    _next(turn, *_sell(given), _ask_an_agent(given))


def not_gradable(turn: Turn, news: News) -> Steps[None]:
    given = yield from _found(news)
    if not given:
        return
    if given.judged_by == "agent":
        turn.say(msg("An agent could not judge your photo."), verbatim(given.advice or ""))
        _next(turn, _new_photo(given))
        return
    why = (given.report or {}).get("why") or ["not_a_photo"]
    turn.say(FAULTS[why[0]])
    _next(turn, _new_photo(given), _ask_an_agent(given))


def advised(turn: Turn, news: News) -> Steps[None]:
    """A leaf: a suspicion, never a remedy that one buys."""
    given = yield from _found(news)
    leaf = (given.report or {}).get("leaf") if given else None
    if not given or not leaf:
        return
    if leaf["state"] == "healthy":
        turn.say(msg("The leaf looks healthy. A photo shows only what is outside."))
    else:
        sick = SICK.get(leaf["state"])
        turn.say(
            msg("The leaf may have {sick:say}. A photo is only a suspicion.", sick=sick.to_json())
            if sick
            else msg("The leaf may be sick. A photo is only a suspicion.")
        )
        _advise(turn, given, 4)
    _next(turn, _ask_an_agent(given))


def seen(turn: Turn, news: News) -> Steps[None]:
    """Not sure: an agent will look. Or the picture shows something else than was said."""
    given = yield from _found(news)
    if not given or given.state != "asked":
        return
    report = given.report or {}
    if report.get("doubt"):
        open_flow(turn, DOUBT, {"code": given.code})
        yield from proceed(turn)
        return
    if report.get("why"):
        turn.say(FAULTS[report["why"][0]])
    elif report.get("grade"):
        turn.say(
            msg(
                "{what:commodity}: perhaps grade {grade}. I am not sure: an agent will look, and I write to you then.",
                what=given.commodity,
                grade=report["grade"],
            )
        )
        _account(turn, given)
    else:
        turn.say(
            msg(
                "I cannot grade {what:commodity} from a photo yet. An agent will look, and I write to you then.",
                what=given.commodity,
            )
        )
    _next(turn, *_sell(given))


def _found(news: News) -> Steps[Grading | None]:
    """None for one of a batch: who sent hundreds reads them in a list."""
    given = yield from market(queries.by_code, news.subject)
    return given if given and given.batch is None else None


def _account(turn: Turn, given: Grading) -> None:
    """Seen, said, measured: a line each; where lines cost money, only the first."""
    report = given.report or {}
    if seen := _seen(report):
        turn.say(seen)
    if given.picture:
        turn.picture = Picture(given.picture, msg("The grains that I counted."))
    if turn.channel.terse:
        return
    if said := _said(given.answers):
        turn.say(msg("You said: {said:list}.", said=[each.to_json() for each in said]))
    turn.say(_measured(given))
    if heat := report.get("calorific"):
        turn.say(
            msg(
                "Heat: {low} to {high} GJ a tonne. That is usual for it, not measured.",
                low=_plain(heat["low"]),
                high=_plain(heat["high"]),
            )
        )


def _seen(report: Mapping[str, Any]) -> Say | None:
    if grain := report.get("grain"):
        shares = [
            Say(say.text, {"percent": round(100 * grain["shares"][name])}).to_json()
            for name, say in SHARES.items()
            if round(100 * grain["shares"].get(name, 0))
        ]
        return msg("Seen: {kernels} grains, {shares:list}.", kernels=grain["kernels"], shares=shares)
    if straw := report.get("straw"):
        parts = {"soil": 1 - straw["cover"], "green": straw["green"], "dark": straw["dark"]}
        shares = [
            Say(STRAW[name].text, {"percent": max(10, round(10 * share) * 10)}).to_json()
            for name, share in parts.items()
            if share >= WORTH_SAYING
        ]
        return msg("Seen: {shares:list}.", shares=shares) if shares else msg("Seen: clean straw.")
    return None


def _said(answers: Answers) -> Sequence[Say]:
    said = []
    if answers.days_since_harvest is not None:
        said.append(count("cut {n} day ago", "cut {n} days ago", answers.days_since_harvest))
    if answers.rained_on is not None:
        said.append(msg("rain fell on it") if answers.rained_on else msg("no rain fell on it"))
    if answers.stored:
        said.append(KEPT[answers.stored])
    if answers.moisture and answers.moisture.source == "farmer":
        said.append(msg("moisture {percent} %", percent=_plain(100 * answers.moisture.value)))
    return said


def _measured(given: Grading) -> Say:
    if given.moisture_permille is None or given.moisture_source == "farmer":
        return msg("Measured: nothing. No photo shows how wet it is.")
    percent = _plain(given.moisture_permille / 10)
    if given.moisture_source == "meter":
        return msg("Measured: moisture {percent} %, with a meter.", percent=percent)
    return msg("Moisture {percent} %, as the agent judged it.", percent=percent)


def _advise(turn: Turn, given: Grading, most: int) -> None:
    turn.say(*(ADVICE[key] for key in (given.report or {}).get("advice", ())[:most]))


def _plain(figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0")


def _next(turn: Turn, *options: Option) -> None:
    """News that asks nothing leaves an open question its numbers."""
    if not turn.state.frames:
        turn.offer(*options, MENU)


def _sell(given: Grading) -> tuple[Option, ...]:
    if given.listing:
        return (Option("mine", label("My listings"), deed="go:my_listings"),)
    return (Option("sell", label("Sell"), deed=f"go:sell:{given.commodity}:{given.code}"),)


def _ask_an_agent(given: Grading) -> Option:
    return Option("agent", label("Ask an agent"), deed=f"go:appeal:{given.code}")


def _new_photo(given: Grading) -> Option:
    lot = f":{given.listing}" if given.listing else ""
    return Option("again", label("New photo"), deed=f"go:grade:{given.commodity}{lot}")
