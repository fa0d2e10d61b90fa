"""What a browser sends for a new customer, right unless a test says otherwise."""

from __future__ import annotations

import itertools
import uuid

from crm.core.idempotency import FIELD
from tests.factories import credit_code, resident_id

names = itertools.count(1)


def person_form(branch, **changes):
    """A new person with a resident identity card."""
    return {
        FIELD: str(uuid.uuid4()),
        "kind": "person",
        "name": f"王测试{chr(0x4E00 + next(names) % 20000)}",
        "latin_name": "",
        "born_on": "1985-06-15",
        "gender": "F",
        "country": "CN",
        "city": "杭州",
        "address": "文三路 90 号",
        "home_branch": str(branch.pk),
        "lead_manager": "",
        "opened_on": "2020-02-29",
        "document_kind": "resident_id",
        "document_country": "CN",
        "document_number": resident_id(),
        "valid_until": "2035-01-31",
        "mobile": "",
        "email": "",
    } | changes


def organisation_form(branch, **changes):
    """A new organisation with its unified social credit code."""
    form = person_form(branch, kind="organisation", name="杭州测试科技有限公司")
    for absent in ("born_on", "gender"):
        del form[absent]
    form |= {
        "founded_on": "2006-01-20",
        "document_kind": "uscc",
        "document_number": credit_code(),
    }
    return form | changes


def change_form(customer, **changes):
    """A change of a person or organisation, with what stands there now."""
    birth = {
        "born_on": day(customer.born_on),
        "gender": customer.gender,
        "occupation": customer.occupation,
    }
    founding = {"founded_on": day(customer.founded_on), "business_scope": customer.business_scope}
    return {
        FIELD: str(uuid.uuid4()),
        "version": str(customer.version),
        "name": customer.name,
        "latin_name": customer.latin_name,
        "country": customer.country,
        "city": customer.city,
        "address": customer.address,
        "home_branch": str(customer.home_branch_id),
        "lead_manager": str(customer.lead_manager_id or ""),
        "opened_on": day(customer.opened_on),
        **(birth if customer.is_person else founding),
    } | changes


def day(date):
    return date.isoformat() if date else ""
