"""`load_holdings`: fed files are checked, merged once, and leave nothing of what they refuse."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.core.clock import bank_today
from crm.core.models import AuditEvent
from crm.core.sealed import open_field
from customers.feeds.load import LOAD
from customers.models import FeedBatch, Holding, HoldingParty, HoldingYear, Transaction
from sysadmin.models import Grant
from tests.factories import CustomerFactory, HoldingFactory, SourceKeyFactory

HOLDING = {
    "holding_no": "A1",
    "customer_no": "",
    "product": "time_deposit",
    "account_no": "6228 4800 1234 5678 901",
    "currency": "CNY",
    "balance": "1286450.22",
    "balance_base": "1286450.22",
    "credit_limit": "",
    "principal": "",
    "rate": "2.15",
    "branch_code": "",
    "opened_on": "2021-03-04",
    "matures_on": "2031-03-04",
    "closed_on": "",
    "status": "active",
    "overdue_days": "",
    "business_date": "",
}
PARTY = {"holding_no": "A1", "customer_no": "", "role": "joint_holder", "valid_from": "2022-01-01"}
BALANCE = {"holding_no": "A1", "month": "2026-01", "month_end": "100.00", "average": "90.5"}
BOOKING = {
    "transaction_no": "T1",
    "holding_no": "A1",
    "booked_on": "2026-01-15",
    "amount": "-86.40",
    "currency": "CNY",
    "kind": "card_payment",
    "counterparty": "澜江便利店",
    "description": "",
}
ORDER = {"holdings": HOLDING, "parties": PARTY, "balances": BALANCE, "transactions": BOOKING}


@pytest.fixture
def loader(person, branch):
    return person(branch, LOAD)


@pytest.fixture
def customer(branch):
    return SourceKeyFactory(customer=CustomerFactory(home_branch=branch), key="C1").customer


@pytest.fixture
def load(tmp_path, loader, customer, branch):
    """Loads rows of one kind; each row names what differs from the usual one."""

    def run(kind, *rows, user=None, options=(), header=None):
        usual = ORDER[kind] | (
            {"customer_no": "C1", "branch_code": branch.code} if kind == "holdings" else {}
        )
        path = tmp_path / f"{kind}.csv"
        lines = [",".join(header or usual)]
        lines += [",".join(f'"{v}"' for v in (usual | row).values()) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        out = StringIO()
        name = (user or loader).username
        call_command("load_holdings", f"--{kind}", str(path), "--as", name, *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def account(load):
    load("holdings", {})
    return Holding.objects.get()


def totals(new=0, changed=0, unchanged=0, refused=0):
    return (
        f"{new + changed + unchanged + refused} rows: {new} created, {changed} updated, "
        f"{unchanged} unchanged, {refused} refused."
    )


@pytest.mark.proves("CI-21")
def test_a_new_holding_is_entered_with_its_number_sealed_and_its_holder_as_party(load, customer):
    assert totals(new=1) in load("holdings", {})
    holding = Holding.objects.get()
    assert (holding.customer, holding.kind, holding.status) == (customer, "deposit", "active")
    assert (holding.balance, holding.rate) == (Decimal("1286450.22"), Decimal("2.15"))
    assert holding.business_date == bank_today()
    assert open_field(holding, "number", bytes(customer.salt)) == "6228480012345678901"
    assert holding.mask == "•••• 8901"
    party = HoldingParty.objects.get()
    assert (party.customer, party.role) == (customer, "account_holder")


@pytest.mark.proves("CI-21")
@pytest.mark.parametrize("kind", ["holdings", "parties", "balances", "transactions"])
def test_the_same_file_twice_changes_nothing(load, account, kind, branch):
    other = SourceKeyFactory(customer=CustomerFactory(home_branch=branch), key="C2")
    more = {"customer_no": other.key} if kind == "parties" else {}
    if kind != "holdings":
        assert totals(new=1) in load(kind, more)
    before = [list(m.objects.values()) for m in (Holding, HoldingParty, HoldingYear, Transaction)]
    assert totals(unchanged=1) in load(kind, more)
    after = [list(m.objects.values()) for m in (Holding, HoldingParty, HoldingYear, Transaction)]
    assert after == before


def test_what_differs_is_updated_and_nothing_else(load, account):
    assert totals(new=1, changed=1) in load(
        "holdings",
        {"balance": "5.00", "status": "冻结", "account_no": "6228480099999999999"},
        {"holding_no": "A2"},
    )
    was = bytes(account.number)
    account.refresh_from_db()
    assert (account.balance, account.status, account.mask) == (5, "frozen", "•••• 9999")
    assert bytes(account.number) != was
    assert Holding.objects.count() == 2


def test_a_month_is_put_into_its_year_beside_what_is_known(load, account):
    load("balances", {}, {"month": "2026/03", "month_end": "300", "average": ""})
    said = load("balances", {"month_end": "101.00", "average": ""}, {"month": "202602"})
    assert totals(new=1, changed=1) in said
    year = HoldingYear.objects.get()
    assert year.year == 2026
    assert year.month_end[:4] == [Decimal(101), Decimal(100), Decimal(300), None]
    assert year.average[:3] == [Decimal("90.5"), Decimal("90.5"), None]


def test_a_role_ends_when_the_file_says_so(load, account, branch):
    SourceKeyFactory(customer=CustomerFactory(home_branch=branch), key="C2")
    load("parties", {"customer_no": "C2"})
    header = [*PARTY, "valid_until"]
    row = {"customer_no": "C2", "role": "联名人", "valid_until": "2026-01-31"}
    assert totals(changed=1) in load("parties", row, header=header)
    joint = HoldingParty.objects.get(role="joint_holder")
    assert joint.valid.upper == dt.date(2026, 2, 1)


def test_a_booking_of_a_month_that_nobody_prepared_makes_its_month(load, account):
    assert totals(new=2) in load(
        "transactions", {}, {"transaction_no": "T2", "booked_on": "2017-05-06"}
    )
    assert Transaction.objects.filter(booked_on__year=2017).count() == 1


@pytest.mark.parametrize("days", ["1900-01-01", "2199-01-01"])
def test_no_month_is_made_that_makes_no_sense(db, days):
    with pytest.raises(DatabaseError, match="too far"), transaction.atomic():
        connection.cursor().execute("select customers_make_partitions(%s, %s)", [days, days])


REFUSED = [
    ("holdings", {"customer_no": "C9"}, "unknown_customer"),
    ("holdings", {"product": "perpetual_motion"}, "unknown_product"),
    ("holdings", {"currency": "XXX"}, "unknown_currency"),
    ("holdings", {"branch_code": "nowhere"}, "unknown_branch"),
    ("holdings", {"status": "odd"}, "unknown_status"),
    ("holdings", {"opened_on": "2021-02-30"}, "bad_date"),
    ("holdings", {"opened_on": "2199-01-01"}, "future_date"),
    ("holdings", {"opened_on": ""}, "bad_date"),
    ("holdings", {"matures_on": "2020-01-01"}, "bad_period"),
    ("holdings", {"closed_on": "2025-01-01"}, "bad_period"),
    ("holdings", {"balance": "12345678901234567.00"}, "bad_amount"),
    ("holdings", {"balance": "1.234"}, "bad_amount"),
    ("holdings", {"balance": "NaN"}, "bad_amount"),
    ("holdings", {"balance": "1e9"}, "bad_amount"),
    ("holdings", {"balance": "١٢٣"}, "bad_amount"),
    ("holdings", {"balance": ""}, "missing_amount"),
    ("holdings", {"rate": "1000"}, "bad_rate"),
    ("holdings", {"account_no": "12"}, "bad_account"),
    ("holdings", {"account_no": "6.22848E+18"}, "bad_account"),
    ("holdings", {"overdue_days": "3"}, "bad_overdue"),
    ("holdings", {"overdue_days": "-1"}, "bad_overdue"),
    ("holdings", {"holding_no": ""}, "bad_holding_no"),
    ("holdings", {"holding_no": "A" * 41}, "bad_holding_no"),
    ("holdings", {"holding_no": "1.2E+17"}, "lost_digits"),
    ("holdings", {"business_date": "2199-01-01"}, "future_date"),
    ("parties", {"customer_no": "C9"}, "unknown_customer"),
    ("parties", {"customer_no": "C1", "role": "friend"}, "unknown_role"),
    ("parties", {"customer_no": "C1", "holding_no": "A9"}, "unknown_holding"),
    ("balances", {"month": "2026-13"}, "bad_month"),
    ("balances", {"month": "x"}, "bad_month"),
    ("balances", {"holding_no": "A9"}, "unknown_holding"),
    ("transactions", {"kind": "bribe"}, "unknown_kind"),
    ("transactions", {"booked_on": "1999-01-01"}, "too_old"),
    ("transactions", {"booked_on": "2199-01-01"}, "future_date"),
    ("transactions", {"counterparty": "x" * 121}, "too_long_counterparty"),
    ("transactions", {"amount": "9" * 400}, "bad_amount"),
]


@pytest.mark.proves("CI-21")
@pytest.mark.parametrize(("kind", "change", "reason"), REFUSED)
def test_a_wrong_row_is_refused_with_its_reason_and_the_right_ones_stay(
    load, account, kind, change, reason
):
    right = {"transaction_no": "T2", "customer_no": "C1", "role": "agent"}
    right = {name: value for name, value in right.items() if name in ORDER[kind]}
    said = load(kind, change, right | ({"holding_no": "A2"} if kind == "holdings" else {}))
    assert totals(new=1, refused=1) in said
    assert reason in said
    batch = FeedBatch.objects.latest("pk")
    assert (batch.rows, batch.new, batch.refused, batch.reasons) == (2, 1, 1, {reason: 1})


def test_a_row_said_twice_in_one_file_is_refused_the_second_time(load):
    said = load("holdings", {}, {"balance": "1.00"})
    assert totals(new=1, refused=1) in said
    assert "duplicate_in_file" in said
    assert Holding.objects.get().balance == Decimal("1286450.22")


def test_the_earlier_of_two_rows_counts_even_if_it_is_written_unusually(load):
    said = load("holdings", {"balance": "1,286.00"}, {"balance": "1.00"})
    assert totals(new=1, refused=1) in said
    assert "line 3" in said
    assert Holding.objects.get().balance == Decimal(1286)


@pytest.mark.parametrize("kind", ["holdings", "balances", "transactions"])
def test_a_file_asks_as_much_for_many_rows_as_for_few(load, account, kind):
    column = {"holdings": "holding_no", "balances": "month", "transactions": "transaction_no"}[kind]

    def asked(first, last):
        rows = [
            {column: f"20{n}-01" if kind == "balances" else f"N{n}"} for n in range(first, last)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert totals(new=last - first) in load(kind, *rows)
        return len(queries)

    assert asked(10, 12) == asked(12, 26)


def test_what_is_known_of_a_later_day_or_of_another_holder_is_not_overwritten(
    load, account, branch
):
    SourceKeyFactory(customer=CustomerFactory(home_branch=branch), key="C2")
    assert "older_than_known" in load("holdings", {"business_date": "2026-01-01"})
    assert "holder_changed" in load("holdings", {"customer_no": "C2"})
    account.refresh_from_db()
    assert account.business_date == bank_today()


@pytest.mark.parametrize("content", [b"", b"holding_no,month\n", b"a,b\n1,2\n", b"holding_no,\0\n"])
def test_a_file_that_is_none_is_refused_with_a_sentence(tmp_path, loader, content):
    path = tmp_path / "balances.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("load_holdings", "--balances", str(path), "--as", loader.username)
    assert not FeedBatch.objects.exists()


def test_nul_in_a_row_refuses_the_file_and_keeps_nothing(load):
    with pytest.raises(CommandError, match="NUL"):
        load("holdings", {}, {"holding_no": "A\0"})
    assert not Holding.objects.exists()


def test_without_the_right_or_without_a_file_nothing_is_loaded(load, person, branch, loader):
    with pytest.raises(CommandError, match="may not load"):
        load("holdings", {}, user=person(branch, "customers.view_holding"))
    with pytest.raises(CommandError, match="at least one file"):
        call_command("load_holdings", "--as", loader.username)
    with pytest.raises(CommandError, match="no file"):
        call_command("load_holdings", "--parties", "/none.csv", "--as", loader.username)
    with pytest.raises(CommandError, match="no such user"):
        call_command("load_holdings", "--as", "nobody")
    with pytest.raises(CommandError, match="still to come"):
        load("holdings", {}, options=("--business-date", "2199-01-01"))


@pytest.mark.proves("SY-2")
def test_a_customer_or_holding_out_of_reach_is_unknown(load, account, person, other_branch):
    elsewhere = person(other_branch, LOAD, extent=Grant.Reach.BRANCH)
    assert "unknown_customer" in load("holdings", {}, user=elsewhere)
    assert "unknown_holding" in load("balances", {}, user=elsewhere)
    assert not HoldingYear.objects.exists()


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(load):
    said = load("holdings", {}, {"holding_no": ""}, options=("--dry-run",))
    assert totals(new=1, refused=1) in said
    assert not Holding.objects.exists()
    assert not FeedBatch.objects.exists()


def test_customers_are_found_by_the_bank_s_own_number_too(load, customer):
    assert totals(new=1) in load("holdings", {"customer_no": customer.number})


def test_a_chinese_header_is_understood(load):
    header = [
        "账户标识", "客户号", "产品代码", "账号", "币种", "余额", "折本币余额", "授信额度", "本金",
        "利率", "开户机构", "开户日期", "到期日", "销户日期", "状态", "逾期天数", "业务日期",
    ]  # fmt: skip
    assert totals(new=1) in load("holdings", {}, header=header)


@pytest.mark.proves("SY-5")
def test_the_trail_names_the_file_and_its_totals_but_not_each_row(load, loader):
    last = AuditEvent.objects.latest("pk").pk
    load("holdings", *({"holding_no": f"A{n}"} for n in range(20)))
    events = list(AuditEvent.objects.filter(pk__gt=last).order_by("pk"))
    assert [(e.table_name, e.operation) for e in events] == [
        ("customers_feedbatch", "I"),
        ("customers_feedbatch", "U"),
    ]
    assert events[1].after["new"] == 20
    assert {e.actor_id for e in events} == {loader.pk}
    batch = FeedBatch.objects.get()
    assert len(batch.checksum) == 64
    assert set(Holding.objects.values_list("batch", flat=True)) == {batch.pk}


def test_two_source_systems_may_use_the_same_key(load, customer):
    HoldingFactory(customer=customer, source_system="cards", source_key="A1")
    assert totals(new=1) in load("holdings", {})
    assert Holding.objects.filter(source_key="A1").count() == 2
