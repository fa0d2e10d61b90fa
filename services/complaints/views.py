"""Pages of complaints that have a shape of their own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from config_admin.figures.values import value_of
from crm.core.approvals import pending_about
from crm.core.charts import ring
from crm.core.history import entries_of
from crm.core.models import AuditEvent
from crm.core.pages import AddPage, ChangePage, DetailPage, LongStep, Page, StepPage
from customers.models import Customer, Holding
from services.models import Complaint
from staff.models import Branch
from staff.views import key_in

from . import rules
from .clock import bank_day, clock_of
from .forms import CorrectForm
from .parameters import DISPUTE
from .tables import TONES

# steps that ask for much open beside the record, the others in a dialog
IN_DRAWER = frozenset({"establish", "answer"})
# what leads a complaint on, and so stands out among the steps
MAIN = frozenset({"assign", "investigate", "establish", "answer", "review", "close", "recheck"})
FLAGS = ("is_legal", "is_regulator", "is_media", "is_vulnerable")
FOUND = ("findings", "root_cause", "remedy", "corrective_action", "recheck_on")


class ReceivePage(AddPage):
    """A complaint of the customer from whose page it was asked for."""

    def build_form(self, data=None):
        customer = key_in(self.request.GET.get("customer", ""))
        return self.resource.form(
            data,
            initial={"customer": customer} if customer else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("Receive a complaint"), **context)

    def perform(self, form):
        # whoever is complained of receives it all the same, and does not see it afterwards
        return form.apply(by=self.request.user, version=None)

    def success_url(self, done):
        is_seen = Complaint.objects.permitted(self.request.user).filter(pk=done.pk).exists()
        return super().success_url(done) if is_seen else self.resource.url("list")

    def said(self, done):
        return _("Complaint %(name)s is received.") % {"name": done}


class CorrectPage(ChangePage):
    """What is known of a complaint, put right."""

    def build_form(self, data=None):
        return CorrectForm(
            data,
            instance=self.object,
            user=self.request.user,
            action=self.resource.permission("change"),
        )

    def fields(self):
        return [Complaint._meta.get_field(name) for name in CorrectForm._meta.fields]


class ComplaintPage(DetailPage):
    """A complaint with its clock, what was found out, what was answered, and the next steps."""

    def moves(self):
        """The steps that its state allows and that are this user's to take."""
        complaint, user = self.object, self.request.user
        steps = [
            step
            for step in super().moves()
            if not (self.is_done(step.name) or rules.why_not(complaint, step.name, user))
        ]
        # once something was found out, the answer is what comes next
        rank = {"establish": int(bool(complaint.finding)), "withdraw": 2}
        return sorted(steps, key=lambda step: rank.get(step.name, 0))

    def is_done(self, verb):
        """Whether a step has been taken and comes only once, or waits for another one."""
        complaint = self.object
        done = {
            "answer": not complaint.finding,
            "complicate": complaint.is_complex,
            "extend": complaint.is_extended or not complaint.is_complex,
            "dispute": complaint.disputed_at is not None,
            "recheck": complaint.recurred is not None or complaint.recheck_on is None,
        }
        return done.get(verb, False)

    def facts(self):
        complaint, user = self.object, self.request.user
        facts = super().facts()
        clock = clock_of(complaint)
        holding = complaint.holding_id
        return facts | {
            "may_change": facts["may_change"]
            and complaint.status in Complaint.UNANSWERED
            and not rules.why_not(complaint, "change", user),
            "in_drawer_steps": IN_DRAWER,
            "main_step": next((s.name for s in facts["moves"] if s.name in MAIN), ""),
            "tone": TONES.get(complaint.status, ""),
            "flags": [
                str(Complaint._meta.get_field(name).verbose_name)
                for name in FLAGS
                if getattr(complaint, name)
            ],
            "finding_fields": FOUND,
            "time_fields": ("complex_reason", "extension_reason", "extension_told_on"),
            "clock": clock,
            "ring": ring(clock.title, clock.share, clock.tone) if clock else "",
            "replies": [
                (reply, (bank_day(reply.given_at) - reply.due_on).days)
                for reply in complaint.replies.select_related("given_by").order_by("pk")
            ],
            "waiting": pending_about(complaint),
            "may_see_approvals": user.has_action("core.view_approval"),
            "may_see_customer": Customer.objects.permitted(user)
            .filter(pk=complaint.customer_id)
            .exists(),
            "may_see_holding": bool(holding)
            and Holding.objects.permitted(user).filter(pk=holding).exists(),
            "kept_away": rules.why_kept_away(complaint, user),
        }


class TrailPage(Page):
    """What was changed on a complaint, by whom and why, newest first."""

    page = "view"
    template = "trail"
    MOST = 50

    def get(self, request, pk):
        events = AuditEvent.objects.filter(
            subject_id=self.object.customer_id,
            table_name=Complaint._meta.db_table,
            row_key=str(self.object.pk),
        )
        found = events.select_related("actor").order_by("-at", "-id")[: self.MOST]
        return self.show(object=self.object, entries=entries_of(list(found), user=request.user))


class LetterPage(Page):
    """The last answer to a complaint as a letter, to be printed and signed."""

    page = "view"
    template = "letter"

    def get(self, request, pk):
        complaint = self.object
        reply = complaint.replies.select_related("given_by__branch").order_by("pk").last()
        return self.show(
            object=complaint,
            reply=reply,
            received_on=bank_day(complaint.received_at),
            given_on=bank_day(reply.given_at) if reply else None,
            bank=Branch.objects.filter(parent=None).first(),
            days=int(value_of(DISPUTE)),
        )


class ComplaintStep(StepPage):
    """A step with a complaint."""

    why_not = staticmethod(rules.why_not)


class LongComplaintStep(LongStep, ComplaintStep):
    """A step with a complaint that asks for much."""


class EstablishPage(LongComplaintStep):
    """The findings so far, to be gone on with."""

    def known(self):
        complaint = self.object
        return {name: getattr(complaint, name) for name in ("finding", *FOUND, "version")}

    def perform(self, form):
        done = self.transition.run(self.object, by=self.request.user, **form.facts())
        return done or self.object
