"""Pages of the customer master that have a shape of their own."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.core import history
from crm.core.approvals import pending_about
from crm.core.clock import bank_today
from crm.core.forms import version_of
from crm.core.models import Approval
from crm.core.pages import ActPage, AddPage, BulkPage, DetailPage, ListPage, LookupPage, PanelPage
from crm.core.registry import at_a_glance
from crm.core.trail import record_denial
from sysadmin.models import User

from . import assignment, operations, search
from .forms import AssignForm, NewCustomerForm, RevealForm
from .handover import part as handing
from .holdings.views import assets_for, may_see_holdings
from .links.operations import parties_of
from .minimum.rules import informed, missing
from .models import ContactPoint, Customer, Holding, IdentityDocument, LifeFact, RelatedPerson
from .ownership.forms import EndForm
from .restrictions.face import stopped
from .search_views import searching

SEALED = {
    "document": IdentityDocument,
    "contact": ContactPoint,
    "holding": Holding,
    "related": RelatedPerson,
}
PERSON = ("born_on", "gender", "country", "occupation", "city", "address")
ORGANISATION = ("founded_on", "country", "business_scope", "city", "address")


class NewCustomerPage(AddPage):
    """A new customer with the first identity document and ways to reach them."""

    template = "add"

    @property
    def kind(self):
        """Person or organisation: each is asked for what fits it."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        asked = sent.get("kind", "")
        return asked if asked in Customer.Kind.values else Customer.Kind.PERSON

    def build_form(self, data=None):
        return NewCustomerForm(
            data,
            kind=self.kind,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        kinds = [(value, label, value == self.kind) for value, label in Customer.Kind.choices]
        return super().show_form(form, status, kinds=kinds, **context)


class CustomerList(ListPage):
    """Customers, of whom several can be given to another manager at once."""

    def bulk(self):
        steps = (
            (assignment.ACTION, _("Assign lead manager"), "user-round-cog", "customer_assign"),
            (handing.ACTION, _("Hand over…"), "arrow-right-left", "customer_hand_over"),
        )
        return tuple(
            (label, symbol, reverse(f"customers:{page}"))
            for action, label, symbol, page in steps
            if self.request.user.has_action(action)
        )

    @cached_property
    def sort(self):
        """The sort asked for; an order by assets would tell them to those who may not see them."""
        by_assets = self.request.GET.get("sort", "").lstrip("-") == "assets"
        return "name" if by_assets and not self.sees_assets else super().sort

    @property
    def sees_assets(self):
        return self.request.user.has_action("customers.view_holding")

    def table(self, found):
        table = super().table(found)
        if not self.sees_assets:
            table.columns.hide("assets")
        return table


class CustomerPanel(PanelPage):
    """Customers on the page of a branch or a manager."""

    def table(self, found):
        table = super().table(found)
        if not self.request.user.has_action("customers.view_holding"):
            table.columns.hide("assets")
        return table


class CustomerLookup(LookupPage):
    """Customers to choose from, found as by the search box; each search is recorded."""

    size = 8

    def get(self, request):
        return self.offer({})

    def candidates(self, typed, action):
        if search.words_of(typed).is_empty:
            return []
        found = [hit.customer for hit in searching(self.request, typed, self.size).hits]
        if not action:
            return found
        rows = self.rows().open_to(self.request.user, action)
        allowed = set(rows.filter(pk__in=[c.pk for c in found]).values_list("pk", flat=True))
        return [customer for customer in found if customer.pk in allowed]

    def code_of(self, row):
        return row.shown_number


class AssignPage(BulkPage):
    """The customers chosen in the list, or all that it holds, given to another lead manager."""

    page = "assign"

    def build_form(self, data=None):
        return AssignForm(
            data, user=self.request.user, action=self.resource.permission(self.action)
        )

    def perform(self, form):
        keys, address = self.chosen
        return assignment.assign(
            form.cleaned_data["lead_manager"],
            by=self.request.user,
            reason=form.cleaned_data["reason"],
            keys=keys,
            address=address,
        )

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form, status, title=_("Assign lead manager"), submit=_("Assign"), **context
        )


class AttachPage(ActPage):
    """Something more about a customer: a document, a contact point."""

    page = "change"
    template = "form"
    form: type = None
    title = ""

    def build_form(self, data=None):
        if self.object is None:
            raise Http404
        return self.form(data)

    def perform(self, form):
        done = form.apply(self.object, by=self.request.user)
        return done if isinstance(done, Approval) else self.object

    def show_form(self, form, status=200, **context):
        back = self.success_url(self.object)
        return super().show_form(
            form, status, object=self.object, title=self.title, cancel=back, **context
        )


class PartPage(AttachPage):
    """A change to a part of a customer, whose key stands in the address as `part_key`."""

    parts: type = None
    part_key = ""
    alter = None

    @cached_property
    def part(self):
        """The part of the address, of this customer."""
        key = self.kwargs[self.part_key]
        found = self.parts.objects.filter(customer=self.object, pk=key).first()
        if found is None:
            record_denial(self.request.user, self.parts._meta.label_lower, key)
            raise Http404
        return found

    def perform(self, form):
        version = version_of(self.request.POST.get("version", "")) or 0
        type(self).alter(self.part, by=self.request.user, version=version, **form.cleaned_data)
        return self.object

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, version=self.part.version, **context)


class EndPartPage(PartPage):
    """The last day of a part of a customer."""

    def build_form(self, data=None):
        if self.part is None:  # fetches the row: 404 comes before any form
            raise Http404
        return EndForm(data, initial={"last_day": bank_today()})

    @property
    def title(self):
        """What ends."""
        return _("End: %(name)s") % {"name": self.part}


class CustomerPage(DetailPage):
    """Who the customer is, what happened, and who looks after them, in three columns."""

    def rows(self):
        limits = LifeFact.objects.filter(customer=OuterRef("pk"), valid__contains=bank_today())
        # of most customers nothing is to be asked for
        return informed(super().rows()).annotate(is_limited=Exists(limits))

    def facts(self):
        documents = list(self.object.documents.order_by("-is_primary", "pk"))
        points = list(self.object.contact_points.order_by("kind", "-is_primary", "pk"))
        return (
            super().facts()
            | assets_for(self)
            | {
                "documents": documents,
                "contact_points": points,
                "detail_fields": PERSON if self.object.is_person else ORGANISATION,
                "may_reveal": self.may("reveal"),
                "may_see_history": self.may("history"),
                "waiting": pending_about(self.object),
                "links": parties_of(self.object),
                "life_facts": self.life_facts(),
                "lacking": missing(self.object) if self.object.status in Customer.OPEN else [],
                "restrictions": stopped(self.request.user, self.object),
                "may_see_approvals": self.request.user.has_action("core.view_approval"),
            }
        )

    def life_facts(self):
        """What limits the customer today."""
        rows = self.object.life_facts.filter(valid__contains=bank_today())
        return list(rows) if self.object.is_limited else []


def in_reach(request: HttpRequest, pk: int, action: str, *, is_part: bool = False) -> Customer:
    """The customer if the user may do this there: 403 without the action, 404 out of reach.

    A part of a page has no name row, and nothing is read for it.
    """
    if not request.user.has_action(f"customers.{action}_customer"):
        raise PermissionDenied
    rows = Customer.objects.permitted(request.user, action)
    customer = (rows if is_part else at_a_glance(rows, request.user)).of_key(pk)
    if customer is None:
        # missing or out of reach: recorded alike, answered alike
        record_denial(request.user, "customers.customer", pk)
        raise Http404
    return customer


@require_GET
def customer_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What was changed on the customer, by whom and why, newest first."""
    customer = in_reach(request, pk, "history")
    page = history.of_subject(customer.pk, user=request.user, after=request.GET.get("after", ""))
    may_see = may_see_holdings(request.user, customer, "customers.history_customer")
    context = {
        "object": customer,
        "page": page,
        "may_see_holdings": may_see,
        "restrictions": stopped(request.user, customer),
    }
    return render(request, "customers/customer_history.html", context)


def sealed_part(
    user: User, customer: Customer, part: str, key: int
) -> IdentityDocument | ContactPoint | Holding:
    """What holds a sealed value of the customer; of a holding, where the user may see it."""
    if part not in SEALED:
        raise Http404
    rows = SEALED[part].objects.select_related("customer").filter(pk=key, customer=customer)
    holder = (rows.permitted(user) if part == "holding" else rows).first()
    if holder is None:
        record_denial(user, SEALED[part]._meta.label_lower, key)
        raise Http404
    return holder


@require_http_methods(["GET", "POST"])
def customer_reveal(request: HttpRequest, pk: int, part: str, key: int) -> HttpResponse:
    """Ask for the purpose, then show one sealed value for thirty seconds."""
    customer = in_reach(request, pk, "reveal", is_part=True)
    holder = sealed_part(request.user, customer, part, key)
    form = RevealForm(request.POST or None)
    context = {"object": customer, "holder": holder, "part": part, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            value = operations.reveal(holder, by=request.user, purpose=form.cleaned_data["purpose"])
        except operations.DomainError as error:
            form.add_error(None, str(error))
        else:
            shown = {"value": value, "seconds": operations.REVEAL_SECONDS}
            return render(request, "customers/revealed.html", context | shown)
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/reveal.html", context, status=status)


@require_GET
def customer_mask(request: HttpRequest, pk: int, part: str, key: int) -> HttpResponse:
    """The mask of a sealed value, put back when its time is over."""
    customer = in_reach(request, pk, "view", is_part=True)
    holder = sealed_part(request.user, customer, part, key)
    reach = Customer.objects.permitted(request.user, "reveal")
    may_reveal = reach.filter(pk=customer.pk).exists()
    context = {"object": customer, "holder": holder, "part": part, "may_reveal": may_reveal}
    return render(request, "customers/_sealed.html", context)
