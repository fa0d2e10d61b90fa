"""Fed rows tidied column by column are the rows that their own checks let through."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.arrays import array_of
from customers.feeds import at_once, checks
from customers.feeds.chunk import Chunk
from customers.feeds.columns import HEADERS
from customers.imports.checks import Refused

TODAY = dt.date(2026, 11, 26)
BUSINESS_DATE = dt.date(2026, 11, 25)
KEYS = ["A1", "A2", "", "A" * 41, "B" * 61, "1.2E+17", "1e05", "X1E07Y", "客1"]
DAYS = ["2021-03-04", "2021/3/4", "20210304", "2021-02-30", "2199-01-01", "9999-12-31", "", "x",
        "1949-01-01", "1999-05-06", "2026-11-26 00:00:00", "２０２１-03-04"]  # fmt: skip
AMOUNTS = ["1.00", "-86.40", "0", "", "1,286,450.22", "1,2", "1.234", "1e9", "NaN", "١٢٣",
           "12345678901234567", "5.0000", "+1"]  # fmt: skip
VALUES = {
    "holding_no": KEYS,
    "customer_no": KEYS,
    "transaction_no": KEYS,
    "product": ["time_deposit", "TIME DEPOSIT", "credit_card", "", "perpetual_motion"],
    "account_no": ["6228480012345678901", "6228 4800 1234 5678 901", "de12e34567", "12", "",
                   "6.22848E+18", "ＡＢ１２３４５６", "1234567E12"],
    "currency": ["CNY", "cny", "XXX", ""],
    "rate": ["2.15", "2.15%", "", "1000", "x"],
    "branch_code": ["0001", ""],
    "status": ["active", "正常", "closed", "销户", "odd", ""],
    "overdue_days": ["", "0", "3", "-1", "123456"],
    "role": ["joint_holder", "联名人", "friend", ""],
    "month": ["2026-01", "202602", "2026年3月", "2026-13", "2026-12", "1980-01", "x", ""],
    "kind": ["rent", "房租", "bribe", ""],
    "counterparty": ["澜江便利店", "", "x" * 121, 'a"b\\c'],
    "description": ["", "午餐", "x" * 201],
}  # fmt: skip
CHECKS = {
    "holdings": (
        lambda told: at_once.holdings(told, TODAY, BUSINESS_DATE),
        lambda row: checks.holding(row, TODAY, BUSINESS_DATE),
    ),
    "parties": (at_once.parties, checks.party),
    "balances": (
        lambda told: at_once.balances(told, TODAY),
        lambda row: checks.balance(row, TODAY),
    ),
    "transactions": (
        lambda told: at_once.transactions(told, TODAY),
        lambda row: checks.transaction(row, TODAY),
    ),
}


def values_of(column):
    """Usual values first, so that whole rows are right often enough."""
    if column in VALUES:
        return VALUES[column]
    return DAYS if column.endswith(("_on", "_date", "_from", "_until")) else AMOUNTS


def rows_of(kind):
    def cell(column):
        usual, *odd = values_of(column)
        return st.one_of(st.just(usual), st.just(usual), st.sampled_from([usual, *odd]))

    return st.lists(st.fixed_dictionaries({c: cell(c) for c in HEADERS[kind]}), max_size=12)


@pytest.mark.proves("CI-21")
@pytest.mark.parametrize("kind", list(CHECKS))
def test_whatever_is_not_doubted_is_what_the_check_of_the_row_says(kind):
    tidy, check = CHECKS[kind]
    seen = set()

    @settings(max_examples=300, deadline=None, database=None)
    @given(rows_of(kind))
    def every_row(rows):
        columns, doubts = tidy({c: [row[c] for row in rows] for c in HEADERS[kind]})
        for place, row in enumerate(rows):
            try:
                expected = check(row)
            except Refused:
                assert place in doubts, row
                seen.add("refused")
                continue
            if place not in doubts:
                assert {name: column[place] for name, column in columns.items()} == expected
                seen.add("sure")

    every_row()
    assert seen == {"refused", "sure"}


@pytest.mark.parametrize("kind", list(CHECKS))
def test_usual_rows_are_not_doubted(kind):
    row = {column: values_of(column)[0] for column in HEADERS[kind]}
    usual = {"matures_on": "2031-03-04", "closed_on": "", "valid_until": ""}
    row |= {column: value for column, value in usual.items() if column in row}
    assert not CHECKS[kind][0]({column: [value] * 3 for column, value in row.items()})[1]


@pytest.mark.parametrize(
    "texts",
    [[], ["a"], ["a", None, "b"], [None], ['"', "\\", '","', "{}", "null", "NULL", "", " x "],
     ["\n", "陈", "a'b", "%s"], [1, None, 2]],
)  # fmt: skip
def test_the_database_reads_an_array_as_it_was(db, texts):
    with connection.cursor() as cursor:
        cursor.execute("select %s::text[]", [array_of(texts)])
        (read,) = cursor.fetchone()
    assert read == [None if text is None else str(text) for text in texts]


def test_rows_that_come_later_stand_at_their_line():
    chunk = Chunk([2, 5], {"a": ["x", "y"]}).with_rows([(3, {"a": "z"})])
    assert (chunk.lines, chunk["a"]) == ([2, 3, 5], ["x", "z", "y"])
    assert chunk.only([True, False, True]).lines == [2, 5]
