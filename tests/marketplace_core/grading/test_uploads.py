"""Zips and tables from strangers: nothing in them is believed, and nothing they hold breaks us."""

import csv
import io
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace_core.errors import BadTerms
from marketplace_core.grading import uploads
from marketplace_core.grading.queries import Grading
from marketplace_core.grading.report import Answers, Moisture
from marketplace_core.grading.uploads import photos_in, results, rows_of, shown
from marketplace_core.store import LARGEST
from tests.conftest import NOW


def packed(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return out


def test_photos_come_out_in_their_order_and_what_is_none_stays_inside() -> None:
    found = list(photos_in(packed({
        "lots/b.jpg": b"bb", "a.jpg": b"a", "__MACOSX/a.jpg": b"x", "lots/.DS_Store": b"x", "lots/": b"",
    })))  # fmt: skip
    assert [(each.file, each.content, each.why) for each in found] == [
        ("lots/b.jpg", b"bb", None),
        ("a.jpg", b"a", None),
    ]


@pytest.mark.parametrize(
    ("name", "as_shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\photos\\..\\wheat.jpg", "C:/photos/wheat.jpg"),
        ("a\x1b[31m\u202e.jpg", "a[31m.jpg"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_leads_nowhere(name: str, as_shown: str) -> None:
    assert shown(name) == as_shown
    (found,) = photos_in(packed({name: b"1"}))
    assert found.file == as_shown


def test_one_that_is_too_large_is_left_out_and_the_others_are_not() -> None:
    small, large = photos_in(packed({"small": b"1", "large": b"0" * (LARGEST + 1)}))
    assert (small.content, large.content, large.why) == (b"1", None, "too_large")


def lying(name: str, content: bytes, said: int) -> io.BytesIO:
    """A zip that says that a file is smaller than it is, at both places where it says so."""
    zipped = packed({name: content}).getvalue()
    true = struct.pack("<L", len(content))
    return io.BytesIO(zipped.replace(true, struct.pack("<L", said)))


def test_a_file_larger_than_it_says_is_not_read_to_its_end() -> None:
    (found,) = photos_in(lying("bomb", b"0" * 40_000_000, 100))
    assert (found.content, found.why) == (None, "not_readable")


def test_everything_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    coming = photos_in(packed({str(n): b"x" * 400 for n in range(3)}))
    assert len(next(coming).content or b"") == len(next(coming).content or b"") == 400
    with pytest.raises(BadTerms):
        next(coming)


def test_five_hundred_and_no_more() -> None:
    assert len(list(photos_in(packed({str(n): b"" for n in range(500)})))) == 500
    with pytest.raises(BadTerms):
        next(photos_in(packed({str(n): b"" for n in range(501)})))


@pytest.mark.parametrize("how", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_packings_that_need_much_memory_are_not_opened(how: int) -> None:
    (found,) = photos_in(packed({"a.jpg": b"1" * 1000}, how))
    assert found.why == "not_readable"


def test_a_password_is_not_guessed() -> None:
    locked = bytearray(packed({"a.jpg": b"1"}).getvalue())
    directory = locked.index(b"PK\x01\x02")
    locked[6] |= 1
    locked[directory + 8] |= 1
    (found,) = photos_in(io.BytesIO(bytes(locked)))
    assert found.why == "not_readable"


GOOD = packed({"a.jpg": b"abc" * 50, "b.jpg": b"xyz" * 9}).getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\xff\xd8\xff not a zip", b"PK\x05\x06" + b"\0" * 17, GOOD[:-30]]
)
def test_what_is_no_zip(content: bytes) -> None:
    with pytest.raises(BadTerms):
        list(photos_in(io.BytesIO(content)))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(GOOD)),
)
@example([], len(GOOD))
def test_no_broken_zip_breaks_us(flips: list[tuple[int, int]], until: int) -> None:
    broken = bytearray(GOOD)
    for at, byte in flips:
        broken[at] = byte
    try:
        found = list(photos_in(io.BytesIO(bytes(broken[:until]))))
    except BadTerms:
        return
    assert all(each.content is not None or each.why for each in found)


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Two million names are not even looked at: measured in a process of its own."""
    code = """
        import io, resource, struct, sys
        from marketplace_core.errors import BadTerms
        from marketplace_core.grading.uploads import photos_in
        entry = b"PK\\x01\\x02" + b"\\0" * 42
        directory = entry * 2_000_000
        end = b"PK\\x05\\x06" + struct.pack("<4H2LH", 0, 0, 10, 10, len(directory), 0, 0)
        zipped = io.BytesIO(directory + end)
        del directory
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            next(photos_in(zipped))
        except BadTerms:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    )
    assert int(done.stdout) < 10_000  # kilobytes; read whole it takes more than a gigabyte


def test_a_zip_within_the_new_limits_of_zip_64_is_refused() -> None:
    good = bytearray(GOOD)
    end = good.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    with pytest.raises(BadTerms):
        list(photos_in(io.BytesIO(bytes(good[:end]) + locator + bytes(good[end:]))))


# the table


def test_a_table_says_what_is_known_of_each_lot() -> None:
    known = uuid4()
    table = (
        "\ufefffile,photo,commodity,moisture,source,days,rain,stored\r\n"
        "a.jpg,,wheat,11.5,meter,30,no,shed\r\n"
        f",{known},,,,,,\r\n"
        "x\\..\\b.jpg,,paddy_straw,20,,5,Yes,field\r\n"
    )
    assert rows_of(table.encode(), "maize") == [
        uploads.Row("a.jpg", None, "wheat", Answers(Moisture(0.115, "meter"), 30, False, "shed")),
        uploads.Row(None, known, "maize", Answers()),
        uploads.Row("x/b.jpg", None, "paddy_straw", Answers(Moisture(0.2, "farmer"), 5, True, "field")),
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("a.jpg,,gold,,,,,", "table.2.commodity"),
        ("a.jpg,,,,,,,", "table.2.commodity"),
        (",,wheat,,,,,", "table.2.file"),
        (f"a.jpg,{UUID(int=1)},wheat,,,,,", "table.2.file"),
        (",photo 7,wheat,,,,,", "table.2.photo"),
        ("a.jpg,,wheat,101,,,,", "table.2.moisture"),
        ("a.jpg,,wheat,nan,,,,", "table.2.moisture"),
        ("a.jpg,,wheat,dry,,,,", "table.2.moisture"),
        ("a.jpg,,wheat,12,photo,,,", "table.2.source"),
        ("a.jpg,,wheat,12,typical,,,", "table.2.source"),
        ("a.jpg,,wheat,,,-1,,", "table.2.days"),
        ("a.jpg,,wheat,,,,perhaps,", "table.2.rain"),
        ("a.jpg,,wheat,,,,,roof", "table.2.stored"),
    ],
)
def test_a_line_that_cannot_be_is_named(line: str, field: str) -> None:
    with pytest.raises(BadTerms) as refusal:
        rows_of(f"file,photo,commodity,moisture,source,days,rain,stored\n{line}\n".encode(), None)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"file,commodity\n",
        b"file,colour\na.jpg,red\n",
        b"\xff\xfe",
        b"file\n" + b"a.jpg\n" * 501,
        b"file\n" + b"a" * 200_000 + b"\n",
        b"x" * (1024 * 1024 + 1),
        b'file,commodity\n"a.jpg,wheat\n',
    ],
)
def test_what_is_no_table(table: bytes) -> None:
    with pytest.raises(BadTerms) as refusal:
        rows_of(table, "wheat")
    assert refusal.value.field == "table"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_table(table: bytes) -> None:
    for head in (b"", b"file,commodity,moisture\n"):
        try:
            rows_of(head + table, "wheat")
        except BadTerms as refusal:
            assert refusal.field.startswith("table")


# the results


GRADED = Grading(
    id=uuid4(),
    code="G5QW8Z",
    batch=uuid4(),
    person_id=uuid4(),
    commodity="wheat",
    listing=None,
    photos=(UUID(int=5),),
    file="=cmd|' /C calc'!A1",
    state="graded",
    judged_by="eyes",
    graded_by=None,
    grade="B",
    moisture_permille=115,
    moisture_source="meter",
    purity_permille=None,
    advice=None,
    answers=Answers(),
    eye=None,
    report={"confidence": 0.91, "why": [], "defects": ["foreign", "broken"]},
    picture=None,
    seen_at=NOW,
    appealed_at=None,
    created_at=NOW,
    moved_at=NOW + timedelta(minutes=1),
)


def test_results_are_a_table_again_and_no_name_in_it_is_a_formula() -> None:
    waiting = replace(GRADED, state="asked", judged_by=None, grade=None, report=None, seen_at=None, file=None)
    one, other = csv.DictReader(io.StringIO(results([GRADED, waiting])))
    assert one["file"] == "'=cmd|' /C calc'!A1"
    assert (one["grade"], one["judged_by"], one["confidence"], one["defects"]) == (
        "B",
        "eyes",
        "0.91",
        "foreign broken",
    )
    assert (one["moisture_percent"], one["moisture_source"]) == ("11.5", "meter")
    assert (other["state"], other["grade"], other["confidence"], other["file"]) == ("asked", "", "", "")
