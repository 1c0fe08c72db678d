"""Papers that say who somebody is: shown by themselves, looked at by an operator. Every look is written in the book."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import File, Form
from pydantic import Field, StringConstraints
from starlette.responses import Response

from marketplace_core.api.faults import refuses
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.paging import Limit
from marketplace_core.api.photos import PICTURE
from marketplace_core.api.route import AtDesk, Me, TheOffice, doors, only
from marketplace_core.api.shapes import Asked, Told
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotMet, NotYours
from marketplace_core.kyc import commands, queries
from marketplace_core.kyc.rules import Kind
from marketplace_core.photos.copies import copy_of
from marketplace_core.photos.errors import NotTaken
from marketplace_core.store import LARGEST, MediaMissing, NotAPhoto, check_photo, storage
from marketplace_core.vault import house_vault

router = doors("kyc")
#: Numbers of papers: neither they nor a hash of them may stay behind with an idempotency key.
secrets = doors("kyc", told_once=True)
#: Photos lie outside.
outside = outside_doors("kyc")

REVIEW = refuses(NotYours, NotFound, Moved, NotMet)
LOOK = refuses(NotYours, NotFound)
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{4,40}$")]


class PaperShown(Told):
    id: UUID
    kind: str
    last_four: str | None = Field(description="Of its number; the rest is shown to nobody.")
    added_at: datetime


class CaseShown(Told):
    state: str
    reason: str | None = Field(description="Why the papers were turned down.")
    moved_at: datetime


class MyCase(CaseShown):
    papers: list[PaperShown]


class WaitingShown(Told):
    person_id: UUID
    case: CaseShown
    documents: list[PaperShown]
    also_shown_by: int = Field(description="How many others showed a paper with the same number.")


class Rejection(Asked):
    reason: Literal["unreadable", "wrong_person", "number_differs", "paper_expired", "incomplete", "forged"]


class Guess(Asked):
    number: Number


class NumberShown(Told):
    number: str


class Matches(Told):
    matches: bool


class Taken(Told):
    id: UUID


async def _mine(desk: AtDesk, me: Me) -> MyCase:
    case = await queries.case(desk, me.person_id)
    if case is None:
        raise NotFound("kyc")
    return MyCase.model_validate({**vars(case), "papers": await queries.documents(desk, me.person_id)})


@router.get("/me/kyc", summary="How far my papers are", responses=refuses(NotFound))
async def mine(desk: AtDesk, me: Me) -> MyCase:
    return await _mine(desk, me)


@outside.post(
    "/me/kyc/papers",
    status_code=201,
    summary="Show a paper",
    responses=refuses(NotTaken, Moved, BadTerms),
)
async def show(  # noqa: PLR0917 - each comes by its name, from the form
    kind: Annotated[Kind, Form()],
    photo: Annotated[bytes, File(max_length=LARGEST, description="JPEG, PNG or WebP.")],
    me: Me,
    opens: Opens,
    office: TheOffice,
    number: Annotated[Number | None, Form(description="As it stands on the paper, where it has one.")] = None,
) -> Taken:
    """Of Aadhaar a salted hash and four digits are kept, of other numbers what only the vault can read. A newer paper
    of the same kind takes the place of the older."""
    try:
        content_type = await asyncio.to_thread(check_photo, photo)
    except NotAPhoto as refusal:
        raise NotTaken(str(refusal)) from refusal
    key = await storage(office.settings).store(photo, content_type)
    async with opens() as desk:
        paper = await commands.show(
            desk, house_vault(), person_id=me.person_id, kind=kind, media_key=key, number=number
        )
    return Taken(id=paper)


@router.post("/me/kyc/submit", summary="Have my papers reviewed", responses=refuses(NotFound, Moved, NotMet))
async def submit(desk: AtDesk, me: Me) -> MyCase:
    await commands.submit(desk, actor_id=me.person_id, person_id=me.person_id)
    return await _mine(desk, me)


@outside.get(
    "/kyc/papers/{paper}/photo", summary="See a paper", response_class=Response, responses=PICTURE | LOOK
)
async def see(paper: UUID, me: Me, opens: Opens, office: TheOffice) -> Response:
    """My own; for operators anybody's, and the look is noted."""
    async with opens() as desk:
        key = await commands.look(desk, actor_id=me.person_id, document_id=paper)
    try:
        content = await storage(office.settings).load(key)
    except MediaMissing:
        raise NotFound("document") from None
    return Response(await asyncio.to_thread(copy_of, content), media_type="image/jpeg")


@router.get("/kyc/waiting", summary="Whose papers wait", responses=refuses(NotYours))
async def waiting(desk: AtDesk, me: Me, limit: Limit = 20) -> list[WaitingShown]:
    """For operators, the longest wait first."""
    return [
        WaitingShown.model_validate({**vars(each), "person_id": each.case.person_id})
        for each in await queries.queue(desk, me.person_id, limit=limit)
    ]


@secrets.get("/kyc/papers/{paper}/number", summary="A paper's number in clear", responses=LOOK)
async def number(paper: UUID, desk: AtDesk, me: Me) -> NumberShown:
    """For operators; the look is noted. Nobody reads an Aadhaar number again."""
    read = await commands.read_number(desk, house_vault(), operator_id=me.person_id, document_id=paper)
    return NumberShown(number=read)


@secrets.post("/kyc/papers/{paper}/matches", summary="Is this the number?", responses=LOOK)
async def matches(paper: UUID, body: Guess, desk: AtDesk, me: Me) -> Matches:
    """For operators, of an Aadhaar card; the question is noted."""
    same = await commands.matches(
        desk, house_vault(), operator_id=me.person_id, document_id=paper, number=body.number
    )
    return Matches(matches=same)


@router.post("/kyc/{person}/ask", summary="Ask for papers", responses=refuses(NotYours, NoSuchPerson))
async def ask(person: UUID, desk: AtDesk, me: Me) -> CaseShown:
    """For operators. Asking again changes nothing."""
    only(me, "operator")
    return CaseShown.model_validate(await commands.ask(desk, person))


@router.post("/kyc/{person}/take", summary="I review these", responses=REVIEW)
async def take(person: UUID, desk: AtDesk, me: Me) -> CaseShown:
    """For operators, for four hours; nobody reviews their own."""
    return CaseShown.model_validate(await commands.take(desk, operator_id=me.person_id, person_id=person))


@router.post("/kyc/{person}/verify", summary="They are who they say", responses=REVIEW)
async def verify(person: UUID, desk: AtDesk, me: Me) -> CaseShown:
    return CaseShown.model_validate(await commands.verify(desk, operator_id=me.person_id, person_id=person))


@router.post("/kyc/{person}/reject", summary="These papers do not do", responses=REVIEW | refuses(BadTerms))
async def reject(person: UUID, body: Rejection, desk: AtDesk, me: Me) -> CaseShown:
    """Also takes back a yes that turned out wrong."""
    rejected = await commands.reject(desk, operator_id=me.person_id, person_id=person, reason=body.reason)
    return CaseShown.model_validate(rejected)
