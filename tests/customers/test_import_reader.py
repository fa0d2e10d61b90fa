import csv
import io
import os
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import WriteOnlyCell

from customers.imports import columns
from customers.imports.reader import FileRefused, Limits, read_table

SAMPLES = Path(
    os.environ.get("CRM_SAMPLE_DATA", Path(__file__).parents[2].parent / "shared" / "data")
)
SHEET = "xl/worksheets/sheet1.xml"
HEAD = "name,city\n"


def read(content, filename="customers.csv", **limits):
    data = content.encode() if isinstance(content, str) else content
    with read_table(io.BytesIO(data), filename, Limits(**limits)) as table:
        return table, list(table.rows)


def values(content, filename="customers.csv"):
    return [row.values for row in read(content, filename)[1]]


def workbook(*rows, sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in sheets:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data, *, replace=None, add=None, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for member in old.infolist():
            content = old.read(member)
            if replace and member.filename in replace:
                content = replace[member.filename](content)
            new.writestr(member.filename, content)
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def in_sheet(old, new):
    book = workbook(["name", "city"], ["Li Na", "Hangzhou"])
    return repacked(book, replace={SHEET: lambda content: content.replace(old, new, 1)})


# --- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("gb18030", "gb18030"),
    ],
)
def test_chinese_names_survive_every_encoding(encoding, found):
    table, rows = read("客户名称;城市\n李娜;杭州\n".encode(encoding))
    assert table.encoding == found
    assert table.header == ["客户名称", "城市"]
    assert rows[0].values == ["李娜", "杭州"]


def test_big_endian_utf16_is_read():
    content = b"\xfe\xff" + "name,city\n李娜,杭州\n".encode("utf-16-be")
    assert values(content) == [["李娜", "杭州"]]


def test_a_late_chinese_name_still_decides_the_encoding():
    lines = "".join(f"n{number},Hangzhou\n" for number in range(100_000))
    table, rows = read((HEAD + lines + "李娜,杭州\n").encode("gb18030"))
    assert table.encoding == "gb18030"
    assert rows[-1].values == ["李娜", "杭州"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_taken_from_the_header_outside_quotes(separator):
    header = separator.join(['"a;;;;,,,,\t\t\t"', "b", "c"])
    table, rows = read(f"{header}\n1{separator}2{separator}3\n")
    assert table.dialect.separator == separator
    assert rows[0].values == ["1", "2", "3"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(ending):
    content = ending.join(["name,city", "Li Na,Hangzhou", "Wang Wei,Ningbo", ""])
    assert values(content) == [["Li Na", "Hangzhou"], ["Wang Wei", "Ningbo"]]


def test_line_breaks_and_doubled_quotes_within_quotes_belong_to_the_cell():
    _table, rows = read('name,city\n"Li\n""Na""",Hangzhou\nWang Wei,Ningbo\n')
    assert [row.values for row in rows] == [['Li\n"Na"', "Hangzhou"], ["Wang Wei", "Ningbo"]]
    assert [row.line for row in rows] == [2, 4]


def test_blank_lines_are_passed_over_and_lines_keep_their_numbers():
    _table, rows = read("\n\nname,city\n\nLi Na,Hangzhou\n,\n\nWang Wei,Ningbo\n")
    assert [(row.line, row.values[0]) for row in rows] == [(5, "Li Na"), (8, "Wang Wei")]


def test_a_row_with_too_many_or_too_few_cells_is_a_problem_of_that_row():
    _table, rows = read("name,city\nLi Na\nWang Wei,Ningbo\nZhou Jie,Suzhou,China\n")
    assert [bool(row.problem) for row in rows] == [True, False, True]
    assert "1 cell," in rows[0].problem
    assert "3 cells," in rows[2].problem


def test_a_file_without_a_last_line_end_is_read_whole():
    assert values("name,city\nLi Na,Hangzhou") == [["Li Na", "Hangzhou"]]


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"", "a.csv", "is empty"),
        (b"\n\n\n", "a.csv", "is empty"),
        (b"name,city\n", "a.csv", "only a header"),
        (b"name,city\n\n\n", "a.csv", "only a header"),
        (b"name,city\nLi\0Na,x\n", "a.csv", "Line 2 holds NUL"),
        ("name,city\nLi,x\n".encode("utf-16-le"), "a.csv", "NUL"),
        (b"name,city\nLi,x\n", "a.pdf", "type"),
        (b"name,city\nLi,x\n", "a", "type"),
        (b"name,city\nLi,x\n", "a.xlsx", "not what its name"),
        (b"PK\x03\x04name,city\nLi,x\n", "a.csv", "not what its name"),
        (b"%PDF-1.7\nLi,x\n", "a.csv", "not what its name"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a.xlsx", "password"),
        (b"PK\x03\x04", "a.xlsm", "macros"),
        (b"PK\x03\x04", "a.xlsx", "damaged"),
        (b"name,,city\nLi,x,y\n", "a.csv", "no name in the header: 2"),
        (b"name,city,Name\nLi,x,y\n", "a.csv", "more than once: Name"),
        (b'name,city\n"Li,x\nWang,y\n', "a.csv", "line 2 do not match"),
        (b'name,city\nLi,x\n"Big" Wang,y\n', "a.csv", "line 3 do not match"),
    ],
)
def test_an_unreadable_file_is_refused_with_what_to_do(content, filename, says):
    with pytest.raises(FileRefused, match=says):
        read(content, filename)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfname,city\nLi,x\nWa\xffng,y\n",
        "name,city\n李娜李娜李娜李娜李娜,x\n".encode() + b"Wa\xffng,y\n",
        b"name,city\nLi,x\nWa\xffng,y\n",
        b"\xff\xfe" + "name,city\nLi,x\n".encode("utf-16-le") + b"\x00\xdc\x41\x00",
    ],
)
def test_undecodable_bytes_are_refused_with_their_line(content):
    with pytest.raises(FileRefused, match="Line 3 "):
        read(content)


def test_ten_thousand_columns_are_refused_quickly():
    line = ",".join(f"c{number}" for number in range(10_000)) + "\n"
    started = time.perf_counter()
    with pytest.raises(FileRefused, match="10000 columns"):
        read(line * 100)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("content", "limits", "says"),
    [
        (HEAD + "x" * 65_537 + ",y\n", {}, "line 2 holds more than 65536"),
        (HEAD + '"' + "x\n" * 200_000 + '",y\n', {}, "line 2"),
        (HEAD + "x" * 2_000_000, {}, "Line 2 is longer"),
        ("x" * 2_000_000, {}, "Line 1 is longer"),
        (HEAD + "a,b\n" * 4, {"rows": 3}, "more than 3 customers"),
        (HEAD + "a,b\n" * 300, {"size": 1024}, "larger than"),
    ],
)
def test_what_is_beyond_the_limits_is_refused(content, limits, says):
    with pytest.raises(FileRefused, match=says):
        read(content, **limits)


def test_exactly_as_many_rows_as_allowed_are_read():
    assert len(read(HEAD + "a,b\n" * 3, rows=3)[1]) == 3


def test_a_long_list_of_bad_columns_is_cut_short_in_the_refusal():
    with pytest.raises(FileRefused) as refused:
        read(",".join(["x" * 200] * 30) + "\n1\n")
    assert len(str(refused.value)) < 400


def test_the_stream_of_the_caller_stays_open_and_a_path_is_let_go(tmp_path):
    stream = io.BytesIO(b"name,city\nLi,x\n")
    read_table(stream, "a.csv").close()
    assert not stream.closed
    path = tmp_path / "a.csv"
    path.write_bytes(stream.getvalue())
    with read_table(path, "a.csv") as table:
        assert next(table.rows).values == ["Li", "x"]
    with pytest.raises(ValueError, match="detached"):
        list(table.rows)


def test_a_refused_path_is_let_go_at_once(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,city\n")
    # An open file left behind would be reported as a warning, which fails the run.
    with pytest.raises(FileRefused):
        read_table(path, "a.csv")


# --- workbooks -------------------------------------------------------------------------------


def test_a_workbook_gives_the_same_text_a_person_sees():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Customers")
    padded = WriteOnlyCell(sheet, value=34)
    padded.number_format = "0000"
    sheet.append(["name", "branch", "mobile", "opened", "at", "share", "yes"])
    sheet.append(
        [" 李娜 ", padded, 13800138000, date(2026, 1, 31), datetime(2026, 1, 31, 9, 5), 0.1, True]  # noqa: DTZ001
    )
    out = io.BytesIO()
    book.save(out)
    table, rows = read(out.getvalue(), "a.xlsx")
    assert table.dialect.sheet == "Customers"
    assert rows[0].line == 2
    assert rows[0].values == [
        " 李娜 ", "0034", "13800138000", "2026-01-31", "2026-01-31 09:05:00", "0.1", "TRUE",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [110105198709184775, 1.10105198709184e17, 6222021234567890])
def test_an_identity_stored_as_a_number_is_a_problem_of_its_row(number):
    _table, rows = read(
        workbook(["name", "id"], ["Li Na", number], ["Wang Wei", "110105198709184775"]), "a.xlsx"
    )
    assert rows[0].problem.startswith("id: the number was stored as a number and lost digits")
    assert not rows[1].problem
    assert rows[1].values[1] == "110105198709184775"


def test_a_formula_gives_its_stored_result_and_without_one_its_row_a_problem():
    book = workbook(["name", "city"], ["=1+1", "Hangzhou"], ["=2+2", "Ningbo"])
    stored = repacked(
        book,
        replace={
            SHEET: lambda content: (
                content.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
                .replace(b"<f>2+2</f><v></v>", b"<f>2+2</f>")
                .replace(b"<f>2+2</f><v />", b"<f>2+2</f>")
            )
        },
    )
    _table, rows = read(stored, "a.xlsx")
    assert rows[0] == (2, ["2", "Hangzhou"], "")
    assert rows[1].problem.startswith("name: the formula has no result")


def test_an_error_in_a_cell_is_a_problem_of_its_row():
    _table, rows = read(workbook(["name", "city"], ["#N/A", "Hangzhou"]), "a.xlsx")
    assert rows[0].problem == "name: the cell holds the error #N/A"


def test_only_the_first_visible_sheet_is_read_and_the_others_are_named():
    table, rows = read(workbook(["name"], ["Li Na"], sheets=["Notes"]), "a.xlsx")
    assert table.dialect.other_sheets == ("Notes",)
    assert len(rows) == 1


def test_empty_cells_at_the_end_of_a_sheet_row_are_no_fault():
    _table, rows = read(
        workbook(["name", "city", None], [None], ["Li Na"], ["Wang Wei", "Ningbo", None]), "a.xlsx"
    )
    assert rows == [(3, ["Li Na", ""], ""), (4, ["Wang Wei", "Ningbo"], "")]


def test_a_sheet_row_wider_than_the_header_is_a_problem():
    _table, rows = read(workbook(["name"], ["Li Na", "Ningbo"]), "a.xlsx")
    assert "2 cells" in rows[0].problem


def test_a_wrong_dimension_hides_no_rows():
    book = workbook(["name", "city"], ["Li Na", "Hangzhou"])
    lying = repacked(book, replace={SHEET: lambda content: content.replace(b"A1:B2", b"A1:A1")})
    assert values(lying, "a.xlsx") == [["Li Na", "Hangzhou"]]


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
ENTITY_PART = (DOCTYPE.decode() + "<x/>").encode("utf-16")
NOISE = b" ".join(b"%d" % number for number in range(200_000))
SMALL = workbook(["name"], ["x"])


def with_part(name, content):
    return repacked(SMALL, add={name: content})


def with_type(old, new):
    return repacked(
        SMALL, replace={"[Content_Types].xml": lambda content: content.replace(old, new)}
    )


BAD_BOOKS = {
    "nothing": (workbook(), "is empty"),
    "header": (workbook(["name", "city"]), "only a header"),
    "nameless": (workbook(["name", None, "city"], ["a", "b", "c"]), "no name in the header: 2"),
    "wide": (workbook([f"c{n}" for n in range(300)], ["x"]), "300 columns"),
    "very wide": (workbook([f"c{n}" for n in range(10_000)], ["x"]), "more than 1000 cells"),
    "doctype": (in_sheet(b"<worksheet", DOCTYPE + b"<worksheet"), "damaged"),
    "doctype in UTF-16": (with_part("xl/extra.xml", ENTITY_PART), "damaged"),
    "doctype in a picture": (with_part("xl/extra.png", DOCTYPE + b"<x/>"), "damaged"),
    "cut XML": (in_sheet(b"</worksheet>", b""), "damaged"),
    "cut archive": (SMALL[:-40], "damaged"),
    "row beyond all sheets": (in_sheet(b'<row r="2"', b'<row r="999999999999"'), "damaged"),
    "row without number": (in_sheet(b'<row r="2"', b'<row r="two"'), "damaged"),
    "long cell": (in_sheet(b'<row r="2"', b'<row spans="' + NOISE + b'" r="2"'), "safe"),
    "long comment": (in_sheet(b"<sheetData>", b"<!--" + NOISE + b"--><sheetData>"), "safe"),
    "long text": (in_sheet(b"<sheetData>", b"<x>" + NOISE + b"</x><sheetData>"), "safe"),
    "path upwards": (with_part("../evil.xml", "<x/>"), "damaged"),
    "absolute path": (with_part("/etc/evil.xml", "<x/>"), "damaged"),
    "drive": (with_part("C:evil.xml", "<x/>"), "damaged"),
    "sheet out of place": (with_part("docs/a.xml", "<worksheet/>"), "damaged"),
    "sheet as text table": (with_type(b"worksheet+xml", b"sharedStrings+xml"), "damaged"),
    "macro": (with_part("xl/vbaProject.bin", b"x"), "macros"),
    "macro type": (with_type(b"sheet.main", b"sheet.macroEnabled.main"), "macros"),
    "many members": (repacked(SMALL, add={f"docs/{n}": "" for n in range(2_001)}), "safe"),
    "ratio": (with_part("xl/bomb.bin", b" " * 20_000_000), "safe"),
    "large part": (with_part("xl/a.xml", b"<x>" + NOISE * 8 + b"</x>"), "safe"),
    "many merged cells": (
        in_sheet(
            b"</sheetData>", b"</sheetData>" + b"".join(b"<m%d/>" % n for n in range(300_001))
        ),
        "safe",
    ),
    "many elements": (
        with_part("xl/a.xml", b"<x>" + b"".join(b"<y%d/>" % n for n in range(300_001)) + b"</x>"),
        "safe",
    ),
}


@pytest.mark.parametrize("case", BAD_BOOKS)
def test_an_unsafe_or_useless_workbook_is_refused(case):
    content, says = BAD_BOOKS[case]
    with pytest.raises(FileRefused, match=says):
        read(content, "a.xlsx")


def test_a_sheet_cell_beyond_the_limit_is_refused():
    with pytest.raises(FileRefused, match="line 2 holds more than 100"):
        read(workbook(["name"], ["x" * 101]), "a.xlsx", field=100)


def test_a_sheet_with_too_many_rows_is_refused():
    with pytest.raises(FileRefused, match="more than 2 customers"):
        read(workbook(["name"], *(["x"] for _ in range(3))), "a.xlsx", rows=2)


def test_a_workbook_without_a_visible_sheet_is_refused():
    hidden = repacked(
        SMALL,
        replace={
            "xl/workbook.xml": lambda content: content.replace(
                b'state="visible"', b'state="hidden"'
            )
        },
    )
    with pytest.raises(FileRefused, match="no visible sheet"):
        read(hidden, "a.xlsx")


def test_an_encrypted_archive_is_refused():
    book = bytearray(workbook(["name"], ["x"]))
    entry = book.find(b"PK\x01\x02")
    book[entry + 8] |= 1
    with pytest.raises(FileRefused, match="password"):
        read(bytes(book), "a.xlsx")


def test_a_directory_of_forged_entries_is_refused_before_it_is_listed():
    forged = b"PK\x03\x04" + (b"PK\x01\x02" + b"\0" * 42) * 10_000
    with pytest.raises(FileRefused, match="more than is safe"):
        read(forged, "a.xlsx")


# --- columns ---------------------------------------------------------------------------------

CHINESE = [
    "客户号", "客户类型", "客户名称", "证件类型", "证件号码", "国家/地区", "出生/成立日期", "性别",
    "手机号码", "电子邮箱", "城市", "地址", "机构号", "客户经理工号", "开户日期", "状态",
]  # fmt: skip


def wide(text):
    """The same characters in full width."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    "header",
    [
        list(columns.FIELDS),
        CHINESE,
        [name.upper().replace("_", " ") for name in columns.FIELDS],
        [f"  {name.replace('_', '-').title()} " for name in columns.FIELDS],
        [wide(name) for name in columns.FIELDS],
    ],
)
def test_headers_are_recognised_however_they_are_written(header):
    found = columns.match_header(header)
    assert list(found.fields) == list(columns.FIELDS)
    assert list(found.fields.values()) == list(range(16))
    assert (found.unknown, found.missing, found.repeated) == ([], [], [])


def test_unknown_missing_and_repeated_columns_are_named():
    found = columns.match_header(["Name", "Shoe size", "客户名称"])
    assert found.fields == {"name": 0}
    assert found.unknown == ["Shoe size"]
    assert found.repeated == ["客户名称"]
    assert "mobile" in found.missing
    assert "name" not in found.missing


@pytest.mark.parametrize(
    ("read_word", "word", "code"),
    [
        (columns.kind_of, "对公", "organisation"),
        (columns.kind_of, "Person", "person"),
        (columns.kind_of, "robot", None),
        (columns.status_of, "睡眠", "dormant"),
        (columns.status_of, wide("ACTIVE"), "active"),
        (columns.status_of, "gone", None),
        (columns.status_of, "", None),
        (columns.gender_of, "女", "F"),
        (columns.gender_of, "m", "M"),
        (columns.gender_of, "x", None),
        (columns.document_type_of, "居民身份证", "resident_id"),
        (columns.document_type_of, "统一社会信用代码", "uscc"),
        (columns.document_type_of, "Resident ID", "resident_id"),
        (columns.document_type_of, "library card", None),
        (columns.document_type_of, "护照" * 100_000, None),
    ],
)
def test_words_become_codes(read_word, word, code):
    assert read_word(word) == code


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31", "2026/1/31", "20260131", "2026.1.31", "2026年1月31日", wide("2026-01-31"),
        " 2026-01-31 ", "2026-01-31 00:00:00", "2026-01-31T00:00",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_form(text):
    assert columns.day_of(text) == date(2026, 1, 31)


@pytest.mark.parametrize("text", ["2026-02-30", "20261301", "2026/0/1", "0000-01-01"])
def test_a_day_that_the_calendar_lacks_is_an_error(text):
    with pytest.raises(ValueError, match=r"month|day|year"):
        columns.day_of(text)


@pytest.mark.parametrize(
    "text", ["", "soon", "31.01.2026", "2026-01/31", "2026-01-31 09:00", "202601"]
)
def test_what_is_no_day_is_not_guessed(text):
    assert columns.day_of(text) is None


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "@sum", "\tx", " =1", "\u3000=1", wide("=1"), wide("@x")]
)
def test_a_name_that_a_spreadsheet_would_calculate_is_noticed(text):
    assert columns.looks_like_formula("name", text)
    assert columns.looks_like_formula("city", text)
    assert not columns.looks_like_formula("mobile", text)


@pytest.mark.parametrize("text", ["", "Li Na", "李娜", "-", "A=B", "O'Neil"])
def test_an_honest_name_is_no_formula(text):
    assert not columns.looks_like_formula("name", text)


def test_a_number_rounded_by_a_spreadsheet_is_noticed():
    assert columns.lost_digits("1.10105E+17")
    assert not columns.lost_digits("110105198709184775")
    assert not columns.lost_digits("91370202MACR05DFNB")


@pytest.mark.parametrize(
    "read_word", [columns.kind_of, columns.day_of, columns.lost_digits, columns.status_of]
)
@pytest.mark.parametrize(
    "text", ["9" * 100_000, "=" * 100_000, " " * 100_000 + "x", "2026年" * 20_000]
)
def test_hostile_text_is_answered_at_once(read_word, text):
    started = time.perf_counter()
    assert not read_word(text)
    assert time.perf_counter() - started < 0.1


# --- the sample files ------------------------------------------------------------------------


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{name} is not in the sample folder; set CRM_SAMPLE_DATA to the folder.")
    with read_table(path, name) as table:
        places = columns.match_header(table.header).fields
        return [{field: row.values[at] for field, at in places.items()} for row in table.rows]


READERS = {
    "kind": columns.kind_of,
    "document_type": columns.document_type_of,
    "gender": columns.gender_of,
    "status": columns.status_of,
}


def in_codes(row):
    return {
        field: READERS[field](text) or text if field in READERS else text
        for field, text in row.items()
    }


def test_the_sample_customers_are_read_whole():
    rows = sample("customers.csv")
    assert len(rows) == 5_000
    assert list(rows[0]) == list(columns.FIELDS)


@pytest.mark.parametrize("name", ["customers_zh.csv", "customers.xlsx"])
def test_the_chinese_samples_say_the_same_as_the_english_one(name):
    rows = sample(name)
    assert len(rows) == 1_666
    expected = [in_codes(row) for row in sample("customers.csv")[:1_666]]
    assert [in_codes(row) for row in rows] == expected


def test_a_written_file_comes_back_as_it_was(tmp_path):
    path = tmp_path / "out.csv"
    written = [["Li, Na", 'the "old"\r\ntown'], ["王;伟", "\t"]]
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["name", "city"], *written])
    with read_table(path, "out.csv") as table:
        assert [row.values for row in table.rows] == written
