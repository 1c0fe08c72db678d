"""What is done outside of chat: the office by its commands and at the API, and the bank it writes to."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.demo.house import House
from bot.demo.phones import Desk
from bot.demo.story import Person

#: Meena at the office, one of the people of the demo market.
OFFICE = "+919999900039"
CODE = re.compile(r"\b\d{6}\b")


class NotDone(Exception):
    """The office was refused something, or there is no such deed."""


@dataclass
class Office:
    house: House
    desk: Desk
    people: Mapping[str, Person]
    codes: dict[str, str]
    references: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def do(self, deed: str) -> None:
        for shape, act in DEEDS.items():
            if match := re.fullmatch(shape, deed):
                act(self, **match.groupdict())
                return
        raise NotDone(f"nobody knows how to do this: {deed}")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        if not self.token:
            self._sign_in()
        return self._api(method, path, body, {"Authorization": f"Bearer {self.token}"})

    def _sign_in(self) -> None:
        """With the code that comes to the office's telephone."""
        phone = self.desk.phone("sms", OFFICE)
        self._api("POST", "/auth/otp", {"phone": OFFICE})
        while not (came := [found for each in self.desk.on(phone) if (found := CODE.search(each["text"]))]):
            self.desk.look(wait=True)
        given = self._api("POST", "/auth/token", {"phone": OFFICE, "code": came[-1][0]})
        self.token = given["access_token"]

    def _api(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        url = f"{self.house.url}/api/v1{path}"
        answer = httpx.request(method, url, json=body, headers=headers, timeout=30, trust_env=False)
        if answer.is_error:
            raise NotDone(f"{method} {path}: {answer.text}")
        return answer.json() if answer.content else None


def _give_pin(office: Office, who: str, name: str) -> None:
    office.codes[name] = office.house.mandi("agent", "pin", office.people[who].number).strip()


def _find_money(office: Office, code: str) -> None:
    """Compared with the bank's statement: the number that the payer has named, and the sum."""
    booking = office.codes[code]
    (seen,) = [each for each in office.ask("GET", "/payments/to-confirm") if each["booking"] == booking]
    found = {"reference": seen["claimed"], "paise": seen["paise"]}
    office.ask("POST", f"/payments/{seen['code']}/confirm", found)


def _send_driver(office: Office, who: str, code: str) -> None:
    number = office.people[who].number
    (agent,) = [line for line in office.house.mandi("agent", "list").splitlines() if number in line]
    office.ask("PUT", f"/bookings/{office.codes[code]}/driver", {"driver_id": agent.split()[0]})


def _waiting(office: Office) -> str:
    (waits,) = office.ask("GET", "/payouts/waiting")
    return str(waits["payout"]["code"])


def _call(office: Office) -> None:
    account = office.ask("GET", f"/payouts/{_waiting(office)}/account")
    office.ask("POST", f"/destinations/{account['destination']}/confirm")


def _pay_out(office: Office, name: str) -> None:
    code = office.codes[name] = _waiting(office)
    reference = "".join(secrets.choice("123456789") for _ in range(12))
    office.ask("POST", f"/payouts/{code}/approve")
    sent = office.ask("POST", f"/payouts/{code}/send", {"reference": reference})
    office.references[code] = sent["reference"]


def _arrive(office: Office, name: str) -> None:
    office.ask("POST", f"/payouts/{office.codes[name]}/finish")


DEEDS: Mapping[str, Callable[..., None]] = {
    r"the office gives (?P<who>\w+) the PIN (?P<name>K\d)": _give_pin,
    r"the office finds the money for (?P<code>B\d) on its account": _find_money,
    r"the office sends (?P<who>\w+) for (?P<code>B\d)": _send_driver,
    r"the office calls \w+: the account is hers": _call,
    r"the office pays out (?P<name>Y\d)": _pay_out,
    r"the bank has paid (?P<name>Y\d)": _arrive,
}
