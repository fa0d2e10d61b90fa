"""Pages of service requests that have a shape of their own."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core import idempotency
from crm.core.pages import (
    ActPage,
    AddPage,
    AtOnce,
    BulkPage,
    DetailPage,
    ListPage,
    Page,
    PanelPage,
    TransitionPage,
)
from customers.ownership.views import may
from services.answers import in_words, names_for
from services.clock.face import late_answer
from services.conversation import operations as talk
from services.conversation.forms import TickForm, WriteForm
from services.conversation.timeline import timeline
from services.models import QueueMember, RequestCheck
from staff.views import key_in

from . import bulk, operations, routing
from .forms import AssignForm, AssignManyForm, NewRequestForm

SEE_CUSTOMER, REVEAL = "customers.view_customer", "customers.reveal_customer"
ADD = "services.add_servicerequest"
# in the address that undoes a step
UNDONE = "undone"
OWN_STEPS = {"start", "resume", "wait", "resolve"}
# steps of every hour, which ask nothing
AT_ONCE = frozenset({"take", "start"})


class RequestList(ListPage):
    """Requests, of which several can be assigned at once."""

    def bulk(self):
        if not self.request.user.has_action(operations.ASSIGN):
            return ()
        return ((_("Assign…"), "user-round-cog", reverse("services:servicerequest_assign_many")),)


class AssignManyPage(BulkPage):
    """The requests chosen in the list, or all that it holds, assigned to one member of staff."""

    page = "assign"

    def build_form(self, data=None):
        action = self.resource.permission(self.action)
        return AssignManyForm(data, user=self.request.user, action=action)

    def perform(self, form):
        keys, address = self.chosen
        return bulk.assign_many(
            form.cleaned_data["member"],
            by=self.request.user,
            reason=form.cleaned_data["reason"],
            keys=keys,
            address=address,
        )

    def show_form(self, form, status=200, **context):
        title = _("Assign requests")
        return super().show_form(form, status, title=title, submit=_("Assign"), **context)


class NewRequestPage(AddPage):
    """What a customer wants, asked for from their page or from the list."""

    def build_form(self, data=None):
        customer = key_in(self.request.GET.get("customer", ""))
        return NewRequestForm(
            data,
            initial={"customer": customer} if customer else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        after = "services/_own_fields.html"
        return super().show_form(form, status, after_first=after, **context)

    def said(self, done):
        if done.service.skill:
            entered = _("%(name)s: entered.") % {"name": done}
            return f"{entered} {routing.who_can(done)}"
        if routing.is_worked(done):
            return _("%(name)s: entered. It waits in the queue “%(queue)s”.") % {
                "name": done,
                "queue": done.queue,
            }
        return _(
            "%(name)s: entered. Nobody works the queue “%(queue)s” for this branch:"
            " a team leader has to assign it."
        ) % {"name": done, "queue": done.queue}


class OwnFieldsPage(Page):
    """What a service asks for, for the form of a new request, with all that is filled in so far."""

    page = "add"
    template = "own_fields"

    def get(self, request):
        return self.fields(request.GET)

    def post(self, request):
        # what is filled in names the customer, so it does not stand in an address
        return self.fields(request.POST)

    def fields(self, sent):
        action = self.resource.permission("add")
        form = NewRequestForm(user=self.request.user, action=action, initial=sent.dict())
        return self.show(form=form)


class RequestPanel(PanelPage):
    """The requests of a customer on the customer's page, and the way to a new one."""

    spare = ("customer", "service", "priority", "received")

    def may_add(self, pk):
        return may(self.request.user, ADD, pk, opened_by=SEE_CUSTOMER)


class RequestPage(DetailPage):
    """A request: facts, conversation and customer, with the steps that are this user's to take."""

    @cached_property
    def workers(self):
        """The users who work the request's queue for its branch today."""
        rows = QueueMember.objects.fit_for(self.object)
        return set(rows.values_list("member__user", flat=True))

    def moves(self):
        return [step for step in super().moves() if self.is_mine_to(step.name)]

    def is_mine_to(self, step):
        """Whether the step is this user's to take, as far as it depends on who handles what."""
        user, request = self.request.user, self.object
        if step == "take":
            return user.pk in self.workers
        if step in OWN_STEPS:
            return request.is_in_hands_of(user)
        if step == "hand_back":
            return request.is_in_hands_of(user) or user.has_action(operations.ASSIGN)
        return True

    def who_can(self):
        """Who has the skill that a request in a queue needs; empty if it needs none."""
        waits = self.object.status == "queued" and self.object.service.skill
        return routing.who_can(self.object) if waits else ""

    def facts(self):
        known = super().facts()
        steps, answers, user = known["moves"], self.object.answers, self.request.user
        return (
            known
            | {
                "may_change": known["may_change"] and self.object.is_at_work,
                "first_step": steps[0] if steps else None,
                "next_steps": steps[1:3],
                "more_steps": steps[3:],
                "at_once": AT_ONCE,
                "key": idempotency.new_key,
                "is_unworked": self.object.status == "queued" and not self.workers,
                "who_can": self.who_can(),
                "may_write": self.may("converse"),
                "clock": self.object.face,
                "late_answer": late_answer(self.object),
                "answers": list(in_words(answers, names_for(answers, user))),
            }
            | checklist_of(self.object, may_tick=self.may("check"))
        )


def checklist_of(request, *, may_tick):
    """What is to be checked before a request is resolved, each item with a key of its own."""
    checks = request.checks.select_related("item", "ticked_by")
    return {"checks": talk.keyed(checks), "may_tick": request.is_at_work and may_tick}


class WorkPage(RequestPage):
    """A request as it stands beside the queue on the desk."""

    template = "work"


class ConversationPage(Page):
    """What was said about a request, with the times in which its clock stood."""

    page = "view"
    template = "conversation"

    def get(self, request, pk):
        return self.show(object=self.object, lines=timeline(self.object))


class CustomerCard(Page):
    """Whom a request is about, as far as the user sees customers."""

    page = "view"
    template = "customer"

    def get(self, request, pk):
        customer, user = self.object.customer, request.user
        opens = may(user, SEE_CUSTOMER, customer.pk, opened_by=operations.SEE)
        reveals = opens and may(user, REVEAL, customer.pk, opened_by=operations.SEE)
        points = customer.contact_points.order_by("kind", "-is_primary", "pk")
        return self.show(
            object=customer,
            opens_customer=opens,
            contact_points=list(points) if opens else [],
            may_reveal=reveals,
        )


class TakePage(AtOnce, TransitionPage):
    """A request taken from its queue by one click; it goes back there if this is undone."""

    undo = "hand_back"

    def undo_address(self):
        address = super().undo_address()
        return address and f"{address}?{UNDONE}=1"


class StartPage(AtOnce, TransitionPage):
    """A request begun with by one click."""


class HandBackPage(AtOnce, TransitionPage):
    """A request put back into its queue; one just taken needs no other reason than that."""

    @property
    def takes_back(self):
        return UNDONE in self.request.GET

    def build_form(self, data=None):
        form = super().build_form(data)
        if self.takes_back and data is not None:
            form.data = {"reason": _("Taken by mistake.")}
        return form


class AssignPage(TransitionPage):
    """To whom a request is given: somebody who works its queue."""

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return AssignForm(data, request=self.object)


class RequestActPage(ActPage):
    """Something done to a request; it leads back to it."""

    template = "form"

    def show_form(self, form, status=200, **context):
        cancel = self.resource.url("view", self.object)
        return super().show_form(form, status, object=self.object, cancel=cancel, **context)


class WritePage(RequestActPage):
    """A reply, a message or a note; a template may have been chosen for it."""

    page = "converse"

    @cached_property
    def templates_offered(self):
        return list(self.object.service.templates.filter(is_live=True))

    def initial(self):
        asked = self.request.GET
        chosen = key_in(asked.get("template", ""))
        found = next((one for one in self.templates_offered if one.pk == chosen), None)
        if found is not None:
            return {"kind": "reply", "text": talk.filled(found, self.object, self.request.user)}
        kinds = {kind for kind, _label in WriteForm.base_fields["kind"].choices}
        return {"kind": asked["kind"]} if asked.get("kind") in kinds else {}

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return WriteForm(data, initial=self.initial())

    def perform(self, form):
        stood = self.object.stopped_at
        talk.write_entry(self.object, by=self.request.user, **form.cleaned_data)
        self.runs_again = stood is not None and self.object.stopped_at is None
        return self.object

    def said(self, done):
        if self.runs_again:
            return _("%(name)s: written. Its clock runs again.") % {"name": done}
        return _("%(name)s: written.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            title=_("Write: %(name)s") % {"name": self.object},
            below="services/_templates.html",
            reply_templates=self.templates_offered,
            address=self.request.path,
            **context,
        )


class TickPage(AtOnce, RequestActPage):
    """An item of the checklist, ticked or opened again."""

    page = "check"

    @cached_property
    def check(self):
        rows = RequestCheck.objects.select_related("item")
        found = rows.filter(request=self.object, pk=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        return found

    def build_form(self, data=None):
        state = "open" if self.check.ticked_at else "ticked"
        return TickForm(data, initial={"state": state})

    def perform(self, form):
        is_ticked = form.cleaned_data["state"] == "ticked"
        talk.tick(self.check, by=self.request.user, is_ticked=is_ticked)
        return self.object

    def lead_to(self, target):
        if not self.is_at_once:
            return super().lead_to(target)
        # the box says it itself
        list(get_messages(self.request))
        self.template = "checklist"
        return self.show(object=self.object, **checklist_of(self.object, may_tick=True))

    def show_form(self, form, status=200, **context):
        title = _("Checklist: %(name)s") % {"name": self.check}
        return super().show_form(form, status, title=title, **context)
