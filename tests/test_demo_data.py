import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import phonenumbers
import pytest
from stdnum.cn import uscc

from crm.ops.demo import LEVELS, POSTS, ROLES, branches, customers, files, staff
from crm.ops.demo.people import REACHES
from customers.products import ASSETS, KIND_OF

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[1]


@cache
def everyone():
    return tuple(customers(TODAY))


@cache
def tree():
    return {unit.code: unit for unit in branches(TODAY)}


@cache
def people():
    return {person.number: person for person in staff(TODAY)}


@cache
def fed():
    return files(TODAY, everyone())


def digest(today):
    bank = (branches(today), staff(today), list(customers(today)))
    bank = (*bank, files(today, bank[2]))
    return hashlib.sha256(repr(bank).encode()).hexdigest()


def is_resident_id(number):
    """The check of ISO 7064 MOD 11-2, summed the other way round than the bank's data is made."""
    digits = [10 if sign == "X" else int(sign) for sign in number]
    return (
        len(number) == 18
        and sum(digit * 2**power for power, digit in enumerate(reversed(digits))) % 11 == 1
    )


# --- the bank --------------------------------------------------------------------------------


def test_forty_branches_stand_in_one_tree_of_four_levels():
    units = tree()
    assert list(units) == [f"{number:04d}" for number in range(1, 41)]
    assert [unit.code for unit in units.values() if not unit.parent] == ["0001"]
    for unit in units.values():
        if unit.parent:
            parent = units[unit.parent]
            assert LEVELS.index(unit.level) == LEVELS.index(parent.level) + 1
            assert unit.opened_on > parent.opened_on
    assert Counter(unit.level for unit in units.values()) == {
        "head_office": 1, "branch": 5, "managing_sub_branch": 9, "sub_branch": 25,
    }  # fmt: skip
    assert len({unit.name_zh for unit in units.values()}) == 40
    assert len({unit.name_en for unit in units.values()}) == 40


def test_the_first_sixty_of_the_staff_are_the_customer_managers_and_sit_everywhere():
    staffed = people()
    assert list(staffed) == [f"S{number:05d}" for number in range(1, 121)]
    managers = [person for person in staffed.values() if person.is_manager]
    assert [person.number for person in managers] == [f"S{number:05d}" for number in range(1, 61)]
    assert {person.branch for person in managers} == set(tree())


def test_everyone_reports_to_one_president_without_going_in_circles():
    staffed = people()
    assert [person.post for person in staffed.values() if not person.supervisor] == ["president"]
    for person in staffed.values():
        line = [person.number]
        while staffed[line[-1]].supervisor:
            assert len(line) < 6
            line.append(staffed[line[-1]].supervisor)
        assert line[-1] == "S00061"


def test_staff_joined_as_adults_after_their_branch_opened():
    for person in people().values():
        assert tree()[person.branch].opened_on <= person.joined_on < TODAY
        assert (person.joined_on - person.born_on).days > 21 * 365


def test_every_post_and_role_is_known_and_filled():
    staffed = people().values()
    assert {person.post for person in staffed} == set(POSTS)
    assert {grant.role for person in staffed for grant in person.roles} == set(ROLES)
    # nobody's post reaches a team alone
    reaches = {grant.reach for person in staffed for grant in person.roles}
    assert reaches == set(REACHES) - {"team"}
    assert {grant.branch for person in staffed for grant in person.roles} <= set(tree())


def test_user_names_are_unique_and_readable():
    names = [person.user_name for person in people().values()]
    assert len(set(names)) == 120
    assert all(name.isascii() and name == name.lower() and "." in name for name in names)


def test_one_person_per_role_signs_in_and_those_with_a_portfolio_have_customers():
    chosen = [person for person in people().values() if person.sign_in]
    assert sorted(person.roles[0].role for person in chosen) == sorted(ROLES)
    assert all(person.label_en and person.label_zh for person in chosen)
    names = {person.user_name: person for person in chosen}
    assert names["lin.yue"].number == "S00001"
    led = Counter(customer.manager for customer in everyone())
    assert led["S00001"] == 80
    assert all(led[person.number] >= 20 for person in chosen if person.is_manager)


# --- the customers ---------------------------------------------------------------------------


def test_the_same_day_gives_the_same_bank_in_another_process():
    script = (
        "from datetime import date; from tests.test_demo_data import digest;"
        f"print(digest(date.fromisoformat('{TODAY}')))"
    )
    other = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, cwd=ROOT, env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert other.stdout.strip() == digest(TODAY)


def test_another_day_moves_the_dates_but_not_the_people():
    later = list(customers(TODAY + timedelta(days=400), n=3_000))
    assert [customer.name for customer in later] == [customer.name for customer in everyone()]
    assert later[0].opened_on > everyone()[0].opened_on


@pytest.mark.parametrize("n", [0, 1, 10, 60, 100, 450, 5_000])
def test_any_number_of_customers_can_be_asked_for(n):
    assert len(list(customers(TODAY, n))) == n


def test_every_kind_and_status_occurs_in_believable_shares():
    kinds = Counter(customer.kind for customer in everyone())
    assert kinds == {"person": 2_400, "organisation": 600}
    statuses = Counter((customer.kind, customer.status) for customer in everyone())
    assert len(statuses) == 8
    assert Counter(customer.status for customer in everyone()) == {
        "active": 2_400, "dormant": 270, "prospect": 210, "closed": 120,
    }  # fmt: skip


def test_customers_belong_to_a_branch_and_to_a_manager_there_or_just_above():
    for customer in everyone():
        home = tree()[customer.home_branch]
        if customer.manager:
            manager = people()[customer.manager]
            assert manager.is_manager
            assert manager.branch in {home.code, home.parent}
            corporate = manager.post in {"corporate_rm", "small_business_rm"}
            assert corporate == (customer.kind == "organisation")


def test_about_one_in_twenty_waits_in_the_pool_and_managers_lead_twenty_to_ninety():
    led = Counter(customer.manager for customer in everyone())
    assert 120 <= led.pop("") <= 200
    assert len(led) == 60
    assert min(led.values()) >= 20
    assert max(led.values()) <= 90


def test_branches_differ_in_size_and_none_is_empty():
    sizes = Counter(customer.home_branch for customer in everyone())
    assert set(sizes) == set(tree())
    assert max(sizes.values()) > 2 * min(sizes.values())


def test_identities_phones_and_keys_are_unique():
    for value in ("source_key", "document_number", "mobile"):
        assert len({getattr(customer, value) for customer in everyone()}) == 3_000


def test_resident_ids_carry_their_check_digit_birth_date_and_gender():
    residents = [c for c in everyone() if c.document_type == "resident_id"]
    assert len(residents) > 2_000
    for customer in residents:
        number = customer.document_number
        assert is_resident_id(number)
        assert number[6:14] == f"{customer.birth_or_founding_date:%Y%m%d}"
        assert int(number[16]) % 2 == (customer.gender == "M")


def test_social_credit_codes_and_phones_pass_an_independent_check():
    companies = [c for c in everyone() if c.document_type == "uscc"]
    assert len(companies) > 500
    assert all(uscc.is_valid(customer.document_number) for customer in companies)
    for customer in everyone():
        assert phonenumbers.is_valid_number(phonenumbers.parse(customer.mobile, "CN"))


def test_mail_goes_to_example_hosts_only():
    hosts = {customer.email.partition("@")[2] for customer in everyone() if customer.email}
    assert hosts == {"example.com", "example.net", "example.org"}
    assert all(customer.email.isascii() for customer in everyone())


def test_foreigners_carry_passports_and_names_in_latin_letters():
    foreigners = [c for c in everyone() if c.document_type == "passport"]
    assert len(foreigners) > 50
    assert all(c.country != "CN" and c.name == c.name_latin for c in foreigners)


def test_companies_have_a_section_an_english_name_and_no_gender():
    companies = [c for c in everyone() if c.kind == "organisation"]
    assert len({c.name for c in companies}) == len(companies)
    assert all(c.industry in "ABCDEFGHIJKLMNOPQRST" and c.industry for c in companies)
    assert all(c.name_latin.isascii() and not c.gender and not c.occupation for c in companies)


def test_relationships_begin_after_birth_and_after_the_branch_opened():
    for customer in everyone():
        assert tree()[customer.home_branch].opened_on <= customer.opened_on < TODAY
        assert customer.birth_or_founding_date < customer.opened_on
        if customer.status == "dormant":
            assert (TODAY - customer.opened_on).days >= 700


def test_documents_run_out_before_soon_later_and_never():
    def group(customer):
        if customer.document_is_long_term:
            return "never"
        days = (customer.document_valid_until - TODAY).days
        return "expired" if days < 0 else "soon" if days < 30 else "later"

    found = Counter(map(group, everyone()))
    assert set(found) == {"never", "expired", "soon", "later"}
    assert min(found["expired"], found["soon"]) >= 20
    visible = Counter(group(c) for c in everyone() if c.manager == "S00001")
    assert set(visible) == {"never", "expired", "soon", "later"}


# --- what the customers hold ----------------------------------------------------------------------


def total(kind):
    """What is held of products of a kind, in base currency."""
    return sum(
        Decimal(row["balance_base"]) for row in fed().holdings if KIND_OF[row["product"]] == kind
    )


def test_customers_hold_about_two_products_each_and_prospects_none():
    held = Counter(row["customer_no"] for row in fed().holdings)
    assert 1.8 <= len(fed().holdings) / 3_000 <= 2.4
    assert max(held.values()) <= 9
    prospects = {c.source_key for c in everyone() if c.status == "prospect"}
    assert not prospects & set(held)


def test_a_few_customers_have_most_and_the_bank_lends_less_than_it_holds():
    assets = Counter()
    for row in fed().holdings:
        if KIND_OF[row["product"]] in ASSETS:
            assets[row["customer_no"]] += Decimal(row["balance_base"])
    largest = sorted(assets.values(), reverse=True)
    assert sum(largest[:300]) > sum(largest) / 2
    assert Decimal("0.5") < total("loan") / (total("deposit") + total("investment")) < 1


def test_keys_and_account_numbers_are_unique_and_days_make_sense():
    rows = fed().holdings
    for column in ("holding_no", "account_no"):
        assert len({row[column] for row in rows}) == len(rows)
    assert all(16 <= len(row["account_no"]) <= 19 for row in rows)
    for row in rows:
        opened = date.fromisoformat(row["opened_on"])
        assert opened < TODAY
        if row["matures_on"]:
            assert date.fromisoformat(row["matures_on"]) > opened
        assert bool(row["closed_on"]) == (row["status"] == "closed")


def test_terms_end_in_the_coming_weeks_and_some_loans_are_overdue():
    days = [
        (date.fromisoformat(row["matures_on"]) - TODAY).days
        for row in fed().holdings
        if row["matures_on"] and row["status"] == "active"
    ]
    assert sum(0 <= day <= 30 for day in days) >= 40
    late = [int(row["overdue_days"]) for row in fed().holdings]
    assert 20 <= sum(days > 0 for days in late) <= 150
    # in every class of risk
    assert any(90 < days <= 270 for days in late)
    assert any(270 < days <= 360 for days in late)
    assert max(late) > 360


def test_no_person_is_older_than_seventy_when_a_loan_ends():
    born = {c.source_key: c.birth_or_founding_date for c in everyone() if c.kind == "person"}
    ends = [
        (born[row["customer_no"]], date.fromisoformat(row["matures_on"]))
        for row in fed().holdings
        if row["principal"] and row["matures_on"] and row["customer_no"] in born
    ]
    assert len(ends) >= 150
    assert all((end - birth).days <= 70 * 365.25 for birth, end in ends)


def test_balances_go_back_more_than_a_year_and_end_with_the_last_month():
    months = Counter(row["month"] for row in fed().balances)
    assert len(months) == 14
    assert max(months) == "2026-10"
    assert months["2025-10"] > 3_000


def test_there_is_a_year_of_bookings_of_every_usual_kind():
    bookings = fed().transactions
    assert 20_000 <= len(bookings) <= 36_000
    kinds = Counter(row["kind"] for row in bookings)
    assert {"salary", "rent", "card_payment", "supplier", "sales", "tax"} <= set(kinds)
    assert min(row["booked_on"] for row in bookings) < "2026-01-01"
    assert max(row["booked_on"] for row in bookings) < TODAY.isoformat()


def test_some_holdings_are_joint_and_some_loans_guaranteed_by_others():
    holders = {row["holding_no"]: row["customer_no"] for row in fed().holdings}
    roles = Counter(row["role"] for row in fed().parties)
    assert {"joint_holder", "guarantor", "co_borrower", "agent"} <= set(roles)
    assert min(roles.values()) >= 20
    assert all(row["customer_no"] != holders[row["holding_no"]] for row in fed().parties)
