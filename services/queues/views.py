"""Pages of members of queues that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.pages import DetailPage
from customers.ownership.forms import EndForm
from staff.views import VersionedPage

from . import operations


class QueueMemberPage(DetailPage):
    """Somebody who works a queue, with the step that ends it."""

    def facts(self):
        return super().facts() | {"may_end": self.object.can("end") and self.may("end")}


class EndPage(VersionedPage):
    """The last day on which somebody works a queue."""

    page = "end"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return EndForm(data, initial={"last_day": max(bank_today(), self.object.valid.lower)})

    def perform(self, form):
        return operations.end(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def show_form(self, form, status=200, **context):
        title = _("End: %(name)s") % {"name": self.object}
        return super().show_form(form, status, title=title, **context)
