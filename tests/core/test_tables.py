"""Tables compiled from their declaration, their columns, and the filters above them."""

import datetime as dt
import re
from decimal import Decimal

import django_filters
import django_tables2 as stock
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.urls import NoReverseMatch, path, reverse, set_script_prefix
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core import columns
from crm.core.filters import LONGEST_TEXT, Chip, LeanFilterSet
from crm.core.tables import FastTable
from crm.core.tables.addresses import pk_url

pytestmark = pytest.mark.urls(__name__)


def nowhere(request, **kwargs):
    raise NotImplementedError


urlpatterns = [
    path("c/<int:pk>/", nowhere, name="customer"),
    path("b/<int:pk>/", nowhere, name="branch"),
]

with isolate_apps("django.contrib.auth"):

    class Branch(models.Model):
        name = models.CharField(max_length=99)

        class Meta:
            app_label = "auth"
            managed = False

        def __str__(self):
            return self.name

        def get_absolute_url(self):
            return f"/b/{self.pk}/?a=1&b=2"

    class Customer(models.Model):
        class Tier(models.IntegerChoices):
            GOLD = 1, "Gold & more"
            SILVER = 2, "Silver"

        name = models.CharField("full name", max_length=99)
        note = models.CharField(max_length=99)
        email = models.CharField(max_length=99)
        currency = models.CharField(max_length=3, default="CNY")
        branch = models.ForeignKey(Branch, models.PROTECT, null=True)
        tier = models.IntegerField(choices=Tier)
        risk = models.IntegerField()
        vip = models.BooleanField(default=False)
        assets = models.DecimalField(max_digits=18, decimal_places=2, null=True)
        opened = models.DateField(null=True)
        created_at = models.DateTimeField()

        class Meta:
            app_label = "auth"
            managed = False
            verbose_name_plural = "customers"

        def __str__(self):
            return self.name

        def get_absolute_url(self):
            return f"/c/{self.pk}/?a=1&b=2"

        @property
        def trend(self):
            return [1, None, self.risk]


class Catching(stock.Column):
    def render(self, **kwargs):
        return f"{kwargs['value']}/{kwargs['bound_row'].row_counter}<"


class Marked(stock.Column):
    def render(self, value, bound_column, table):
        return format_html("<b title='{}'>{}</b>", bound_column.name, value)


A = stock.A
CELL = {"class": lambda value, record: f"v{record.risk}", "title": lambda value: value}
KINDS = {
    "plain": lambda: stock.Column(accessor="name"),
    "number": lambda: stock.Column(accessor="risk"),
    "decimal": lambda: stock.Column(accessor="assets"),
    "localised": lambda: stock.Column(accessor="assets", localize=True),
    "unlocalised": lambda: stock.Column(accessor="assets", localize=False),
    "date": lambda: stock.Column(accessor="opened"),
    "moment": lambda: stock.Column(accessor="created_at"),
    "choice": lambda: stock.Column(accessor="tier"),
    "foreign": lambda: stock.Column(accessor="branch__name", default="<none>"),
    "foreign_key": lambda: stock.Column(accessor="branch__pk"),
    "foreign_method": lambda: stock.Column(accessor="branch__get_absolute_url"),
    "method": lambda: stock.Column(accessor="get_absolute_url"),
    "missing": lambda: stock.Column(accessor="no_such__thing"),
    "item": lambda: stock.Column(accessor="trend__0"),
    "computed_default": lambda: stock.Column(accessor="note", default=lambda: "n/a & co"),
    "never_empty": lambda: stock.Column(accessor="note", empty_values=()),
    "linked": lambda: stock.Column(accessor="name", linkify=True),
    "foreign_link": lambda: stock.Column(accessor="branch", linkify=True),
    "link_by_args": lambda: stock.Column(
        accessor="assets",
        linkify=("customer", [A("pk")]),
        attrs={"a": {"class": 'x"y', "id": None}},
    ),
    "link_by_kwargs": lambda: stock.Column(
        accessor="branch__name", linkify=("branch", {"pk": A("branch__pk")})
    ),
    "link_by_two": lambda: stock.Column(
        accessor="name", linkify={"viewname": "customer", "args": [A("pk")], "urlconf": None}
    ),
    "link_by_call": lambda: stock.Column(
        accessor="name", linkify=lambda record, value: f"/x?q={value}&r={record.pk}"
    ),
    "link_to_none": lambda: stock.Column(accessor="name", linkify=lambda record: None),
    "link_to_nothing": lambda: stock.Column(accessor="name", linkify=lambda record: ""),
    "link_with_data": lambda: stock.Column(
        accessor="name",
        linkify=lambda record: "/",
        attrs={"a": {"data-k": lambda record: record.pk}},
    ),
    "attrs": lambda: stock.Column(
        accessor="name", attrs={"td": {"class": "b a", "data-x": "<&"}, "th": {"class": "h"}}
    ),
    "cell_attrs": lambda: stock.Column(accessor="name", attrs={"cell": {"class": "num"}}),
    "computed_attrs": lambda: stock.Column(accessor="name", attrs={"td": CELL}),
    "boolean": lambda: stock.BooleanColumn(accessor="vip"),
    "box": lambda: stock.CheckBoxColumn(accessor="pk"),
    "template": lambda: stock.TemplateColumn("{{ value }}|{{ row_counter }}", accessor="name"),
    "mail": lambda: stock.EmailColumn(accessor="email"),
    "mail_text": lambda: stock.EmailColumn(accessor="email", text="write"),
    "catching": lambda: Catching(accessor="name"),
    "marked": lambda: Marked(accessor="name"),
    "own_value": lambda: stock.Column(accessor="name"),
    "own_row": lambda: stock.Column(accessor="name"),
    "own_default": lambda: stock.Column(accessor="name"),
    "own_none": lambda: stock.Column(
        accessor="name", attrs={"td": {"title": lambda value, record: value}}
    ),
    "own_safe": lambda: stock.Column(accessor="name", linkify=True),
    "select": columns.SelectColumn,
    "name": lambda: columns.NameColumn(
        accessor="name", view="customer", second="note", organisation="vip"
    ),
    "name_alone": lambda: columns.NameColumn(accessor="name"),
    "badge": lambda: columns.BadgeColumn(
        accessor="tier", tones={1: "ok"}, icons={1: "circle-check"}
    ),
    "figure": lambda: columns.NumberColumn(accessor="risk"),
    "money": lambda: columns.MoneyColumn(accessor="assets"),
    "money_in_yuan": lambda: columns.MoneyColumn("Assets", accessor="assets", unit="CNY"),
    "day": lambda: columns.DateColumn(accessor="opened"),
    "day_of_moment": lambda: columns.DateColumn(accessor="created_at"),
    "day_and_time": lambda: columns.MomentColumn(accessor="created_at"),
    "masked": lambda: columns.MaskedColumn(accessor="note", head=2),
    "trend": lambda: columns.SparklineColumn(accessor="trend"),
}
METHODS = {
    "render_own_value": lambda self, value: f"<{value}>",
    "render_own_row": lambda self, bound_row, record: f"{bound_row.row_counter}{record.pk}",
    "render_own_default": lambda self, value, sep=",": value,
    "render_own_none": lambda self: None,
    "render_own_safe": lambda self, value: format_html("<u>{}</u>", value),
}
ROW = {
    "data-id": lambda record: record.pk,
    "class": "r",
    "data-p": lambda table: table.prefix or None,
}


def both(names, **meta):
    """The same table twice: as django-tables2 has it, and compiled."""
    options = type("Meta", (), {"row_attrs": ROW, "default": "\u2013", **meta})
    return [
        type("T", (base,), {name: KINDS[name]() for name in names} | METHODS | {"Meta": options})
        for base in (stock.Table, FastTable)
    ]


def render(table, template, address="/"):
    table.template_name = template
    request = RequestFactory().get(address)
    page = Template("{% load render_table from django_tables2 %}{% render_table table %}")
    return page.render(Context({"table": table, "request": request}))


def cells(html):
    body = html[html.index("<tbody") : html.index("</tbody>")]
    # what narrow windows need is ours alone
    body = re.sub(r' role="(?:row|cell)"(?: data-label="[^"]*")?(?: data-empty)?', "", body)
    return [
        (
            attrs.strip(),
            [(a.strip(), c) for a, c in re.findall(r"<td\b([^>]*)>(.*?)</td>", row, re.DOTALL)],
        )
        for attrs, row in re.findall(r"<tr\b([^>]*)>(.*?)</tr>", body, re.DOTALL)
    ]


def assert_same(stock_table, fast_table, rows):
    expected = cells(render(stock_table, "django_tables2/bootstrap5.html"))
    assert cells(render(fast_table, "tables/table.html")) == expected
    assert len(expected) == rows


safe = st.text(st.characters(codec="utf-8", exclude_characters="\r<>"), max_size=9).map(mark_safe)
words = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12).filter(
    lambda text: "</td" not in text
) | st.sampled_from(["", "<script>alert(1)</script>", "a&b\"'", "王伟", "&lt;/td&gt;"])
customers = st.builds(
    Customer,
    pk=st.integers(1, 2**62),
    name=words | safe,
    note=words,
    email=words,
    branch=st.none() | st.builds(Branch, pk=st.integers(1, 10**9), name=words),
    tier=st.integers(0, 3),
    risk=st.integers(-(10**6), 10**6),
    vip=st.booleans(),
    assets=st.none() | st.decimals(-(10**12), 10**12, places=2),
    opened=st.none() | st.dates(),
    created_at=st.datetimes(
        dt.datetime(2, 1, 1),  # noqa: DTZ001 - bounds are naive
        dt.datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.just(dt.UTC),
    ),
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(customers, min_size=1, max_size=3),
    names=st.lists(st.sampled_from(sorted(KINDS)), unique=True, min_size=1, max_size=8),
    language=st.sampled_from(["en", "zh-hans", "de"]),
    grouping=st.booleans(),
)
def test_a_compiled_row_equals_the_stock_one(rows, names, language, grouping):
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=grouping):
        original, compiled = both(names)
        assert_same(original(list(rows)), compiled(list(rows)), len(rows))


def customer(pk=1, **given_values):
    return Customer(
        pk=pk,
        **{
            "name": "Bob Li",
            "note": "0012 8989",
            "email": "a@b.example",
            "tier": 1,
            "risk": 5,
            "assets": Decimal("1234.5"),
            "opened": dt.date(2020, 1, 2),
            "created_at": dt.datetime(2024, 5, 6, 4, tzinfo=dt.UTC),
        }
        | given_values,
    )


EVIL = '"><script>x</script>'


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_kind_of_column_equals_the_stock_one_and_escapes(name, language):
    evil = customer(
        2, name=EVIL, note=EVIL, email=EVIL, currency=EVIL, branch=Branch(pk=3, name=EVIL)
    )
    with translation.override(language):
        original, compiled = both([name])
        assert_same(original([customer(), evil]), compiled([customer(), evil]), 2)
        assert "<script" not in compiled([evil]).tbody_html


@pytest.mark.parametrize(
    "options",
    [
        {"exclude": ("attrs",)},
        {"sequence": ("number", "...")},
        {"extra_columns": [("more", stock.Column(accessor="name", linkify=True))]},
        {"attrs": {"td": {"class": "all"}}},
        {"attrs": {"td": {"title": lambda value, record: f"{record.pk}{value}"}}},
        {"default": "?"},
        {"row_attrs": {"id": {"a": 1}}},
    ],
)
def test_options_of_one_table_work_as_in_the_stock_one(options):
    original, compiled = both(["plain", "attrs", "cell_attrs", "number"])
    rows = [customer(), customer(2, name="")]
    one, other = original(list(rows), **options), compiled(list(rows), **options)
    one.columns.hide("cell_attrs")
    other.columns.hide("cell_attrs")
    assert_same(one, other, 2)
    assert list(one.as_values()) == list(other.as_values())


def test_rows_of_other_kinds_and_pinned_rows_are_left_to_the_stock_code():
    parts = {
        "name": stock.Column(),
        "risk": stock.Column(),
        "get_top_pinned_data": lambda self: [customer(9)],
        "get_bottom_pinned_data": lambda self: [{"name": "<sum>", "risk": 7}],
    }
    original, compiled = [type("P", (base,), dict(parts)) for base in (stock.Table, FastTable)]
    rows = [{"name": "<x>", "risk": 1234}, {"name": "", "risk": 2}, customer()]
    assert_same(original(list(rows), default="\u2013"), compiled(list(rows)), 5)


class CustomerTable(FastTable):
    select = columns.SelectColumn()
    name = columns.NameColumn(view="customer", second="note")
    assets = columns.MoneyColumn("Assets", unit="CNY")
    note = stock.Column(orderable=False)

    class Meta:
        model = Customer
        fields = ("select", "name", "tier", "assets", "opened", "created_at", "note")


SORTS = {"name": ("name",), "assets": ("-assets", "name"), "note": ("note",)}


def header(sort, address="/", **options):
    request = RequestFactory().get(address)
    table = CustomerTable([customer()], sorts=SORTS, order_by=sort, request=request, **options)
    return dict(
        zip([c.name for c in table.columns], table.thead_html.split("<th")[1:], strict=True)
    )


def test_only_declared_orders_are_links_and_a_column_may_refuse():
    linked = {name for name, cell in header("name").items() if "<a " in cell}
    assert linked == {"name", "assets"}


def test_the_sorted_column_alone_has_an_arrow_and_says_its_direction():
    head = header("name")
    assert 'aria-sort="ascending"' in head["name"]
    assert "<svg" in head["name"]
    assert [name for name, cell in head.items() if "<svg" in cell or "aria-sort" in cell] == [
        "name"
    ]
    assert 'href="?sort=-name"' in head["name"]
    assert 'href="?sort=assets"' in head["assets"]


def test_an_order_declared_from_the_top_is_descending_until_it_is_turned():
    assert 'aria-sort="descending"><a href="?sort=-assets"' in header("assets")["assets"]
    assert 'aria-sort="ascending"><a href="?sort=assets"' in header("-assets")["assets"]


def test_sort_links_keep_the_filters_and_drop_the_cursors():
    head = header("name", "/?sort=name&after=7&before=8&q=a%26b&q=%3Cs%3E")
    assert 'href="?q=a%26b&amp;q=%3Cs%3E&amp;sort=-name"' in head["name"]


def test_rows_keep_the_order_in_which_they_come():
    rows = [customer(1, name="B"), customer(2, name="A")]
    table = CustomerTable(rows, sorts=SORTS, order_by="name")
    assert re.findall(r">([AB])</a>", table.tbody_html) == ["B", "A"]


def test_a_table_of_listed_rows_takes_its_names_from_the_model():
    assert [column.header for column in CustomerTable([]).columns if column.name == "opened"] == [
        "Opened"
    ]
    assert "Full name" in header("name")["name"]
    html = render(CustomerTable([customer()]), "tables/table.html")
    assert 'aria-label="Customers"' in html


def test_fields_of_dates_and_moments_get_the_banks_own_columns():
    kinds = {column.name: type(column.column) for column in CustomerTable([]).columns}
    assert kinds["opened"] is columns.DateColumn
    assert kinds["created_at"] is columns.MomentColumn


def cell(column, **given_values):
    table = type("One", (FastTable,), {"one": column})([customer(**given_values)])
    return cells(f"<tbody>{table.tbody_html}</tbody>")[0][1][0][1]


def test_an_empty_cell_is_an_en_dash():
    assert cell(columns.MoneyColumn(accessor="assets"), assets=None) == "\u2013"


def test_an_amount_stands_with_its_own_currency_or_under_the_one_of_its_column():
    assert cell(columns.MoneyColumn(accessor="assets"), currency="USD") == "USD 1,234.50"
    assert cell(columns.MoneyColumn("Assets", accessor="assets", unit="CNY")) == "1,234.50"
    assert "Assets (CNY)" in header("name")["assets"]
    with pytest.raises(TypeError, match="needs a name"):
        columns.MoneyColumn(accessor="assets", unit="CNY")


def test_a_name_leads_to_its_record_with_avatar_and_second_line():
    html = cell(columns.NameColumn(accessor="name", view="customer", second="note"))
    assert '<a href="/c/1/">Bob Li</a><small class="num">0012 8989</small>' in html
    assert ">BL<" in html
    assert "<svg" in cell(columns.NameColumn(accessor="name", organisation="vip"), vip=True)


def test_a_badge_takes_the_tone_of_the_stored_value():
    badge = columns.BadgeColumn(accessor="tier", tones={1: "ok"})
    assert cell(badge) == '<span class="tag tag-ok">Gold &amp; more</span>'
    assert cell(columns.BadgeColumn(accessor="tier"), tier=2) == '<span class="tag">Silver</span>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("6222021234", "62 \u2022\u2022\u2022\u2022 1234"),
        ("123456", "\u2022" * 4),
        ("1", "\u2022" * 4),
    ],
)
def test_a_masked_value_is_masked_on_the_page_and_in_exports(text, shown):
    column = columns.MaskedColumn(accessor="note", head=2)
    table = type("One", (FastTable,), {"one": column})([customer(note=text)])
    assert f'<span class="mask">{shown}</span>' in table.tbody_html
    assert list(table.as_values())[1] == [shown]


def test_exports_carry_values_not_markup():
    names = ["name", "badge", "figure", "money", "day", "day_and_time", "trend", "select"]
    table = both(names)[1]([customer()])
    assert list(table.as_values())[1] == [
        "Bob Li",
        "Gold & more",
        5,
        Decimal("1234.5"),
        "2020-01-02",
        "2024-05-06T04:00:00+00:00",
        5,
    ]


@given(st.integers() | st.text(max_size=5) | st.none() | st.booleans())
def test_an_address_made_in_advance_equals_the_reversed_one(key):
    def outcome(make):
        try:
            return make()
        except NoReverseMatch:
            return NoReverseMatch

    expected = outcome(lambda: reverse("customer", args=[key]))
    assert outcome(lambda: pk_url("customer")(key)) == expected
    assert outcome(lambda: pk_url("customer", "pk")(key)) == expected


def test_an_address_made_in_advance_follows_the_script_prefix():
    assert pk_url("customer")(1) == "/c/1/"
    try:
        set_script_prefix("/crm/")
        assert pk_url("customer")(1) == "/crm/c/1/"
    finally:
        set_script_prefix("/")


class Reachable(models.QuerySet):
    """Content types of which a user sees those of one application."""

    def permitted(self, user, action="view"):
        return self.filter(app_label=user)


class PermissionFilter(LeanFilterSet):
    content_type = django_filters.ModelChoiceFilter(
        label="Kind", queryset=Reachable(ContentType), null_label="none"
    )
    kinds = django_filters.ModelMultipleChoiceFilter(
        label="Kinds", field_name="content_type", queryset=Reachable(ContentType)
    )
    number = django_filters.NumberFilter(label="Number", field_name="id")
    numbers = django_filters.RangeFilter(label="Numbers", field_name="id")
    codename = django_filters.CharFilter(label="Code begins with", lookup_expr="startswith")
    name = django_filters.ChoiceFilter(label="Name", choices=[("g", [("a", "Ay"), ("b", "Bee")])])
    names = django_filters.MultipleChoiceFilter(
        label="Names", field_name="name", choices=[("a", "Ay"), ("b", "Bee")], exclude=True
    )
    linked = django_filters.BooleanFilter(
        label="Linked", field_name="content_type", lookup_expr="isnull", exclude=True
    )
    since = django_filters.DateFromToRangeFilter(label="Since", method="ignore")

    class Meta:
        model = Permission
        fields = ()

    def ignore(self, queryset, name, value):
        return queryset


def filtered(query, user="auth", *, lean=True):
    request = RequestFactory().get(f"/?{query}")
    return PermissionFilter(
        request.GET, Permission.objects.order_by("pk"), request=request, lean=lean, user=user
    )


def words_of(query, **options):
    return [(chip.label, chip.operator, chip.value) for chip in filtered(query, **options).chips()]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("number=7", ("Number", "is", "7")),
        ("numbers_min=1&numbers_max=2500", ("Numbers", "between", "1 and 2,500")),
        ("numbers_min=1.50", ("Numbers", "from", "1.5")),
        ("numbers_max=9", ("Numbers", "up to", "9")),
        ("codename=add", ("Code begins with", "", "add")),
        ("codename=unknown", ("Code begins with", "", "unknown")),
        ("name=a", ("Name", "is", "Ay")),
        ("names=a&names=b", ("Names", "is none of", "Ay, Bee")),
        ("names=b", ("Names", "is not", "Bee")),
        ("since_after=2026-01-02", ("Since", "from", "2 Jan 2026")),
        ("content_type=null", ("Kind", "is", "none")),
    ],
)
def test_a_chip_reads_field_operator_value(query, words):
    assert words_of(query) == [words]


def test_a_chip_leads_to_the_list_without_its_filter_unknown_parameters_and_cursors():
    filters = filtered("numbers_min=1&numbers_max=9&number=7&sort=name&after=X&evil=1&size=50")
    assert filters.chips() == [
        Chip("number", "Number", "is", "7", "numbers_min=1&numbers_max=9&sort=name&size=50"),
        Chip("numbers", "Numbers", "between", "1 and 9", "number=7&sort=name&size=50"),
    ]


def test_only_filters_that_the_address_names_are_built():
    assert list(filtered("number=7&name=&evil=1&linked=unknown").filters) == ["number"]
    assert len(filtered("number=7", lean=False).filters) == 9


@pytest.mark.django_db
def test_filters_narrow_the_rows():
    everything = Permission.objects.order_by("pk")
    assert list(filtered("").qs) == list(everything)
    assert list(filtered("codename=add").qs) == list(everything.filter(codename__startswith="add"))
    kind = ContentType.objects.get(app_label="auth", model="group")
    assert list(filtered(f"content_type={kind.pk}").qs) == list(kind.permission_set.order_by("pk"))


@pytest.mark.django_db
def test_a_record_out_of_reach_is_named_nowhere_and_answers_like_one_that_is_missing():
    kind = ContentType.objects.get(app_label="auth", model="group")
    inside = filtered(f"content_type={kind.pk}&kinds={kind.pk}")
    assert [chip.value for chip in inside.chips()] == [str(kind), str(kind)]
    for user in ("other", None):
        outside = filtered(f"content_type={kind.pk}", user=user)
        missing = filtered("content_type=999999999", user=user)
        assert str(kind) not in str(outside.chips())
        assert outside.errors == missing.errors
        assert not outside.qs.exists()


HOSTILE = [
    "number=x",
    "number=99999999999999999999",
    "number=-99999999999999999999",
    "number=1e400",
    "number=NaN",
    "number=%00",
    "numbers_min=99999999999999999999",
    "numbers_max=x",
    "content_type=99999999999999999999999",
    "content_type=%00",
    "kinds=99999999999999999999999",
    "kinds=1&kinds=x",
    "name=c",
    "name=%00",
    "names=a&names=c",
    "linked=perhaps",
    "since_after=0000-00-00",
    "since_after=2026-03-02&since_before=2026-03-01",
    "numbers_min=9&numbers_max=1",
    "since_before=99999-01-01",
    f"codename={'x' * (LONGEST_TEXT + 1)}",
]


@pytest.mark.django_db
@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("lean", [True, False])
def test_a_filter_that_cannot_be_read_is_a_fault_above_an_empty_list(query, lean):
    filters = filtered(query, lean=lean)
    assert not filters.qs.exists()
    (fault,) = filters.faults()
    (chip,) = filters.chips()
    assert fault.startswith(f"{chip.label}: ")
    assert not chip.is_valid
    assert chip.remove_query == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["codename=%00", "codename=a%00b", "number=9223372036854775807", "numbers_min=-9e18"],
)
def test_odd_values_that_can_be_read_reach_the_database_without_harm(query):
    filters = filtered(query)
    assert filters.faults() == []
    assert len(filters.qs) in {0, Permission.objects.count()}


@pytest.mark.django_db
def test_chips_of_a_list_cost_one_query_for_each_record_they_name():
    kind = ContentType.objects.get(app_label="auth", model="group")
    filters = filtered(f"content_type={kind.pk}&number=7&name=a")
    with CaptureQueriesContext(connection) as queries:
        filters.chips()
        assert not filters.errors
    assert len(queries) == 1
