"""Pages that change something: all of it or, when a rule refuses, nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core import approvals, idempotency
from crm.core.acting import acting
from crm.core.formats import markup
from crm.core.forms import version_of
from crm.core.keyset import capped_count
from crm.core.models import Approval
from crm.core.operations import DomainError, Stale, broken_rule

from .asked import rows_at
from .base import Page

if TYPE_CHECKING:
    from crm.core.resources import Transition


MOST_CHOSEN = 1000
# names the request that is asked for anew
AGAIN = "again"


class ActPage(Page):
    """A page that changes something: all of it or, when a rule refuses, nothing."""

    target: str = ""

    def build_form(self, data=None):
        raise NotImplementedError

    def perform(self, form):
        """Run the operation; returns the record."""
        raise NotImplementedError

    def get(self, request, **kwargs):
        form = self.build_form()
        if not (returned := self.returned()):
            return self.show_form(form)
        entered = approvals.entered_in(returned)
        form.initial |= {name: entered[name] for name in form.fields if name in entered}
        return self.show_form(form, returned=returned)

    def returned(self):
        """The user's own request that was sent back and is to be corrected with this form."""
        key = key_of(self.request.GET.get(AGAIN, ""))
        rows = Approval.objects.filter(status=Approval.Status.RETURNED, maker=self.request.user.pk)
        about = {"subject_model": str(self.resource), "subject_key": self.kwargs.get("pk")}
        return rows.filter(pk=key, **about).first() if key else None

    def post(self, request, **kwargs):
        key = idempotency.parse_key(request.POST.get(idempotency.FIELD, ""))
        digest = idempotency.digest_of(request.path, request.POST, request.FILES)
        if key is None:
            raise DomainError(_("This form is too old. Open it again and send it once more."))
        try:
            if answer := idempotency.earlier_answer(request.user, key, digest):
                return self.lead_to(answer)
            form = self.build_form(request.POST)
            if not form.is_valid():
                # the same form may have been done meanwhile, and left nothing of what it asks for
                answer = idempotency.earlier_answer(request.user, key, digest)
                return self.lead_to(answer) if answer else self.show_form(form, status=422)
            return self.act(form, key, digest)
        except idempotency.KeyReused:
            raise DomainError(
                _("This form was sent before with other contents. Open it again.")
            ) from None

    def act(self, form, key, digest):
        """Do the work and keep where it led, in one transaction; refusals undo all of it."""
        request = self.request
        try:
            with acting(by=request.user):
                if not idempotency.claim(request.user, key, digest):
                    answer = idempotency.earlier_answer(request.user, key, digest)
                    return self.lead_to(answer or self.resource.url("list"))
                done = self.perform(form)
                # a page about requests gives back the request itself
                waits = isinstance(done, Approval) and self.resource.model is not Approval
                target = self.waiting_url(done) if waits else self.success_url(done)
                idempotency.remember(request.user, key, target)
        except Stale as error:
            return self.conflict(form, error)
        except approvals.AskedAlready as error:
            refuse(form, self.leading_on(error))
            return self.show_form(form, status=422)
        except DomainError as error:
            refuse(form, error)
            return self.show_form(form, status=422)
        except IntegrityError as error:
            refuse(form, broken_rule(self.resource.model, error))
            return self.show_form(form, status=422)
        tell = messages.warning if self.is_told_once(done) else messages.success
        tell(request, waiting(done) if waits else self.said(done))
        return self.lead_to(target)

    def leading_on(self, error):
        """The refusal with the request that waits already, for those who may see it."""
        request = error.request
        if not Approval.objects.permitted(self.request.user).filter(pk=request.pk).exists():
            return error
        link = markup('<a href="{}">{}</a>', address_of(request), _("Look at that request."))
        return DomainError(markup("{} {}", error.message, link))

    def waiting_url(self, request):
        """Where one goes while a second person has yet to decide."""
        known = request.subject_key is not None and "pk" in self.kwargs
        return self.resource.url("view", self.object) if known else self.resource.url("list")

    def conflict(self, form, error):
        """Somebody else was faster: by default the sentence; forms show both values."""
        refuse(form, error)
        return self.show_form(form, status=409)

    def show_form(self, form, status=200, **context):
        return self.show(
            status=status, form=form, key=idempotency.new_key(), in_drawer=self.in_drawer, **context
        )

    def success_url(self, done):
        return self.resource.url("view", done)

    def said(self, done):
        """The sentence shown when it is done."""
        return _("%(name)s: saved.") % {"name": done}

    def is_told_once(self, _done):
        """Whether the sentence stays on the page, because nobody can look it up later."""
        return False

    def lead_to(self, target):
        """Go to the record; the drawer's page is loaded anew."""
        if self.in_drawer:
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)


def waiting(request):
    """What is said of an operation that a second person has to decide."""
    said = (
        _("“%(name)s” waits for a second person: %(role)s. Everything else is saved.")
        if request.rest_is_saved
        else _("“%(name)s” waits for a second person: %(role)s.")
    )
    return said % {"name": request, "role": request.role}


class BulkPage(ActPage):
    """Something done to several rows of a list, by a job: those ticked, or all that the list holds.

    `chosen` are the keys, and the list's address if all are meant.
    """

    template = "form"
    # what says which rows are meant, sent on with the form
    sent_on = ("sel", "matching", "list")

    @cached_property
    def chosen(self):
        sent = self.request.POST or self.request.GET
        keys = [int(key) for key in map(key_of, sent.getlist("sel")) if key]
        return keys[:MOST_CHOSEN], sent.get("list", "") if sent.get("matching") else None

    def rows(self):
        """The chosen rows with which the user may do this."""
        keys, address = self.chosen
        if address is None:
            return super().rows().filter(pk__in=keys)
        return rows_at(self.resource, address, user=self.request.user, action=self.action)

    def show_form(self, form, status=200, **context):
        sent = self.request.POST or self.request.GET
        return super().show_form(
            form,
            status,
            chosen=capped_count(self.rows()),
            selection=[(name, value) for name in self.sent_on for value in sent.getlist(name)],
            cancel=self.resource.url("list"),
            **context,
        )

    def success_url(self, done):
        return address_of(done)

    def said(self, done):
        return _("%(name)s: started.") % {"name": done}


def address_of(obj):
    """The page of a record, whichever module serves it."""
    from crm.core.resources import resource_of  # noqa: PLC0415  (resources are made of pages)

    return resource_of(type(obj)).url("view", obj)


def key_of(text):
    """A key in what was sent; empty if it is none."""
    return text if text.isascii() and text.isdigit() and len(text) < 19 else ""


class FormPage(ActPage):
    """Add and change, as a page of its own or in the drawer."""

    template = "form"

    def perform(self, form):
        version = version_of(self.request.POST.get("version", ""))
        done = form.apply(by=self.request.user, version=version)
        if isinstance(done, Approval):
            return done
        if not self.rows().filter(pk=done.pk).exists():
            raise DomainError(_("With these values the record would be out of your reach."))
        return done


class AddPage(FormPage):
    page = "add"

    def build_form(self, data=None):
        return self.resource.form(
            data, user=self.request.user, action=self.resource.permission("add")
        )

    def said(self, done):
        return _("%(name)s: added.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, cancel=self.resource.url("list"), **context)


class ChangePage(FormPage):
    page = "change"

    def build_form(self, data=None):
        return self.resource.form(
            data,
            instance=self.object,
            user=self.request.user,
            action=self.resource.permission("change"),
        )

    def fields(self):
        return [
            self.resource.model._meta.get_field(name)
            for name in self.resource.form._meta.fields or ()
        ]

    def conflict(self, form, error):
        """Show both values of each field that differs; saving again takes what the form holds."""
        current = self.rows().select_related(*self.resource.joins).of_key(self.object.pk)
        if current is None:
            raise Http404
        theirs = []
        for field in self.fields():
            if field.name not in form.fields:
                continue
            mine, other = form.cleaned_data.get(field.name), getattr(current, field.name)
            if mine != other and not (mine in (None, "") and other in (None, "")):
                theirs.append(
                    (form[field.name].label, shown(form.instance, field), shown(current, field))
                )
        refuse(form, error)
        return self.show_form(form, status=409, theirs=theirs, version=current.version)

    def show_form(self, form, status=200, **context):
        given = version_of(self.request.POST.get("version", ""))
        context.setdefault("version", self.object.version if given is None else given)
        return super().show_form(
            form, status, object=self.object, cancel=self.success_url(self.object), **context
        )


def shown(obj, field):
    """A field's value as people read it."""
    display = getattr(obj, f"get_{field.name}_display", None)
    return display() if display else getattr(obj, field.name)


class TransitionPage(ActPage):
    """Asks the question of a move and runs its operation."""

    transition: Transition = None
    template = "confirm"

    @property
    def action(self):
        return self.transition.name

    @property
    def step(self):
        return getattr(self.resource.model, "MOVES", {}).get(self.transition.name)

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return self.transition.form(data)

    def perform(self, form):
        done = self.transition.run(self.object, by=self.request.user, **form.cleaned_data)
        return done if isinstance(done, Approval) else self.object

    def said(self, done):
        if self.step is None:
            return super().said(done)
        step = self.step
        if step.enters and done.status not in {step.enters, *step.further}:
            # the step led elsewhere, as a request does that the facts have overtaken
            return done.sentence(_("“%(name)s” is not carried out. Status now: %(status)s."))
        return done.sentence(step.done)

    def show_form(self, form, status=200, **context):
        if form.errors:
            # what a refused operation had begun is undone, and nothing is said of it
            self.object.refresh_from_db()
        return super().show_form(
            form,
            status,
            object=self.object,
            step=self.step,
            question=self.object.sentence(self.step.question) if self.step else "",
            refusal=self.refusal(form),
            cancel=self.success_url(self.object),
            **context,
        )

    def refusal(self, _form):
        """Why the step cannot be taken, before anything is asked; empty if it can."""
        if not self.step or self.object.can(self.action):
            return ""
        return self.object.sentence(self.step.refused)


class StepPage(TransitionPage):
    """A step whose form knows the record; who may not take it by a rule of the module is told so.

    `why_not` is that rule: of the record, the step and the user, empty if they may.
    """

    why_not = None

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        form: Any = self.transition.form
        return form(
            data,
            about=self.object,
            user=self.request.user,
            action=self.resource.permission(self.action),
            initial=self.known(),
        )

    def known(self):
        """What the form begins with."""
        return {}

    def refusal(self, form):
        return super().refusal(form) or self.why_not(self.object, self.action, self.request.user)


class LongStep:
    """A step that asks for much, in the drawer."""

    template = "form"

    def show_form(self, form, status=200, **context):
        step = self.step
        return super().show_form(
            form, status, title=self.object.sentence(step.question), submit=step.label, **context
        )


def refuse(form, error):
    """Put a refusal into a form, beside the field it is about where the form has it."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))
