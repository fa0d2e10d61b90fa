"""Pages of tasks: today, the week, the month, and the calendar's private address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from config_admin.calendars.months import beside
from crm.core import idempotency
from crm.core.errors import plain
from crm.core.formats import day
from crm.core.pages import (
    ActPage,
    AddPage,
    AtOnce,
    ChangePage,
    DetailPage,
    ListPage,
    Page,
    PanelPage,
    TransitionPage,
)
from crm.core.pages.acts import key_of
from services.models import CalendarFeed, Task
from services.named import customer_of, name_customers
from staff.models import StaffMember

from . import feed, operations, reports
from .forms import BringBackForm, PutOffForm

AGENDA = "services:agenda"
CHANGED = "crm:tasks"


class NamedRows:
    """A list whose rows are about customers: each names its own to those who reach them."""

    def keyset(self, rows, size):
        found = super().keyset(rows, size)
        name_customers(found.rows, self.request.user)
        return found


class TaskList(NamedRows, ListPage):
    """The list of tasks."""


class TaskPanel(NamedRows, PanelPage):
    """The open tasks about a customer, with a key to enter another one."""

    narrowing = "&status=open"

    def rows(self):
        return super().rows().open()


class ManneredPage(Page):
    """One of the manners in which one's own tasks and appointments are shown."""

    page = "list"
    manner = ""

    def show(self, status=200, **context):
        user = self.request.user
        new = self.resource.url("add") if user.has_action(self.resource.permission("add")) else ""
        return super().show(
            status,
            manner=self.manner,
            new=new,
            sees_appointments=user.has_action("services.view_appointment"),
            **context,
        )


class TodayPage(ManneredPage):
    """The list of today: what is overdue or due, ranked, and the appointments of the day."""

    template = manner = "today"

    def get(self, request):
        if request.htmx and request.htmx.target == "agenda":
            self.template = "_today"
        user = request.user
        return self.show(
            today=reports.today_of(user),
            steps={
                name: user.has_action(self.resource.permission(name))
                for name in ("finish", "change")
            },
            key=idempotency.new_key,
            tomorrow=operations.tomorrow(),
            next_week=operations.next_week(),
        )


class WeekPage(ManneredPage):
    """Seven days beside each other."""

    template = manner = "week"

    def get(self, request):
        days = reports.week_of(request.GET.get("day", ""))
        return self.show(
            days=reports.days_of(request.user, days),
            before=(days[0] - reports.DAY).isoformat(),
            after=(days[-1] + reports.DAY).isoformat(),
            heading=_("%(first)s to %(last)s") % {"first": day(days[0]), "last": day(days[-1])},
        )


class MonthPage(ManneredPage):
    """A month as it hangs on the wall."""

    template = manner = "month"

    def get(self, request):
        month, days = reports.grid_of(request.GET.get("month", ""))
        held = reports.days_of(request.user, days, month.month)
        before, after = beside(month)
        return self.show(
            month=month,
            weeks=[held[at : at + reports.WEEK] for at in range(0, len(held), reports.WEEK)],
            before=before,
            after=after,
        )


class TaskPage(DetailPage):
    """A task, and what can be done with it."""

    def facts(self):
        task, user = self.object, self.request.user
        is_open = task.status == Task.Status.OPEN
        facts = super().facts()
        return facts | {
            "customer": customer_of(task, user),
            "may_put_off": is_open and facts["may_change"],
            "is_given": task.author_id != task.member.user_id,
        }


class GivePage(AddPage):
    """A new task: one's own unless it is given to somebody else, about the customer on show."""

    def build_form(self, data=None):
        user = self.request.user
        customer = key_of(self.request.GET.get("customer", ""))
        member = StaffMember.objects.filter(user=user).first()
        return self.resource.form(
            data,
            initial={"member": member and member.pk}
            | ({"customer": int(customer)} if customer else {}),
            user=user,
            action=self.resource.permission("add"),
        )

    def success_url(self, done):
        """The page from which the drawer was opened, if it shows the task too."""
        here = self.request.htmx.current_url_abs_path or ""
        known = {reverse(AGENDA)}
        if done.customer_id:
            known.add(reverse("customers:customer_view", args=[done.customer_id]))
        if self.in_drawer and here.partition("?")[0] in known:
            return here
        return super().success_url(done)


class AmendPage(ChangePage):
    """A task changed; it is compared by the fields that the reader was shown."""

    def fields(self):
        form = self.build_form()
        return [field for field in super().fields() if field.name in form.fields]


class TaskAtOnce(AtOnce):
    """A step that the list of today takes by itself."""

    changed = CHANGED


class FinishPage(TaskAtOnce, TransitionPage):
    """A task done, by one click in the list of today."""

    undo = "reopen"


class ReopenPage(TaskAtOnce, TransitionPage):
    """A task opened again, which takes back that it was done."""

    takes_back = True


class PutOffPage(TaskAtOnce, ActPage):
    """A task put off to tomorrow or to next week, or its reminder heeded.

    An address that says what was before takes the putting off back.
    """

    page = "change"
    template = "form"
    was_due_on = None

    @property
    def takes_back(self):
        return "version" in self.request.GET

    def undo_address(self):
        if self.was_due_on is None:
            return ""
        was = urlencode({"due_on": self.was_due_on.isoformat(), "version": self.object.version})
        return f"{self.request.path}?{was}"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return BringBackForm(self.request.GET) if self.takes_back else PutOffForm(data)

    def perform(self, form):
        task, by = self.object, self.request.user
        if self.takes_back:
            return operations.bring_back(task, by=by, **form.cleaned_data)
        to = form.cleaned_data["to"]
        if to == PutOffForm.SEEN:
            return operations.heed(task, by=by)
        self.was_due_on = task.due_on
        later = operations.tomorrow() if to == PutOffForm.TOMORROW else operations.next_week()
        return operations.postpone(task, by=by, due_on=later)

    def said(self, done):
        if done.remind_at is None and self.request.POST.get("to") == PutOffForm.SEEN:
            return _("The reminder of “%(name)s” comes no more.") % {"name": done}
        return _("“%(name)s” is due on %(day)s.") % {"name": done, "day": day(done.due_on)}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            title=_("Put off “%(name)s”") % {"name": self.object},
            submit=_("Put off"),
            object=self.object,
            cancel=self.resource.url("view", self.object),
            **context,
        )


class FeedPage(Page):
    """One's own calendar address: shown once when it is made, renewed or revoked at any time."""

    page = "list"
    template = "feed"

    def get(self, request):
        return self.show()

    def post(self, request):
        step, user = request.POST.get("step", ""), request.user
        if step == "renew":
            token = operations.renew_feed(user, by=user)
            place = reverse("services:calendar_file", args=[token])
            return self.show(address=request.build_absolute_uri(place))
        if step == "revoke":
            operations.revoke_feed(user, by=user)
            return HttpResponseRedirect(reverse("services:calendar_address"))
        return self.show(422)

    def show(self, status=200, **context):
        rows = CalendarFeed.objects.filter(user=self.request.user, digest__isnull=False)
        return super().show(status, feed=rows.first(), most=feed.MOST_AN_HOUR, **context)


@login_not_required
@require_safe
def calendar_file(request, token):
    """The calendar behind a private address; one that is unknown or revoked does not exist."""
    found = feed.feed_of(token)
    if found is None:
        raise Http404
    if feed.asks_too_often(found):
        answer = plain(request, 429)
        answer.headers["Retry-After"] = str(feed.HOUR)
        return answer

    def address(row):
        name = f"services:{row._meta.model_name}_view"
        return request.build_absolute_uri(reverse(name, args=[row.pk]))

    with translation.override(found.user.language or translation.get_language()):
        written = feed.calendar_of(found.user, address)
    return HttpResponse(
        written,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="meridian.ics"'},
    )


@require_GET
def reminders(request):
    """How many reminders have come for the user: a mark in the top bar, or nothing."""
    user = request.user
    count = 0
    if user.has_action("services.view_task"):
        count = Task.objects.permitted(user).of(user).reminding().count()
    if user.has_action("services.view_complaint"):
        count += reports.complaints_of(user).count()
    return render(request, "services/reminders.html", {"count": count})
