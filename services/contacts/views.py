"""Pages of contacts that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core.forms import version_of
from crm.core.pages import AddPage, DetailPage, PanelPage, TransitionPage
from crm.core.trail import record_denial
from customers.models import Customer
from customers.ownership.views import may
from services.models import Promise
from staff.views import key_in

from . import operations
from .forms import ContactForm

SEE, VIEW = "customers.view_customer", "services.view_contact"


class AboutCustomerPage(AddPage):
    """Something entered about a customer, who is settled if the customer's page led here."""

    about = ""

    @cached_property
    def customer(self):
        """The customer named in the address, within reach of what is to be entered."""
        asked = self.request.GET.get("customer", "")
        if not asked:
            return None
        rows = Customer.objects.within(self.request.user, self.resource.permission("add"))
        found = rows.filter(pk=key_in(asked)).first()
        if found is None:
            record_denial(self.request.user, "customers.customer", key_in(asked))
            raise Http404
        return found

    def build_form(self, data=None):
        return self.resource.form(
            data,
            initial={"customer": self.customer.pk} if self.customer else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def success_url(self, done):
        # back to the customer, where the panel shows it; else to what was entered
        opened_by = self.resource.permission("add")
        sees = may(self.request.user, SEE, done.customer_id, opened_by=opened_by)
        if self.in_drawer and sees:
            return reverse("customers:customer_view", args=[done.customer_id])
        return super().success_url(done)

    def show_form(self, form, status=200, **context):
        known = self.customer or getattr(form, "cleaned_data", {}).get("customer")
        title = f"{self.about}: {known}" if known else self.about
        return super().show_form(form, status, title=title, **context)


class LogPage(AboutCustomerPage):
    """A contact, entered right after it."""

    @property
    def about(self):
        return _("Log a contact")


class CorrectPage(TransitionPage):
    """What whoever entered a contact corrects within a day."""

    template = "form"

    def build_form(self, data=None):
        return ContactForm(
            data,
            instance=self.object,
            user=self.request.user,
            action=self.resource.permission(self.action),
        )

    def perform(self, form):
        version = version_of(self.request.POST.get("version", ""))
        return form.apply(by=self.request.user, version=version)

    def refusal(self, form):
        return operations.why_not_correct(self.object, self.request.user)

    def show_form(self, form, status=200, **context):
        given = version_of(self.request.POST.get("version", ""))
        if status == 409:  # sending again means what is now there
            given = type(self.object).objects.get(pk=self.object.pk).version
        context["version"] = given or self.object.version
        return super().show_form(form, status, title=_("Correct the contact"), **context)


class ContactPage(DetailPage):
    """A contact, with what was added to it, promised in it, and said of it."""

    def moves(self):
        """Those in a dialog; nobody reviews what they took part in."""
        own = operations.took_part(self.object, self.request.user)
        absent = {"correct", "review"} if own else {"correct"}
        return [step for step in super().moves() if step.name not in absent]

    def facts(self):
        contact, user = self.object, self.request.user
        return super().facts() | {
            "may_correct": contact.is_correctable_by(user) and self.may("correct"),
            "colleagues": contact.colleagues,
            "notes": list(contact.notes.select_related("by").order_by("at", "pk")),
            "promises": list(
                Promise.objects.permitted(user)
                .filter(contact=contact)
                .select_related("owner")
                .order_by("due_on", "pk")
            ),
            "may_see_customer": may(user, SEE, contact.customer_id, opened_by=VIEW),
        }


class ContactPanel(PanelPage):
    """The last contacts with a customer, in as many words as fit a card."""

    spare = ("purpose",)
