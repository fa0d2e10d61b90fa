"""The inbox: requests for a second person on the left, the one that is open on the right."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django_htmx.http import HttpResponseLocation, trigger_client_event

from crm.core import approvals
from crm.core.approval_checks import checks_of, earlier
from crm.core.approval_words import compared
from crm.core.authority import is_limited, limit_of
from crm.core.models import Approval
from crm.core.pages import DetailPage, ListPage, TransitionPage
from crm.core.pages.acts import AGAIN, key_of
from crm.core.resources import resource_of

from .subjects import subjects_of

EARLIER = 5
SHOWN = 10
PAST = "past"


class RequestPage(DetailPage):
    """What is asked for, by whom and why, before and after, what is checked, and who may decide.

    The inbox fetches it without what is around it.
    """

    def templates(self):
        beside = self.request.htmx and self.request.htmx.target == "request"
        return ["core/_request.html"] if beside else super().templates()

    def facts(self):
        request, user = self.object, self.request.user
        facts = super().facts()
        is_open = request.can("approve")
        refusal = approvals.why_not(request, user) if is_open else ""
        own = [step for step in facts["moves"] if step.name == "withdraw"]
        decisions = [step for step in facts["moves"] if step.name != "withdraw"]
        label = (request.subject_model, request.subject_key)
        subject = subjects_of([request], user).get(label)
        is_shown = subject is not None or may_read(request, user)
        return facts | {
            "moves": (own if request.is_own(user) else []) + ([] if refusal else decisions),
            "blocked": decisions if refusal else [],
            "refusal": refusal,
            "compared": compared(request) if is_shown else [],
            "is_hidden": not is_shown,
            # a check names the amount that is at stake
            "checks": checks_of(request, user) if is_open and is_shown else [],
            "limit": limit_of(request, user) if is_open and is_limited(request) else None,
            "currency": settings.BASE_CURRENCY,
            "earlier": earlier(request, user)[:EARLIER],
            "subject": subject,
            "name": names_of([request], user).get(request.pk, ""),
            "again": again_url(request, user),
        }


class Inbox(ListPage):
    """The list with one request open; each request names its record to those who reach it."""

    def get(self, request):
        if request.htmx and request.htmx.target == "inbox":
            self.template = "_inbox"
        return super().get(request)

    def templates(self):
        # both sides of this page, which no other list has
        return ["core/_inbox.html"] if self.template == "_inbox" else super().templates()

    @cached_property
    def lines(self):
        """The page of the list."""
        return super().page_of_rows()

    def page_of_rows(self):
        """The same, each request with the name of its record."""
        found = self.lines
        names = names_of(found.rows, self.request.user)
        for row in found.rows:
            row.shown_subject = names.get(row.pk, "")
            row.is_open = row is self.opened
        return found

    @cached_property
    def opened(self):
        """The request that is open: the first, or the next after one that was decided."""
        rows = self.lines.rows
        past = key_of(self.request.GET.get(PAST, ""))
        waiting = [row for row in rows if past and row.can("approve") and row.pk < int(past)]
        return next(iter([*waiting, *rows]), None)

    def show(self, status=200, **context):
        if self.template in {"list", "_inbox"}:
            context |= self.beside()
        return super().show(status, **context)

    def beside(self):
        """What stands on the right, by the rules of the request's own page."""
        if self.opened is None:
            return {"object": None}
        page = RequestPage(resource=self.resource)
        page.setup(self.request, pk=self.opened.pk)
        page.object = self.opened  # it came with the list, within the same reach
        return {"object": self.opened, **page.facts()}


class WaitingList(ListPage):
    """A list that also shows what waits for a second person about its records, new ones too."""

    def templates(self):
        return ["core/waiting_list.html"] if self.template == "list" else super().templates()

    def show(self, status=200, **context):
        if self.template == "list":
            context["waiting"] = self.waiting()
        return super().show(status, **context)

    def waiting(self):
        """The newest of the requests within reach, each with the name of its record."""
        user = self.request.user
        rows = Approval.objects.permitted(user).filter(
            subject_model=str(self.resource), status=Approval.Status.PENDING
        )
        found = list(rows.select_related("maker", "role").order_by("-id")[:SHOWN])
        names = names_of(found, user) if found else {}
        for request in found:
            request.about = names.get(request.pk, "")
        return found


class DecisionPage(TransitionPage):
    """A step taken with a request; in the inbox the list goes on with the next one."""

    @cached_property
    def object(self):
        """The request, which names its record to those who reach it."""
        request = super().object
        request.about = names_of([request], self.request.user).get(request.pk, "")
        return request

    def lead_to(self, target):
        inbox = self.resource.url("list")
        path, _mark, query = (self.request.htmx.current_url_abs_path or "").partition("?")
        if not self.in_drawer or path != inbox:
            return super().lead_to(target)
        known = QueryDict(query, mutable=True)
        known[PAST] = str(self.object.pk)
        said = " ".join(str(message) for message in get_messages(self.request))
        answer = HttpResponseLocation(
            f"{inbox}?{known.urlencode()}", target="#inbox", swap="outerHTML"
        )
        return trigger_client_event(answer, "crm:saved", {"message": said})


def may_read(request, user):
    """Whether somebody who does not reach the record reads what is to change all the same.

    That is who asked and who decides; of what does not exist yet, who may see its like.
    """
    if request.is_own(user) or request.role_id in user.role_ids:
        return True
    app, _dot, model = request.subject_model.partition(".")
    return request.subject_key is None and user.has_action(f"{app}.view_{model}")


def again_url(request, user):
    """Where its maker corrects a request that was sent back; empty if that is not here."""
    checked = approvals.checked_by(request.operation)
    if not (request.is_own(user) and request.status == request.Status.RETURNED and checked):
        return ""
    page, _mark, model = checked.action.partition(".")[2].rpartition("_")
    resource = resource_of(apps.get_model(request.subject_model))
    is_elsewhere = request.sealed or (page == "add") != (request.subject_key is None)
    if resource is None or is_elsewhere or model != resource.model._meta.model_name:
        return ""
    try:
        address = reverse(
            resource.url_name(page), args=[request.subject_key] if request.subject_key else []
        )
    except NoReverseMatch:
        return ""
    return f"{address}?{AGAIN}={request.pk}"


def names_of(requests, user):
    """What each request is about, by its key, as far as the user may know it."""
    known = subjects_of(requests, user)
    names = {r.pk: known.get((r.subject_model, r.subject_key)) for r in requests}
    new = approvals.entered_by([r for r in requests if may_read(r, user)])
    return {key: str(found[0]) for key, found in names.items() if found} | {
        key: str(record) for key, record in new.items()
    }
