"""Pages of referrals that have a shape of their own."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.pages import AddPage, DetailPage, Page, TransitionPage
from customers.models import Customer
from services.models import Opportunity
from staff.views import key_in

from . import operations, reports


class ReferPage(AddPage):
    """A referral, of the customer from whose page it was asked for."""

    def build_form(self, data=None):
        customer = key_in(self.request.GET.get("customer", ""))
        return self.resource.form(
            data,
            initial={"customer": customer} if customer else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )


class ReferralPage(DetailPage):
    """A referral, the answer to it, and how far what came of it is."""

    def moves(self):
        """The steps that its state allows and that are this user's to take."""
        referral, user = self.object, self.request.user
        theirs = {
            "accept": operations.may_accept,
            "refuse": operations.may_refuse,
            "withdraw": lambda one, user: one.from_member.user_id == user.pk,
        }
        return [step for step in super().moves() if theirs[step.name](referral, user)]

    def facts(self):
        referral, user = self.object, self.request.user
        seen = Customer.objects.permitted(user).filter(pk=referral.customer_id)
        sold = Opportunity.objects.permitted(user).filter(referral=referral.pk)
        sees = seen.exists()
        accepted = referral.status == referral.Status.ACCEPTED
        return super().facts() | {
            "may_see_customer": sees,
            "looked_after": "" if sees else looked_after(referral.customer),
            "opportunity": sold.values_list("pk", flat=True).first() if accepted else None,
        }


def looked_after(customer):
    """Who looks after a customer whose page does not open, and why it does not."""
    if customer.lead_manager is None:
        return _(
            "Nobody leads this customer, who waits in the pool of %(branch)s. The customer's page"
            " opens only to those who reach customers of this branch."
        ) % {"branch": customer.home_branch.shown_name}
    return _(
        "%(name)s, %(branch)s, looks after this customer. The customer's page opens only to those"
        " in whose hands or at whose branch the customer is."
    ) % {"name": customer.lead_manager.shown_name, "branch": customer.home_branch.shown_name}


class AcceptPage(TransitionPage):
    """What the one who accepts a referral expects of it; it leads to the new opportunity."""

    sold = None

    def perform(self, form):
        self.sold = self.transition.run(self.object, by=self.request.user, **form.cleaned_data)
        return self.object

    def success_url(self, done):
        if self.sold and self.request.user.has_action("services.view_opportunity"):
            return reverse("services:opportunity_view", args=[self.sold.pk])
        return super().success_url(done)


class AuthorsPage(Page):
    """What came of the referrals of each author within reach, in the last three months."""

    page = "list"
    template = "authors"

    def get(self, request):
        return self.show(
            credits=reports.credits_of(self.rows()),
            days=reports.DAYS,
            most=reports.MOST,
            base_currency=settings.BASE_CURRENCY,
        )
