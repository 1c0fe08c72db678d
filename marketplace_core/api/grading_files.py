"""Many lots at once: a zip of photos and a table in, a table of grades out; and the picture of what was counted."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast
from uuid import UUID, uuid5

from pydantic import Field
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.api.envelope import STREAMED
from marketplace_core.api.faults import refuses
from marketplace_core.api.gradings import BatchShown, GradingCode, batch_shown, may_see
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.photos import PICTURE
from marketplace_core.api.route import Me, TheOffice
from marketplace_core.api.shapes import Told
from marketplace_core.commodities import COMMODITIES
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.grading import commands, queries, uploads
from marketplace_core.grading.commands import Wanted
from marketplace_core.grading.uploads import LeftOut, Row
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import Print, print_of
from marketplace_core.store import MediaMissing, NotAPhoto, Storage, storage, type_of

router = outside_doors("gradings")

FILES = "/gradings/batches/files"
assert FILES in STREAMED

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "photos": {
                            "type": "string",
                            "format": "binary",
                            "description": "A zip of at most 500 photos, 10 MB each and 200 MB together.",
                        },
                        "table": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV: `file` (its name in the zip) or `photo` (the id of one sent before), "
                            "`commodity`, `moisture` (percent), `source` (meter, agent, farmer), `days` since the "
                            "harvest, `rain` (yes, no), `stored` (field, covered, shed).",
                        },
                        "commodity": {"type": "string", "description": "Where the table names none."},
                    },
                }
            }
        },
    }
}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV"}
}


class LeftOutShown(Told):
    file: str
    why: str = Field(
        description="`not_a_photo`, `too_large`, `not_readable`, `not_in_table`, `not_in_zip`.",
        examples=["not_a_photo"],
    )


class UploadShown(BatchShown):
    left_out: list[LeftOutShown] = Field(description="What is not in the batch, and why.")


@router.post(
    FILES,
    status_code=202,
    summary="Have a zip of photos graded",
    responses=refuses(NotYours, BadTerms, NotFound),
    openapi_extra=FORM,
)
async def send(request: Request, me: Me, opens: Opens, office: TheOffice) -> UploadShown:
    """For buyers, aggregators and agents. What is no photo is left out and named; a table that says something
    impossible is refused with its line."""
    async with opens() as desk:
        await commands.check_may_send_many(desk, me.person_id)
    async with request.form(max_files=2, max_fields=1) as form:
        packed, table, commodity = _file(form, "photos"), _file(form, "table"), _commodity(form)
        rows = uploads.rows_of(await table.read(uploads.MOST_TABLE + 1), commodity) if table else None
        kept, left_out = (
            await _keep(packed.file, me.person_id, storage(office.settings)) if packed else ({}, [])
        )
    wanted = _wanted(kept, rows, commodity, left_out)
    async with opens() as desk:
        for each in kept.values():
            await photos.remember(desk, each.id, person_id=me.person_id, key=each.key, prints=each.prints)
        batch_id, _ = await commands.ask_many(desk, person_id=me.person_id, wanted=wanted)
        shown = await batch_shown(desk, me, batch_id)
    told = [LeftOutShown.model_validate(each) for each in left_out]
    return UploadShown(**vars(shown), left_out=told)


@router.get(
    "/gradings/batches/{batch_id}/results",
    summary="A batch as a table",
    response_class=Response,
    responses=TABLE | refuses(NotFound),
)
async def results(batch_id: UUID, me: Me, opens: Opens) -> Response:
    async with opens() as desk:
        _, found = await queries.batch(desk, me.person_id, batch_id)
    if not found:
        raise NotFound("batch")
    return Response(
        uploads.results(found),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{batch_id}.csv"'},
    )


@router.get(
    "/gradings/{code}/picture",
    summary="The photo with what was counted",
    response_class=Response,
    responses=PICTURE | refuses(NotFound),
)
async def picture(code: GradingCode, me: Me, opens: Opens, office: TheOffice) -> Response:
    async with opens() as desk:
        found = await queries.by_code(desk, code)
    if found is None or found.picture is None or not may_see(found.person_id, me):
        raise NotFound("picture")
    try:
        content = await storage(office.settings).load(found.picture)
    except MediaMissing:
        raise NotFound("picture") from None
    return Response(content, media_type="image/jpeg")


@dataclass(frozen=True)
class _Kept:
    id: UUID
    key: str
    prints: Print


async def _keep(packed: IO[bytes], person_id: UUID, store: Storage) -> tuple[dict[str, _Kept], list[LeftOut]]:
    """Every photo of the zip into the store, one after the other, by its name."""
    kept: dict[str, _Kept] = {}
    left_out = []
    coming = _looked_at(packed)
    while (found := await asyncio.to_thread(next, coming, None)) is not None:
        if isinstance(found, LeftOut):
            left_out.append(found)
            continue
        file, content, content_type, prints = found
        key = await store.store(content, content_type)
        kept[file] = _Kept(uuid5(person_id, prints.sha256), key, prints)
    return kept, left_out


def _looked_at(packed: IO[bytes]) -> Iterator[LeftOut | tuple[str, bytes, str, Print]]:
    for each in uploads.photos_in(packed):
        if each.content is None:
            yield LeftOut(each.file, each.why or "not_readable")
            continue
        try:
            prints = print_of(each.content)  # opens it, and so checks it
        except NotAPhoto:
            yield LeftOut(each.file, "not_a_photo")
        else:
            yield each.file, each.content, str(type_of(each.content)), prints


def _wanted(
    kept: Mapping[str, _Kept], rows: Sequence[Row] | None, commodity: str | None, left_out: list[LeftOut]
) -> list[Wanted]:
    """What has no counterpart on the other side joins what is left out."""
    if rows is None:
        if kept and commodity is None:
            raise BadTerms("commodity")
        wanted = [Wanted(commodity or "", [each.id], file=file) for file, each in kept.items()]
    else:
        by_name = {file.rpartition("/")[2]: file for file in kept} | {file: file for file in kept}
        known = {each.file for each in left_out}
        wanted, named = [], set()
        for row in rows:
            file = by_name.get(row.file or "")
            if row.photo:
                wanted.append(Wanted(row.commodity, [row.photo], row.answers))
            elif file:
                named.add(file)
                wanted.append(Wanted(row.commodity, [kept[file].id], row.answers, file))
            elif row.file not in known:
                left_out.append(LeftOut(row.file or "", "not_in_zip"))
        left_out += [LeftOut(file, "not_in_table") for file in kept if file not in named]
    if not wanted:
        raise BadTerms("photos")
    return wanted


def _file(form: FormData, name: str) -> UploadFile | None:
    given = form.get(name)
    if isinstance(given, str):
        raise BadTerms(name)
    return given


def _commodity(form: FormData) -> str | None:
    given = form.get("commodity")
    if given is not None and given not in COMMODITIES:
        raise BadTerms("commodity")
    return cast(str | None, given)
