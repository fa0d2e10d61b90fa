"""Every night the claims of all customers are put at least at the floors of their facts."""

from __future__ import annotations

from django.db.models import Max, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.models import Job
from customers.models import Customer
from sysadmin.models import system_user

from .assessment import keep

# keys of customers at once
STEP = 20_000
# hours of the bank's clock after the feeds of the evening
NIGHT = range(3, 7)


def classify_tonight() -> None:
    """Classify once in each night of the bank; a failure is tried again in an hour."""
    if night := jobs.night_due(CLASSIFY, NIGHT):
        jobs.start(CLASSIFY, by=system_user(), arguments={"night": night})


def chunk(run: jobs.Run) -> jobs.Step:
    """The claims of the customers of the next keys."""
    held = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    low = run.position.get("low", held["low"] or 0)
    high = low + STEP - 1
    kept = keep(low, high, by=run.by)
    is_last = high >= (held["high"] or 0)
    return jobs.Step({"low": high + 1}, done=kept.seen, changed=len(kept.worse), is_last=is_last)


def claims_page(_job: Job) -> str:
    """The list of claims, those classified last before the others."""
    return f"{reverse('risk:claim_list')}?sort=since"


CLASSIFY = jobs.Kind("risk.classify", _("Risk classification of claims"), chunk, result=claims_page)
