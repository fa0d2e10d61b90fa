"""Pages of due diligence that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from crm.core.pages import DetailPage
from customers.minimum.rules import missing
from customers.models import Customer
from risk.models import DiligenceLevel
from staff.views import VersionedPage

from . import operations
from .face import level_chip_of, lines_of
from .forms import OverrideForm, RateForm


class DiligencePage(DetailPage):
    """The level of a customer, and what counted for it."""

    def facts(self):
        diligence, user = self.object, self.request.user
        seen = Customer.objects.permitted(user).filter(pk=diligence.customer_id)
        levels = list(DiligenceLevel.objects.all())
        return super().facts() | {
            "may_rate": self.may("rate"),
            "may_override": self.may("override") and diligence.may_be_set_otherwise,
            "may_see_customer": seen.exists(),
            "lacking": missing(diligence.customer),
            "lines": lines_of(diligence.lines, levels, user),
            "chip": level_chip_of(diligence.level, levels) if diligence.level else None,
        }


class RatePage(VersionedPage):
    """The rating of a customer by what is known and was found out."""

    page = "rate"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        is_person = self.object.customer.is_person
        return RateForm(data, initial=self.object.entered, is_person=is_person)

    def perform(self, form):
        return operations.rate(
            self.object,
            by=self.request.user,
            entered=form.entered,
            version=self.version,
            reason=form.cleaned_data["reason"],
        )

    def show_form(self, form, status=200, **context):
        title = _("Rate: %(name)s") % {"name": self.object.customer}
        return super().show_form(form, status, title=title, **context)


class OverridePage(VersionedPage):
    """Another level than points and floors give, until a day."""

    page = "override"

    def build_form(self, data=None):
        if self.object is None:
            raise Http404
        return OverrideForm(data)

    def perform(self, form):
        return operations.override(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def show_form(self, form, status=200, **context):
        title = _("Another level: %(name)s") % {"name": self.object.customer}
        return super().show_form(form, status, title=title, **context)
