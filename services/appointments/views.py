"""Pages of appointments that have a shape of their own."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.clock import now
from crm.core.pages import AddPage, ChangePage, DetailPage, ListPage, Page, PanelPage
from crm.core.pages.acts import key_of
from services.agenda.reports import DAY, day_of
from services.agenda.views import NamedRows
from services.models import Appointment
from services.named import customer_of
from staff.models import Branch, StaffMember

from .board import board_of
from .forms import BoardForm
from .hours import is_outside_hours

USUAL_LENGTH = dt.timedelta(minutes=30)


class AppointmentList(NamedRows, ListPage):
    """The list of appointments."""


class AppointmentPanel(NamedRows, PanelPage):
    """The appointments with a customer, and a way to book another one."""


class AppointmentPage(DetailPage):
    """An appointment; what came of it is asked when it has begun."""

    def moves(self):
        has_begun = self.object.begins_at <= now()
        return [step for step in super().moves() if has_begun or step.name == "cancel"]

    def facts(self):
        one, facts = self.object, super().facts()
        is_planned = one.status == Appointment.Status.PLANNED
        return facts | {
            "customer": customer_of(one, self.request.user),
            "may_change": facts["may_change"] and is_planned,
            "is_outside": is_planned and is_outside_hours(one.begins_at, one.ends_at),
        }


class Warned:
    """Says so where an appointment lies outside the working hours; it is booked all the same."""

    def said(self, done):
        said = super().said(done)
        if is_outside_hours(done.begins_at, done.ends_at):
            return _("%(said)s It lies outside the working hours of the outlets.") % {"said": said}
        return said


class BookPage(Warned, AddPage):
    """A new appointment, with what the page it was asked from knows already."""

    def build_form(self, data=None):
        user, ask = self.request.user, self.request.GET
        own = StaffMember.objects.filter(user=user).first()
        begins_at = moment_of(ask.get("at", ""))
        known = {name: key_of(ask.get(name, "")) for name in ("customer", "member", "branch")}
        usual = {"member": own.pk, "branch": own.branch_id} if own else {}
        initial = usual | {name: int(key) for name, key in known.items() if key}
        if begins_at:
            initial |= {"begins_at": begins_at, "ends_at": begins_at + USUAL_LENGTH}
        return self.resource.form(
            data, initial=initial, user=user, action=self.resource.permission("add")
        )

    def success_url(self, done):
        """The page from which the drawer was opened, if it shows the appointment too."""
        here = self.request.htmx.current_url_abs_path or ""
        known = {
            reverse("customers:customer_view", args=[done.customer_id]),
            reverse("services:board"),
            reverse("services:agenda"),
        }
        if self.in_drawer and here.partition("?")[0] in known:
            return here
        return super().success_url(done)

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("Book an appointment"), **context)


def moment_of(text):
    """The time that an address names, by the bank's clock; None if it is none."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  (a field's value)
    except ValueError:
        return None


class RebookPage(Warned, ChangePage):
    """An appointment at another time, or with somebody else."""

    def fields(self):
        form = self.build_form()
        return [field for field in super().fields() if field.name in form.fields]


class BoardPage(Page):
    """The day of a branch, hour by hour, a column for each member of staff."""

    page = "list"
    template = "board"

    def get(self, request):
        user, permission = request.user, self.resource.permission
        branch, day = self.branch(), day_of(request.GET.get("day", ""))
        form = BoardForm(
            initial={"branch": branch and branch.pk, "day": day},
            user=user,
            action=permission("view"),
        )
        form.fields["branch"].present = branch
        return self.show(
            form=form,
            branch=branch,
            day=day,
            board=board_of(branch, day, user) if branch else None,
            before=(day - DAY).isoformat(),
            after=(day + DAY).isoformat(),
            book=self.resource.url("add") if user.has_action(permission("add")) else "",
        )

    def branch(self):
        """The branch that was asked for, else one's own; none that is out of reach."""
        within = Branch.objects.in_reach(self.request.user, self.resource.permission("view"))
        asked = key_of(self.request.GET.get("branch", ""))
        if not asked:
            return within.filter(staff__user=self.request.user).first()
        found = within.filter(pk=asked).first()
        if found is None:
            raise Http404
        return found
