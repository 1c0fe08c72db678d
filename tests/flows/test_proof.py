"""Who writes in another's name does not get the code; who gets it opens what it was asked for, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest

import flows.catalogue  # noqa: F401 - fills the registry
from flows import proof
from flows.flow import Flow
from flows.heard import Heard
from flows.registry import FLOWS
from flows.say import msg
from flows.state import Frame, State
from flows.turn import Channel, Do, Turn
from marketplace_core.accounts import Person
from marketplace_core.logins.proofs import Drawn, draw, fits, sealed
from tests.conftest import NOW

SMS, WHATSAPP = Channel("sms", address_id=uuid4(), terse=True), Channel("whatsapp")
RISKY = Flow("risky", msg("the booking"), (), lambda turn, frame: iter(()), guarded=lambda turn, frame: True)  # type: ignore[arg-type,return-value]
HARMLESS = Flow("harmless", msg("the booking"), (), lambda turn, frame: iter(()))  # type: ignore[arg-type,return-value]


def person() -> Person:
    return Person(uuid4(), "Asha", "en", "native", (), None, True)


def sitting(text: str = "", state: State | None = None, channel: Channel = SMS, minutes: int = 0) -> Turn:
    return Turn(person(), channel, state or State([pickup()]), Heard(text), NOW + timedelta(minutes=minutes))


def pickup() -> Frame:
    return Frame("pickup", slots={"code": "B7QK2M", "day": "2026-11-23", "window": "midday"})


def asked(turn: Turn, code: str = "4821") -> bool:
    """Puts the question, with a code that is not left to chance."""
    steps = proof.ask(turn, turn.state.frames[-1])
    try:
        request = next(steps)
        assert request == Do(draw, (), {})
        steps.send(Drawn(code, sealed(code, "salt")))
    except StopIteration as end:
        return bool(end.value)
    raise AssertionError("it asks for one thing only")


def test_only_what_moves_goods_over_a_forgeable_channel_needs_a_code() -> None:
    turn = sitting()
    frame = turn.state.frames[-1]
    assert proof.needed(turn, frame, RISKY)
    assert not proof.needed(turn, frame, HARMLESS)
    assert not proof.needed(sitting(channel=WHATSAPP), frame, RISKY)


def test_who_calls_may_be_anybody_but_whom_we_rang_is_at_their_own_phone() -> None:
    called, rung = sitting(channel=Channel("voice")), sitting(channel=Channel("voice", rung=True))
    assert proof.needed(called, called.state.frames[-1], RISKY)
    assert not proof.needed(rung, rung.state.frames[-1], RISKY)


def test_a_caller_hears_no_code_and_pressing_again_sends_no_second_one() -> None:
    turn = sitting(state=State([pickup()]), channel=Channel("voice"))
    assert asked(turn)
    says, is_it_you = turn.agreed
    assert turn.words(says) == "Pickup day: B7QK2M, Mon 23 Nov, Midday"
    assert is_it_you == msg("Is it you? Then send back {code}. Not you? Do nothing.", code="4821")
    assert "4821" not in str(turn.parts)
    again = sitting(state=turn.state, channel=Channel("voice"), minutes=1)
    again.state.frames[-1].stage = "ask"  # they went to the menu and came back
    assert list(proof.ask(again, turn.state.frames[-1])) == [] and not again.agreed
    assert again.state.frames[-1].stage == "code"


def on_call(call: str) -> Channel:
    return Channel("voice", call=call)


def agreed_to_in(call: str, state: State, minutes: int = 0) -> Turn:
    """One thing more, in a call, where a code lives already."""
    state.frames.append(pickup())
    turn = sitting(state=state, channel=on_call(call), minutes=minutes)
    assert list(proof.ask(turn, state.frames[-1])) == []
    return turn


def test_one_code_opens_all_that_one_call_agreed_to_the_first_thing_first() -> None:
    state = State([Frame("menu"), pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    more = agreed_to_in("CA1", state, minutes=1)
    assert [proof.is_asked_in(say) for say in more.agreed] == [False]  # it is named, and the code is the same
    menu, first, second = state.frames
    state.frames[:] = [first, second, menu]  # they went on talking
    turn = sitting("4821", state, minutes=2)
    assert proof.answered(turn) and state.frames == [menu, second, first]
    assert not proof.needed(turn, first, RISKY) and not proof.needed(turn, second, RISKY)
    assert proof.needed(turn, menu, RISKY)


def test_the_code_of_one_call_is_none_for_the_next() -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    state.frames.append(pickup())
    other = sitting(state=state, channel=on_call("CA2"), minutes=1)
    assert asked(other, "5932")
    turn = sitting("5932", state, minutes=2)
    assert proof.answered(turn) and len(turn.proven) == 1 and len(other.agreed) == 2


def test_what_was_changed_after_the_code_was_drawn_is_named_too() -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    state.frames[-1].slots["window"] = "morning"
    again = sitting(state=state, channel=on_call("CA1"), minutes=1)
    assert list(proof.ask(again, state.frames[-1])) == []
    assert [again.words(say) for say in again.agreed] == ["Pickup day: B7QK2M, Mon 23 Nov, Morning"]


def test_what_was_opened_anew_since_is_not_opened_by_the_old_code() -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    agreed_to_in("CA1", state, minutes=1)
    first, second = state.frames
    second.stage = "review"  # they are changing it
    turn = sitting("4821", state, minutes=2)
    assert proof.answered(turn) and state.frames == [second, first]
    assert not proof.needed(turn, first, RISKY) and proof.needed(turn, second, RISKY)


def test_below_another_question_the_code_is_heard_and_three_wrong_ones_end_it_there_too() -> None:
    state = State([pickup(), Frame("menu")])
    state.frames.reverse()
    asked(sitting(state=state, channel=on_call("CA1")))
    state.frames.reverse()
    assert not proof.answered(sitting("4821", state, on_call("CA1")))  # by keys, before anything was written
    for guess in ("2500", "2600"):
        assert not proof.answered(sitting(guess, state))
        assert fits(state.proof["seal"], "4821")
    assert not proof.answered(sitting("2700", state))
    assert not proof.answered(sitting("4821", state))


@pytest.mark.parametrize("asking", ["price", "quantity"])
def test_where_a_sum_is_asked_for_four_digits_are_neither_a_code_nor_a_guess(asking: str) -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    state.frames.append(Frame("sell", asking=asking))
    for said in ("2500", "2150", "1900", "4821"):
        assert not proof.answered(sitting(said, state))
    state.frames.pop()
    assert proof.answered(sitting("4821", state))


def test_the_code_is_good_for_ten_minutes_from_the_last_yes_of_the_call() -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    more = agreed_to_in("CA1", state, minutes=11)
    assert [proof.is_asked_in(say) for say in more.agreed] == [False]
    late, in_time = (sitting("4821", state, minutes=minutes) for minutes in (22, 20))
    assert proof.answered(late) and not late.proven
    assert proof.answered(in_time) and len(in_time.proven) == 2


def test_by_sms_a_code_asked_for_once_more_says_what_it_is_for() -> None:
    state = State([pickup()])
    asked(sitting(state=state, channel=on_call("CA1")))
    agreed_to_in("CA1", state, minutes=1)
    assert proof.answered(sitting("0000", state, minutes=2))
    again = sitting(state=state, minutes=2)
    asked(again, "5932")
    stake = "Pickup day: B7QK2M, Mon 23 Nov, Midday"
    assert [again.words(say) for say in again.parts] == [stake, stake, again.words(proof.asks("5932"))]
    both = sitting("5932", state, minutes=3)
    assert proof.answered(both) and len(both.proven) == 2


def test_what_was_never_proven_is_looked_at_again_where_nobody_can_forge() -> None:
    turn = sitting()
    asked(turn)
    frame = turn.state.frames[-1]
    assert not proof.doubted(sitting(state=turn.state), frame)
    assert proof.doubted(sitting(state=turn.state, channel=WHATSAPP), frame)
    proven = sitting("4821", turn.state, WHATSAPP)
    proof.answered(proven)
    assert not proof.doubted(proven, frame)


def test_which_flows_ask_for_a_code_and_when() -> None:
    """Whatever moves goods or money, binds or gives away; a no, a look and "later" need none."""
    nobodys = Flow.__dataclass_fields__["guarded"].default
    assert sorted(name for name, flow in FLOWS.items() if flow.guarded is not nobodys) == [
        "agent_asks",
        "arrival",
        "bill",
        "booking_answer",
        "buy",
        "call_off",
        "confirm",
        "consents",
        "delete_me",
        "dispute",
        "dispute_answer",
        "dispute_back",
        "driver",
        "get_paid",
        "lot",
        "make_offer",
        "my_listings",
        "my_offers",
        "new_code",
        "paid",
        "pay",
        "payout_to",
        "pickup",
        "shortcode_check",
        "weighing",
        "write_to",
    ]
    yes, no = (
        {
            "agent_asks": {"agreed": said, "kind": "sell"},
            "booking_answer": {"agreed": said, "sure": said},
            "buy": {"code": "L7QK2M" if said else "tell"},
            "call_off": {"sure": said},
            "dispute_back": {"sure": said},
            "driver": {"sure": said},
            "my_listings": {"act": "cancel", "sure": said},
            "paid": {"number": "412345678901" if said else ""},
            "pay": {"way": "balance" if said else "upi"},
            "shortcode_check": {"line": "BOOK L7QK2M 40q", "right": True} | ({"own": True} if said else {}),
        }
        for said in (True, False)
    )
    assert [
        name for name, slots in yes.items() if not FLOWS[name].guarded(sitting(), Frame(name, slots))
    ] == []
    assert [name for name, slots in no.items() if FLOWS[name].guarded(sitting(), Frame(name, slots))] == []
    assert not FLOWS["my_listings"].guarded(sitting(), Frame("my_listings", {"act": "renew"}))


def test_one_message_asks_and_carries_the_code_which_is_not_kept() -> None:
    turn = sitting()
    assert asked(turn)
    assert turn.parts == [msg("Is it you? Then send back {code}. Not you? Do nothing.", code="4821")]
    assert turn.state.frames[-1].stage == "code"
    kept = turn.state.to_json()
    assert "4821" not in str(kept["proof"])
    assert fits(kept["proof"]["seal"], "4821")
    assert not fits(kept["proof"]["seal"], "4822")


@pytest.mark.parametrize("text", ["4821", " 4 8 2 1. ", "४८२१", "೪೮೨೧", "(4821)"])
def test_the_code_is_known_however_it_is_written(text: str) -> None:
    state = sitting().state
    asked(sitting(state=state))
    turn = sitting(text, state)
    assert proof.answered(turn)
    assert not proof.needed(turn, state.frames[-1], RISKY)


@pytest.mark.parametrize("text", ["haan", "1", "482", "48210", "code 4821", "", "२५०० क्विंटल"])
def test_what_is_no_code_is_no_answer_to_it(text: str) -> None:
    state = sitting().state
    asked(sitting(state=state))
    assert not proof.answered(sitting(text, state))
    assert state.proof["wrong"] == 0


def test_a_code_opens_what_it_was_asked_for_and_nothing_that_lies_below_or_comes_later() -> None:
    state = State([Frame("buy"), Frame("booking_answer")])
    below, asking = state.frames
    asked(sitting(state=state))
    turn = sitting("4821", state)
    proof.answered(turn)
    assert not proof.needed(turn, asking, RISKY)
    assert proof.needed(turn, below, RISKY)
    assert proof.needed(sitting(state=state), asking, RISKY)


def test_an_old_code_opens_nothing_and_is_no_wrong_one() -> None:
    state = sitting().state
    asked(sitting(state=state))
    late = sitting("4821", state, minutes=10)
    assert proof.answered(late)  # a new one is sent
    assert proof.needed(late, state.frames[-1], RISKY)
    assert state.proof["wrong"] == 0


def test_a_code_works_once() -> None:
    state = sitting().state
    asked(sitting(state=state))
    proof.answered(sitting("4821", state))
    later = sitting("4821", state, minutes=1)
    state.frames[-1].stage = "code"
    proof.answered(later)
    assert proof.needed(later, state.frames[-1], RISKY)


def test_three_wrong_codes_end_it_and_say_what_to_do() -> None:
    state = sitting().state
    for code in ("1111", "2222", "3333"):
        assert asked(sitting(state=state))
        assert proof.answered(sitting(code, state))
    blocked = sitting(state=state, minutes=29)
    assert list(proof.ask(blocked, state.frames[-1])) == []  # no new code is drawn
    assert blocked.parts == [
        msg("The code was wrong three times. To keep you safe I wait 30 minutes. A person can help now.")
    ]
    assert proof.needed(blocked, state.frames[-1], RISKY)
    assert asked(sitting(state=state, minutes=30))


async def test_codes_are_four_digits_without_a_zero_in_front() -> None:
    drawn = [(await draw(None)).code for _ in range(300)]  # type: ignore[arg-type]
    assert all(len(code) == 4 and code[0] != "0" and code.isdecimal() for code in drawn)
    assert len(set(drawn)) > 200
