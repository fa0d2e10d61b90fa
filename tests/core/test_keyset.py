"""Keyset pages and their cursors: every row once, in the order of the plain query, in one query."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.core.cursors import MAX_LENGTH, CursorContext, open_cursor, seal_cursor
from crm.core.keyset import Count, capped_count, keyset, page_query, plain_order

LIST = CursorContext("customer_list", 7)

values = st.lists(
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=40)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.dates()
    | st.datetimes(timezones=st.just(dt.UTC)),
    max_size=4,
)


@given(values)
def test_a_cursor_opens_to_the_values_that_were_sealed(sealed):
    opened = open_cursor(seal_cursor(sealed, LIST), LIST)
    assert opened == tuple(sealed)
    assert [type(value) for value in opened] == [type(value) for value in sealed]


def test_a_cursor_shows_neither_its_values_nor_their_length():
    small, large = (
        seal_cursor([Decimal("1.00"), 1], LIST),
        seal_cursor([Decimal("98765.43"), 1], LIST),
    )
    assert len(small) == len(large)
    assert seal_cursor([1], LIST) != seal_cursor([1], LIST)


@pytest.mark.parametrize(
    "other",
    [
        CursorContext("branch_list", 7),
        CursorContext("customer_list", 8),
        CursorContext("customer_list", None),
        CursorContext("customer_list", 7, "-name"),
    ],
)
def test_a_cursor_is_worthless_in_another_list_order_or_hand(other):
    assert open_cursor(seal_cursor([1], other), other) == (1,)
    assert open_cursor(seal_cursor([1], other), LIST) is None


def test_a_cursor_is_worthless_under_another_secret():
    sealed = seal_cursor([1], LIST)
    with override_settings(SECRET_KEY="another secret"):
        assert open_cursor(sealed, LIST) is None


@given(st.text(max_size=80) | st.just("A" * (MAX_LENGTH + 1)) | st.binary(max_size=60).map(repr))
def test_whatever_is_sent_instead_of_a_cursor_opens_to_none(text):
    assert open_cursor(text, LIST) is None


@given(st.integers(0, 79))
def test_a_cursor_changed_or_cut_anywhere_opens_to_none(at):
    sealed = seal_cursor(["A", 5], LIST)
    assert len(sealed) == 80
    assert open_cursor(sealed[:at], LIST) is None
    other = "B" if sealed[at] == "A" else "A"
    assert open_cursor(sealed[:at] + other + sealed[at + 1 :], LIST) is None


def test_a_value_that_no_sort_column_holds_is_refused():
    with pytest.raises(TypeError, match="float"):
        seal_cursor([1.5], LIST)


@pytest.fixture
def sheet_tables(owner_connection):
    """Made by the owner, as the application may not; gone when the test's transaction has ended."""
    owner_connection.execute(
        "set lock_timeout = '5s';"
        "create table keyset_group (id bigint primary key, name text not null);"
        "create table keyset_row (id bigint primary key, assets numeric(18, 2) not null,"
        " rank int, name text not null, day date, group_id bigint);"
        "create index keyset_row_assets on keyset_row (assets, id);"
        "grant select, insert, delete on keyset_row, keyset_group to public"
    )
    owner_connection.commit()
    yield
    owner_connection.execute("drop table keyset_row, keyset_group")
    owner_connection.commit()


@pytest.fixture
def sheet(sheet_tables, db):
    """Rows with nulls and duplicates in every kind of column."""
    with isolate_apps("django.contrib.auth"):

        class Group(models.Model):
            name = models.CharField(max_length=9)

            class Meta:
                app_label = "auth"
                db_table = "keyset_group"

            def __str__(self):
                return self.name

        class Row(models.Model):
            assets = models.DecimalField(max_digits=18, decimal_places=2)
            rank = models.IntegerField(null=True)
            name = models.CharField(max_length=9)
            day = models.DateField(null=True)
            group = models.ForeignKey(Group, models.CASCADE, null=True)

            class Meta:
                app_label = "auth"
                db_table = "keyset_row"

            def __str__(self):
                return self.name

    return Row


rows = st.lists(
    st.fixed_dictionaries(
        {
            "assets": st.sampled_from([Decimal("0.00"), Decimal("1.50"), Decimal("-7.25")]),
            "rank": st.none() | st.integers(0, 2),
            "name": st.sampled_from(["", "a", "b", "王"]),
            "day": st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)),
            "group_id": st.none() | st.integers(1, 3),
        }
    ),
    max_size=12,
)
COLUMNS = ["assets", "rank", "name", "day", "group", "group__name", "doubled", "pk"]
orders = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(COLUMNS)),
    max_size=3,
    unique_by=lambda pair: pair[1],
).map(lambda pairs: [sign + name for sign, name in pairs])


def fill(model, drawn):
    groups = model._meta.get_field("group").related_model
    model.objects.all().delete()
    groups.objects.all().delete()
    names = ["", "a", "a"]
    groups.objects.bulk_create([groups(pk=n, name=names[n - 1]) for n in range(1, 4)])
    model.objects.bulk_create([model(pk=n, **row) for n, row in enumerate(drawn, 1)])


def keys(page):
    return [row.pk for row in page.rows]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=rows, order=orders, size=st.integers(1, 4))
def test_walking_there_and_back_meets_every_row_once_in_the_plain_order(sheet, drawn, order, size):
    fill(sheet, drawn)
    queryset = sheet.objects.annotate(doubled=models.F("rank") * 2)
    plain = [row.pk for row in queryset.order_by(*plain_order(queryset, order))]

    def read(**cursor):
        return keyset(queryset, order, size=size, context=LIST, **cursor)

    pages = [read()]
    # one page more than there can be, so that a walk in a circle fails instead of never ending
    while pages[-1].next_cursor and len(pages) <= len(plain):
        pages.append(read(after=pages[-1].next_cursor))
    assert [pk for page in pages for pk in keys(page)] == plain
    assert all(len(page.rows) == size for page in pages[:-1])

    back = [pages[-1]]
    while back[-1].previous_cursor and len(back) <= len(plain):
        back.append(read(before=back[-1].previous_cursor))
    assert [keys(page) for page in reversed(back)] == [keys(page) for page in pages]
    assert [page.is_first for page in back] == [False] * (len(back) - 1) + [True]
    assert all(page.next_cursor for page in back[1:])


def test_nulls_stand_last_in_both_directions(sheet):
    fill(sheet, [_row(rank=rank) for rank in (None, 2, 1)])
    assert keys(keyset(sheet.objects.all(), ["rank"], size=9, context=LIST)) == [3, 2, 1]
    assert keys(keyset(sheet.objects.all(), ["-rank"], size=9, context=LIST)) == [2, 3, 1]


@pytest.mark.parametrize("order", [["assets"], ["-group__name", "rank"]])
def test_a_page_is_read_by_one_query_without_offset_or_count(sheet, order):
    fill(sheet, [_row(rank=n, group_id=n % 3 + 1) for n in range(6)])
    queryset = sheet.objects.only("id")
    first = keyset(queryset, order, size=2, context=LIST)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset(queryset, order, after=first.next_cursor, size=2, context=LIST)
    assert len(queries) == 1
    assert not {"offset", "count("} & set(queries[0]["sql"].lower().split())


@pytest.mark.parametrize(("order", "sign"), [(["assets"], ">"), (["-assets"], "<")])
def test_columns_that_agree_are_compared_as_one_row_so_that_an_index_is_walked(sheet, order, sign):
    fill(sheet, [_row(rank=n) for n in range(6)])
    first = keyset(sheet.objects.all(), order, size=2, context=LIST)
    with CaptureQueriesContext(connection) as queries:
        keyset(sheet.objects.all(), order, after=first.next_cursor, size=2, context=LIST)
    sql = queries[0]["sql"]
    assert f'("keyset_row"."assets", "keyset_row"."id") {sign} (' in sql
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
        cursor.execute(f"explain {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (ROW(assets, id)" in plan
    assert "Sort" not in plan


def test_a_cursor_of_another_order_or_user_leads_to_the_first_page(sheet):
    fill(sheet, [_row(rank=n) for n in range(6)])
    first = keyset(sheet.objects.all(), ["rank"], size=2, context=LIST)
    for order, context in ((["-rank"], LIST), (["rank"], LIST._replace(user_id=8))):
        page = keyset(sheet.objects.all(), order, after=first.next_cursor, size=2, context=context)
        assert page.is_first
        assert page.previous_cursor is None
        assert len(page.rows) == 2


def test_a_page_whose_rows_are_gone_gives_way_to_the_first_page(sheet):
    fill(sheet, [_row(rank=n) for n in range(4)])
    first = keyset(sheet.objects.all(), ["rank"], size=2, context=LIST)
    sheet.objects.filter(rank__gte=2).delete()
    page = keyset(sheet.objects.all(), ["rank"], after=first.next_cursor, size=2, context=LIST)
    assert keys(page) == [1, 2]
    assert page.is_first


@pytest.mark.django_db
def test_an_empty_list_is_a_first_page_without_neighbours():
    page = keyset(Permission.objects.none(), ["name"], size=5, context=LIST)
    assert (page.rows, page.next_cursor, page.previous_cursor) == ([], None, None)
    assert page.is_first


@pytest.mark.django_db
def test_a_count_stops_at_its_cap_and_sorts_nothing():
    kinds = ContentType.objects.order_by("model")
    there = kinds.count()
    assert capped_count(kinds) == (there, False)
    assert capped_count(kinds, cap=there) == (there, False)
    with CaptureQueriesContext(connection) as queries:
        assert capped_count(kinds, cap=2) == (2, True)
    sql = queries[0]["sql"].lower()
    assert "limit 3" in sql
    assert "order by" not in sql


@pytest.mark.django_db
def test_a_count_of_distinct_rows_counts_rows_and_not_how_they_differ():
    joined = ContentType.objects.filter(permission__isnull=False)
    expected = len({kind.pk for kind in joined})
    assert 1 < expected < joined.count()
    assert capped_count(joined.distinct()) == (expected, False)


def test_a_count_reads_as_people_write_it():
    assert [str(Count(1284, capped=False)), str(Count(10_000, capped=True))] == ["1,284", "10,000+"]


def test_links_keep_the_filters_and_drop_the_cursors():
    address = "/?tier=gold&tier=silver&after=X&before=Y&sort=name&q=a%26b"
    params = RequestFactory().get(address).GET
    assert page_query(params, after="Z") == "tier=gold&tier=silver&sort=name&q=a%26b&after=Z"
    assert page_query(params, without=["sort"]) == "tier=gold&tier=silver&q=a%26b"


def _row(**given_values):
    return {
        "assets": Decimal("1.00"),
        "rank": None,
        "name": "",
        "day": None,
        "group_id": None,
    } | given_values
