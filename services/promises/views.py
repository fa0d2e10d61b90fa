"""Pages of promises that have a shape of their own."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.pages import DetailPage, PanelPage, TransitionPage
from customers.ownership.views import may
from services.contacts.views import SEE, AboutCustomerPage
from services.models import Contact, Promise
from staff.models import Branch
from staff.views import key_in

from .forms import PassOnForm
from .reports import rates_for
from .tables import TONES

VIEW = "services.view_promise"


class MakePage(AboutCustomerPage):
    """A promise that is made outside a contact."""

    @property
    def about(self):
        return _("Promise a customer something")


class PassOnPage(TransitionPage):
    """Who keeps a promise from now on, among those whom the user reaches."""

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return PassOnForm(
            data, user=self.request.user, action=self.resource.permission(self.action)
        )


class PromisePage(DetailPage):
    """A promise, and the contact in which it was made."""

    def facts(self):
        promise, user = self.object, self.request.user
        made_in = Contact.objects.permitted(user).filter(pk=promise.contact_id)
        return super().facts() | {
            "made_in": made_in.first() if promise.contact_id else None,
            "tone": f"tag-{TONES[promise.status]}" if promise.status in TONES else "",
            "may_see_customer": may(user, SEE, promise.customer_id, opened_by=VIEW),
        }


class PromisePanel(PanelPage):
    """What a customer was promised and is still waiting for."""

    def rows(self):
        return super().rows().filter(status__in=Promise.UNKEPT)

    def order(self):
        return ("due_on", "pk")


@require_GET
def kept_rate(request: HttpRequest) -> HttpResponse:
    """How promises of the last days were kept, as far as the user sees them."""
    user, branch = request.user, None
    if not user.has_action(VIEW):
        raise PermissionDenied
    if asked := request.GET.get("branch", ""):
        branch = Branch.objects.filter(pk=key_in(asked)).first()
        if branch is None:
            raise Http404
    rates = rates_for(user, branch)
    context = {
        "rates": rates,
        "is_chosen": bool(asked),
        "reach": user.reach(VIEW),
        "lines": [(line, address_of(rates, line.of)) for line in rates.lines],
    }
    return render(request, "services/kept_rate.html", context)


def address_of(rates, of):
    """Where a line leads: a branch to its members of staff, who lead to their promises."""
    if isinstance(of, Branch):
        return f"{reverse('services:kept_rate')}?{urlencode({'branch': of.pk})}"
    asked = {"owner": of.pk, "due_on_after": rates.first, "due_on_before": rates.last}
    return f"{reverse('services:promise_list')}?{urlencode(asked)}"
