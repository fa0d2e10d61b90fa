"""Pages of conflicts of interest that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.pages import AddPage, DetailPage
from customers.models import Customer
from customers.ownership.forms import EndForm
from staff.views import VersionedPage, key_in

from . import operations


class DeclarePage(AddPage):
    """A conflict of interest, of the member of staff from whose page it was asked for."""

    def build_form(self, data=None):
        member = key_in(self.request.GET.get("member", ""))
        return self.resource.form(
            data,
            initial={"member": member} if member else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        title = _("Declare a conflict of interest")
        return super().show_form(form, status, title=title, **context)


class ConflictPage(DetailPage):
    """A conflict of interest, and what the member of staff still has to hand over."""

    def facts(self):
        user, conflict = self.request.user, self.object
        seen = Customer.objects.permitted(user).filter(pk=conflict.customer_id)
        return super().facts() | {
            "may_end": conflict.can("end") and self.may("end"),
            "to_hand_over": operations.to_hand_over(conflict),
            "may_see_customer": seen.exists(),
            "may_assign": user.has_action("customers.assign_customer"),
            "may_see_ownership": user.has_action("customers.view_ownership"),
        }


class EndPage(VersionedPage):
    """The last day of a conflict of interest."""

    page = "end"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return EndForm(data, initial={"last_day": bank_today()})

    def perform(self, form):
        return operations.end(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def show_form(self, form, status=200, **context):
        title = _("End: %(name)s") % {"name": self.object}
        return super().show_form(form, status, title=title, **context)
