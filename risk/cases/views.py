"""Pages of alert cases that have a shape of their own."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core import idempotency
from crm.core.pages import (
    AtOnce,
    BulkPage,
    DetailPage,
    ListPage,
    LongStep,
    LookupPage,
    StepPage,
)
from crm.core.pages.acts import key_of
from crm.core.trail import record_denial
from customers.models import Customer, Holding
from risk.models import AlertCase
from staff.resources import staff_member

from . import bulk, rules
from .face import said, told
from .forms import AssignManyForm
from .tables import LEVEL_TONES, TONES

# what leads a case on, and so stands out among the steps
MAIN = ("approve", "propose", "answer", "assign", "reopen")
# steps that ask for much open beside the record, the others in a dialog
IN_DRAWER = frozenset({"propose", "ask", "answer"})
MOST_HOLDINGS = 8


class CaseList(ListPage):
    """Alert cases, of which several can be assigned at once."""

    def bulk(self):
        if not self.request.user.has_action(self.resource.permission("assign")):
            return ()
        return ((_("Assign…"), "user-round-cog", reverse("risk:alertcase_assign_many")),)


class CasePage(DetailPage):
    """A case: what the rules measured, what the customer has, what was said, and the next steps."""

    def moves(self):
        """The steps that its state allows and that are this user's to take."""
        case, user = self.object, self.request.user
        return [step for step in super().moves() if not rules.why_not(case, step.name, user)]

    def own_key(self):
        """The reader's own key, if they may be given the case and do not have it."""
        user = self.request.user
        if not user.has_action(rules.WORK):
            return None
        rows = rules.officers_for(self.object).filter(user=user.pk)
        return rows.values_list("pk", flat=True).first()

    def facts(self):
        case, user = self.object, self.request.user
        facts = super().facts()
        names = [step.name for step in facts["moves"]]
        main = next((name for name in MAIN if name in names), "")
        own = self.own_key() if "assign" in names else None
        alerts = case.alerts.order_by("-pk")
        holdings = Holding.objects.permitted(user).filter(customer=case.customer_id)
        return facts | {
            "in_drawer_steps": IN_DRAWER,
            "main_step": "assign_to_me" if own and main == "assign" else main,
            "assigned_to_me": own,
            "key": idempotency.new_key,
            "tone": TONES[case.status],
            "level_tone": LEVEL_TONES[case.level],
            "alerts": [told(alert) for alert in alerts],
            "lines": said(case),
            "earlier": earlier_of(case, user),
            "is_referred": case.is_restricted and case.is_referred,
            "holdings": holdings.exclude(status=Holding.Status.CLOSED).order_by(
                "-overdue_days", "-balance_base"
            )[:MOST_HOLDINGS],
            "may_see_customer": Customer.objects.permitted(user)
            .filter(pk=case.customer_id)
            .exists(),
        }


def earlier_of(case, user):
    """The case before this one about the same; None if there was none that the user may see."""
    rows = AlertCase.objects.permitted(user).filter(customer=case.customer_id, family=case.family)
    return rows.filter(pk__lt=case.pk).order_by("-pk").first()


class CaseStep(StepPage):
    """A step with a case."""

    why_not = staticmethod(rules.why_not)

    def success_url(self, done):
        # what is referred for a report may be closed to whoever took the step
        seen = AlertCase.objects.permitted(self.request.user).filter(pk=done.pk).exists()
        return super().success_url(done) if seen else self.resource.url("list")


class LongCaseStep(LongStep, CaseStep):
    """A step with a case that asks for much."""


class AssignPage(AtOnce, CaseStep):
    """A case given to somebody; to oneself by one click."""


class AssignManyPage(BulkPage):
    """The cases chosen in the list, or all that it holds, given to one officer."""

    page = "assign"

    def build_form(self, data=None):
        action = self.resource.permission(self.action)
        return AssignManyForm(data, user=self.request.user, action=action)

    def perform(self, form):
        keys, address = self.chosen
        return bulk.assign_many(
            form.cleaned_data["officer"],
            by=self.request.user,
            reason=form.cleaned_data["reason"],
            keys=keys,
            address=address,
        )

    def show_form(self, form, status=200, **context):
        title = _("Assign alert cases")
        return super().show_form(form, status, title=title, submit=_("Assign"), **context)


class OfficersPage(LookupPage):
    """Those who may be given the case that is named, to choose from; else whoever works on any."""

    page = "assign"

    @property
    def offered(self):
        return staff_member

    def choosable(self, action):
        if "case" not in self.request.GET:
            return rules.officers()
        key = int(key_of(self.request.GET["case"]) or 0)
        case = self.rows().select_related("customer").of_key(key)
        if case is None:
            record_denial(self.request.user, str(self.resource), key)
            raise Http404
        return rules.officers_for(case)
