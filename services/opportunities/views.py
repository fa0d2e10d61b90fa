"""Pages of opportunities that have a shape of their own."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.core.keyset import page_query
from crm.core.pages import AddPage, ChangePage, DetailPage, PanelPage
from crm.core.pages.asked import Rows
from customers.models import Customer
from services.models import OpportunityStage
from staff.models import StaffMember
from staff.views import VersionedPage, key_in

from . import history, operations
from .board import CARDS, columns_of
from .forms import ExpectedForm, MoveForm

BOARD = "board"


class NewOpportunityPage(AddPage):
    """An opportunity, with the customer from whose page it was asked for; sold by the user."""

    def build_form(self, data=None):
        customer = key_in(self.request.GET.get("customer", ""))
        seller = StaffMember.objects.filter(user=self.request.user.pk).values_list("pk", flat=True)
        initial = {"owner": seller.first()} | ({"customer": customer} if customer else {})
        return self.resource.form(
            data,
            initial=initial,
            user=self.request.user,
            action=self.resource.permission("add"),
        )


class ChangeOpportunityPage(ChangePage):
    """What is expected of an opportunity; customer and stage are not changed here."""

    def build_form(self, data=None):
        return ExpectedForm(
            data,
            instance=self.object,
            user=self.request.user,
            action=self.resource.permission("change"),
        )

    def fields(self):
        return [self.resource.model._meta.get_field(n) for n in ExpectedForm._meta.fields]


class OpportunityPage(DetailPage):
    """An opportunity with the stages through which it came."""

    def facts(self):
        opportunity, user = self.object, self.request.user
        is_open = opportunity.can("move")
        known = super().facts()
        seen = Customer.objects.permitted(user).filter(pk=opportunity.customer_id)
        return known | {
            "may_change": known["may_change"] and is_open,
            "may_move": is_open and self.may("move"),
            "may_see_customer": seen.exists(),
            "may_see_referral": opportunity.referral_id
            and user.has_action("services.view_referral"),
            "steps": history.steps_of(opportunity),
        }


class MovePage(VersionedPage):
    """The stage to which an opportunity is moved."""

    page = "move"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return MoveForm(
            data,
            present=self.object.stage_id,
            initial={"stage": key_in(self.request.GET.get("to", "")) or self.next_stage()},
        )

    def next_stage(self):
        """The stage after the present one."""
        stage = self.object.stage
        later = OpportunityStage.objects.live().filter(position__gt=stage.position)
        return later.order_by("position", "pk").first()

    @property
    def from_board(self):
        """Whether the board is where it was asked for, and where it leads back to."""
        return (self.request.POST or self.request.GET).get("from") == BOARD

    def perform(self, form):
        return operations.move_to(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def success_url(self, done):
        return (
            reverse("services:opportunity_board") if self.from_board else super().success_url(done)
        )

    def said(self, done):
        return _("%(name)s: %(stage)s.") % {"name": done, "stage": done.stage}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            title=_("Move: %(name)s") % {"name": self.object},
            submit=pgettext("opportunity", "Move"),
            selection=[("from", BOARD)] if self.from_board else [],
            **context,
        )


class BoardPage(Rows):
    """The pipeline in columns by stage, narrowed as the list is."""

    page = "list"
    template = "board"

    def get(self, request):
        columns = columns_of(self.found(), self.resource.joins)
        shown = [column for column in columns if column.stage.is_open]
        return self.show(
            columns=columns,
            total=sum(column.amount for column in shown),
            weighted=sum(column.weighted for column in shown),
            is_capped=any(column.count.capped for column in shown),
            most=CARDS,
            base_currency=settings.BASE_CURRENCY,
            filter=self.filterset,
            chips=self.filterset.chips(),
            address=page_query(self.filterset.params(), without=self.filterset.kept),
            is_mine=request.GET.get("owner") == "me",
            may_move=request.user.has_action(self.resource.permission("move")),
            may_add=request.user.has_action(self.resource.permission("add")),
        )


class SellingPanel(PanelPage):
    """What is sold to a customer as a card of the customer's page, with the way to a new one."""

    def may_add(self, pk):
        rows = Customer.objects.within(self.request.user, self.resource.permission("add"))
        return rows.filter(pk=pk, status__in=Customer.OPEN).exists()


class OpportunityPanel(SellingPanel):
    """What somebody hopes to sell to the customer."""

    spare = ("staged_on",)
