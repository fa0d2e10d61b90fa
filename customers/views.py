"""Pages of the customer master that have a shape of their own."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from crm.core import history
from crm.core.pages import ActPage, AddPage, DetailPage
from crm.core.trail import record_denial

from . import operations
from .forms import NewCustomerForm, RevealForm
from .models import ContactPoint, Customer, IdentityDocument

SEALED = {"document": IdentityDocument, "contact": ContactPoint}
PERSON = ("born_on", "gender", "country", "city", "address")
ORGANISATION = ("founded_on", "country", "city", "address")


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
        form.apply(self.object, by=self.request.user)
        return self.object

    def show_form(self, form, status=200, **context):
        back = self.success_url(self.object)
        return super().show_form(
            form, status, object=self.object, title=self.title, cancel=back, **context
        )


class CustomerPage(DetailPage):
    """Who the customer is, what happened, and who looks after them, in three columns."""

    def facts(self):
        documents = list(self.object.documents.order_by("-is_primary", "pk"))
        points = list(self.object.contact_points.order_by("kind", "-is_primary", "pk"))
        return super().facts() | {
            "documents": documents,
            "contact_points": points,
            "detail_fields": PERSON if self.object.is_person else ORGANISATION,
            "may_reveal": self.may("reveal"),
            "may_see_history": self.may("history"),
        }


def in_reach(request: HttpRequest, pk: int, action: str) -> Customer:
    """The customer if the user may do this there: 403 without the action, 404 out of reach."""
    if not request.user.has_action(f"customers.{action}_customer"):
        raise PermissionDenied
    customer = Customer.objects.permitted(request.user, action).filter(pk=pk).first()
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
    template = "customers/_history.html" if request.htmx else "customers/customer_history.html"
    return render(request, template, {"object": customer, "page": page})


@require_http_methods(["GET", "POST"])
def customer_reveal(request: HttpRequest, pk: int, part: str, key: int) -> HttpResponse:
    """Ask for the purpose, then show one sealed value for thirty seconds."""
    customer = in_reach(request, pk, "reveal")
    if part not in SEALED:
        raise Http404
    rows = SEALED[part].objects.select_related("customer")
    holder = rows.filter(pk=key, customer=customer).first()
    if holder is None:
        raise Http404
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
    customer = in_reach(request, pk, "view")
    if part not in SEALED:
        raise Http404
    holder = SEALED[part].objects.filter(pk=key, customer=customer).first()
    if holder is None:
        raise Http404
    reach = Customer.objects.permitted(request.user, "reveal")
    may_reveal = reach.filter(pk=customer.pk).exists()
    context = {"object": customer, "holder": holder, "part": part, "may_reveal": may_reveal}
    return render(request, "customers/_sealed.html", context)
