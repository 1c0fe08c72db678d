"""Many lots at once: photos in a zip, what is known of them in a table, and what came of it as a table again.

Nothing of a zip is trusted: not how many it says are in it, not how large they say they are, not where they would lie.
Its photos come out one at a time, and a name in it is only ever what its sender calls a photo.
"""

import csv
import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Literal, cast, get_args
from uuid import UUID

from marketplace_core.commodities import COMMODITIES
from marketplace_core.errors import BadTerms
from marketplace_core.grading.commands import LONGEST_NAME, MOST_IN_A_BATCH
from marketplace_core.grading.queries import Grading
from marketplace_core.grading.report import Answers, Moisture
from marketplace_core.grading.rules import MOST_DAYS
from marketplace_core.store import LARGEST

#: Of all photos together, packed and unpacked; and of the table.
MOST_BYTES = 200 * 1024 * 1024
MOST_TABLE = 1024 * 1024
#: Folders and what a Mac puts beside each file count too; a directory of this size holds no more than we would read.
MOST_ENTRIES = 4 * MOST_IN_A_BATCH
MOST_DIRECTORY = MOST_ENTRIES * 400
#: Others need a megabyte of memory for each kilobyte, or a password.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
END, END_64, END_SIZE, LONGEST_COMMENT = b"PK\x05\x06", b"PK\x06\x07", 22, 65_535

Stored = Literal["field", "covered", "shed"]
Teller = Literal["meter", "agent", "farmer"]
YES, NO = ("yes", "y", "1", "true"), ("no", "n", "0", "false")
COLUMNS = ("file", "photo", "commodity", "moisture", "source", "days", "rain", "stored")


@dataclass(frozen=True)
class Row:
    """Of the table: `file` is its name in the zip, `photo` one that is here already."""

    file: str | None
    photo: UUID | None
    commodity: str
    answers: Answers


@dataclass(frozen=True)
class Packed:
    """A file of the zip; `why` says why there is no content."""

    file: str
    content: bytes | None
    why: str | None = None


@dataclass(frozen=True)
class LeftOut:
    file: str
    why: str


def photos_in(packed: IO[bytes]) -> Iterator[Packed]:
    """One at a time, in the order of the zip. Blocks: call it in a thread."""
    _check_directory(packed)
    try:
        opened = zipfile.ZipFile(packed)
    except (zipfile.BadZipFile, ValueError, struct.error, OSError, NotImplementedError) as broken:
        raise BadTerms("photos") from broken
    with opened:
        entries = [each for each in opened.infolist() if _is_file(each.filename) and not each.is_dir()]
        if len(entries) > MOST_IN_A_BATCH:
            raise BadTerms("photos")
        left = MOST_BYTES
        for entry in entries:
            found = _unpacked(opened, entry)
            left -= len(found.content or b"")
            if left < 0:
                raise BadTerms("photos")
            yield found


def rows_of(table: bytes, commodity: str | None) -> list[Row]:
    """`commodity` is of those rows that name none. What cannot be is refused with its line."""
    if len(table) > MOST_TABLE:
        raise BadTerms("table")
    try:
        reader = csv.DictReader(io.StringIO(table.decode("utf-8-sig")), strict=True)
        lines = [{(key or "").strip().lower(): value for key, value in line.items()} for line in reader]
    except (UnicodeDecodeError, csv.Error) as broken:
        raise BadTerms("table") from broken
    if not 1 <= len(lines) <= MOST_IN_A_BATCH or set(lines[0]) - set(COLUMNS):
        raise BadTerms("table")
    return [_row(line, number, commodity) for number, line in enumerate(lines, start=2)]


def results(gradings: Sequence[Grading]) -> str:
    """A line each; what nobody knows is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "code",
            "file",
            "photos",
            "commodity",
            "state",
            "grade",
            "judged_by",
            "confidence",
            "moisture_percent",
            "moisture_source",
            "why",
            "defects",
            "looks_like",
            "seen_at",
        ]
    )
    for each in gradings:
        report = each.report or {}
        moisture = each.moisture_permille
        told = [
            each.code,
            each.file,
            " ".join(map(str, each.photos)),
            each.commodity,
            each.state,
            each.grade,
            each.judged_by,
            report.get("confidence") if each.judged_by == "eyes" else None,
            moisture / 10 if moisture is not None else None,
            each.moisture_source,
            " ".join(report.get("why", ())),
            " ".join(report.get("defects", ())),
            report.get("doubt"),
            each.seen_at.isoformat(timespec="seconds") if each.seen_at else None,
        ]
        writer.writerow([_harmless(value) for value in told])
    return out.getvalue()


def _check_directory(packed: IO[bytes]) -> None:
    """Before anybody reads the directory: one of 200 MB would fill the memory with names."""
    packed.seek(0, io.SEEK_END)
    size = packed.tell()
    packed.seek(max(0, size - END_SIZE - LONGEST_COMMENT - len(END_64) - 16))
    tail = packed.read()
    at = len(tail) - END_SIZE
    if at < 0 or not (tail[at:].startswith(END) and tail.endswith(b"\0\0")):
        at = tail.rfind(END)
    if at < 0 or at + END_SIZE > len(tail):
        raise BadTerms("photos")
    entries, directory = struct.unpack_from("<10xHL", tail, at)
    large = tail[max(0, at - 20) : at].startswith(END_64)
    if large or entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise BadTerms("photos")
    packed.seek(0)


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Packed:
    name = shown(entry.filename)
    if entry.flag_bits & 1 or entry.compress_type not in PACKED:
        return Packed(name, None, "not_readable")
    if entry.file_size > LARGEST:
        return Packed(name, None, "too_large")
    try:
        with opened.open(entry) as inside:
            content = inside.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error):
        return Packed(name, None, "not_readable")
    return Packed(name, content) if len(content) <= LARGEST else Packed(name, None, "too_large")


def _is_file(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] != "__MACOSX" and not parts[-1].startswith(".") and parts[-1] != ""


def shown(name: str) -> str:
    """A name as text and nothing else: no way to anywhere, no character that cannot be seen."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    clean = "".join(
        letter for letter in "/".join(parts) if unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )
    return clean[-LONGEST_NAME:]


def _row(line: Mapping[str, str | list[str] | None], number: int, commodity: str | None) -> Row:
    told = {key: value.strip() for key, value in line.items() if isinstance(value, str) and value.strip()}

    def wrong(column: str) -> BadTerms:
        return BadTerms(f"table.{number}.{column}")

    file, photo = told.get("file"), told.get("photo")
    if (file is None) == (photo is None):
        raise wrong("file")
    named = told.get("commodity", commodity)
    if named is None or named not in COMMODITIES:
        raise wrong("commodity")
    source, stored, rain = told.get("source", "farmer"), told.get("stored"), told.get("rain", "").lower()
    if source not in get_args(Teller):
        raise wrong("source")
    if stored is not None and stored not in get_args(Stored):
        raise wrong("stored")
    if rain not in ("", *YES, *NO):
        raise wrong("rain")
    moisture = _number(told.get("moisture"), 100, wrong("moisture"))
    days = _number(told.get("days"), MOST_DAYS, wrong("days"))
    try:
        known = UUID(photo) if photo else None
    except ValueError:
        raise wrong("photo") from None
    return Row(
        shown(file) if file else None,
        known,
        named,
        Answers(
            Moisture(moisture / 100, cast(Teller, source)) if moisture is not None else None,
            round(days) if days is not None else None,
            rain in YES if rain else None,
            cast(Stored | None, stored),
        ),
    )


def _number(said: str | None, most: float, wrong: BadTerms) -> float | None:
    if said is None:
        return None
    try:
        number = float(said)
    except ValueError:
        raise wrong from None
    if not 0 <= number <= most:  # neither is what is no number
        raise wrong
    return number


def _harmless(value: object) -> object:
    """A spreadsheet would take what begins like this for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
