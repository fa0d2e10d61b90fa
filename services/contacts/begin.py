"""Where contacts show and begin on the pages of customers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.registry import Panel, Step, add_glance, add_panel, add_step
from staff.handover.parts import records

from .glance import AT_A_GLANCE
from .resources import contact

CUSTOMER = "customers.customer"


def log_address(customer: Any) -> str:
    """Where a contact with a customer is logged."""
    return f"{reverse('services:contact_add')}?customer={customer.pk}"


def register() -> None:
    """Show the last contacts on the customer's page, and let one be logged from each."""
    add_panel(CUSTOMER, Panel(contact, "customer", adds=_("Log a contact")))
    log = Step(_("Log a contact"), "phone", "services.add_contact", log_address, key="l")
    add_step(CUSTOMER, log)
    add_glance(CUSTOMER, AT_A_GLANCE)
    records("services.contact.author", "services.contactattendee.member")
