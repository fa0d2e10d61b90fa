"""Pages of due diligence that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.pages import DetailPage
from customers.minimum.rules import missing
from customers.models import Customer
from risk.models import DiligenceLevel
from staff.views import VersionedPage

from . import operations
from .face import level_chip_of, lines_of, previewed
from .forms import OverrideForm, RateForm
from .rating import rate

# the button that asks what a rating would come to
PREVIEW = "preview"


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
    """The rating of a customer by what is known and was found out; a preview stores nothing."""

    page = "rate"

    def post(self, request, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, **kwargs)
        form = self.build_form(request.POST)
        if not form.is_valid_for_preview():
            return self.show_form(form, status=422)
        today, levels = bank_today(), list(DiligenceLevel.objects.all())
        rating = rate(self.object.customer, form.entered, today)
        preview = previewed(self.object, rating, today, levels, request.user)
        return self.show_form(form, preview=preview)

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return RateForm(data, about=self.object)

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
        return super().show_form(form, status, title=title, below="risk/_preview.html", **context)


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
