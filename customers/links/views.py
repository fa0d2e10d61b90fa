"""Pages about who stands behind and beside a customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.core.clock import bank_today
from customers.holdings.views import may_see_holdings
from customers.models import Customer, Link, RelatedPerson
from customers.restrictions.face import stopped
from customers.views import AttachPage, EndPartPage, PartPage, in_reach

from . import operations
from .behind import behind
from .face import drawn
from .forms import LinkForm, PersonForm

VIEW = "customers.view_customer"


def links_page(customer_id):
    """The page of who stands behind and beside a customer."""
    return reverse("customers:customer_links", args=[customer_id])


class LinkPage(AttachPage):
    """Somebody who stands behind or beside a customer, asked for from their page."""

    title = gettext_lazy("Who stands behind or beside the customer")

    def build_form(self, data=None):
        if self.object is None:
            raise Http404
        return LinkForm(
            data, customer=self.object, user=self.request.user, action="customers.change_customer"
        )

    def success_url(self, done):
        return links_page(done.pk)


class EndLinkPage(EndPartPage):
    """The last day on which somebody stands behind or beside a customer."""

    parts = Link
    part_key = "link"
    alter = operations.end

    def success_url(self, done):
        return links_page(done.pk)


class PersonPage(PartPage):
    """What is known of somebody behind a customer who is none, put right."""

    parts = RelatedPerson
    part_key = "person"
    alter = operations.correct_person

    def build_form(self, data=None):
        known = {name: getattr(self.part, name) for name in PersonForm.base_fields}
        return PersonForm(data, initial=known)

    @property
    def title(self):
        """Who it is."""
        return _("Correct: %(name)s") % {"name": self.part}

    def success_url(self, done):
        return links_page(done.pk)


@require_GET
def customer_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Who stands behind and beside a customer, and where the customer does."""
    user = request.user
    customer = in_reach(request, pk, "view")
    rows = Link.objects.within(user, VIEW).filter(valid__contains=bank_today(), party=customer)
    found = behind(customer, bank_today()) if customer.is_organisation else None
    context = {
        "object": customer,
        "links": operations.parties_of(customer),
        "elsewhere": list(rows.select_related("customer", "party", "person").order_by("pk")),
        "behind": found,
        "picture": drawn(customer, found) if found and found.links else "",
        "may_change": Customer.objects.permitted(user, "change").filter(pk=pk).exists(),
        "may_reveal": Customer.objects.permitted(user, "reveal").filter(pk=pk).exists(),
        "may_see_holdings": may_see_holdings(user, customer, VIEW),
        "restrictions": stopped(user, customer),
        "may_see_history": user.has_action("customers.history_customer"),
    }
    return render(request, "customers/customer_links.html", context)
