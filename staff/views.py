"""Pages of the organisation that have a shape of their own."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.forms import version_of
from crm.core.models import Approval, Job
from crm.core.operations import DomainError
from crm.core.pages import ActPage, AddPage, DetailPage, Page, TransitionPage
from crm.core.pages.acts import address_of
from crm.core.registry import ties_of, what_ties
from sysadmin.models import Grant
from sysadmin.signing_in.views import TellsPassword

from . import moving, operations
from .forms import AssignForm, JoinForm, LeaveForm, MoveBranchForm, OpenBranchForm
from .handover.parts import left_with, parts
from .models import Branch, Handover, StaffAssignment
from .people import operations as people


def key_in(text):
    """A key in an address; one that no row has if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class TreePage(Page):
    """The tree, opened level by level, with what stands at and below each branch."""

    page = "list"
    template = "tree"

    def get(self, request):
        asked = request.GET.get("below")
        if asked is not None:
            self.template = "below"
            if not self.rows().filter(pk=key_in(asked)).exists():
                raise Http404
            return self.show(nodes=self.nodes(Q(parent=key_in(asked))))
        nodes = self.nodes(Q(parent=None) | Q(parent__parent=None))
        tops = [node for node in nodes if node["branch"].parent_id is None]
        for top in tops:
            top["below"] = [n for n in nodes if n["branch"].parent_id == top["branch"].pk]
        return self.show(
            nodes=tops,
            may_add=request.user.has_action("staff.add_branch"),
            in_reach_only=any(
                not request.user.reach(tie.action).everything
                for tie in ties_of(str(self.resource), request.user)
                if tie.within_reach
            ),
        )

    def nodes(self, where):
        """Branches in the order of their codes, each with what stands there in words."""
        units = Branch.objects.filter(parent=OuterRef("pk"))
        rows = self.rows().filter(where).annotate(has_below=Exists(units))
        found = list(rows.order_by("closed_on", "code"))
        ties = ties_of(str(self.resource), self.request.user)
        counted = [(tie, tie.count(found, self.request.user)) for tie in ties]
        return [
            {"branch": branch, "counts": [tie.words(counts[at]) for tie, counts in counted]}
            for at, branch in enumerate(found)
        ]


class BranchPage(DetailPage):
    """A branch, and what may be done in the tree from here."""

    def facts(self):
        branch, user = self.object, self.request.user
        may_open = not branch.is_closed and branch.stands_above(Branch.Level.SUB_BRANCH)
        may_move = not branch.is_closed and branch.parent_id is not None
        return super().facts() | {
            "may_open": may_open and user.has_action("staff.add_branch"),
            "may_move": may_move and user.has_action("staff.move_branch"),
        }


class OpenBranchPage(AddPage):
    """A new branch, below the one from which the page was asked for."""

    def build_form(self, data=None):
        below = key_in(self.request.GET.get("parent", ""))
        return OpenBranchForm(
            data,
            initial={"parent": below} if below else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("Open a branch"), **context)


class VersionedPage(ActPage):
    """A step that asks for more than a reason, with a record as it was shown."""

    template = "form"

    @cached_property
    def version(self):
        """The version that the form was shown with; a forged one is none that can be."""
        given = version_of(self.request.POST.get("version", ""))
        if self.request.method == "POST":
            return given or 0
        return self.object.version

    def show_form(self, form, status=200, **context):
        version = self.version
        if status == 409:  # what was shown is out of date: sending again means what is now there
            version = type(self.object).objects.get(pk=self.object.pk).version
        return super().show_form(
            form,
            status,
            object=self.object,
            version=version,
            cancel=self.resource.url("view", self.object),
            **context,
        )


class MoveBranchPage(VersionedPage):
    """A branch given to another one, with everything below it."""

    page = "move"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return MoveBranchForm(
            data, user=self.request.user, action=self.resource.permission(self.page)
        )

    def perform(self, form):
        facts = {"by": self.request.user, "version": self.version} | form.cleaned_data
        if moving.is_long(self.object):
            return moving.move_later(self.object, **facts)
        operations.move_branch(self.object, **facts)
        return self.object

    def success_url(self, done):
        return address_of(done)

    def said(self, done):
        if isinstance(done, Job):
            return _("%(name)s: started.") % {"name": done}
        return _("%(name)s has been moved.") % {"name": done}

    def show_form(self, form, status=200, **context):
        title = _("Move %(name)s") % {"name": self.object}
        return super().show_form(form, status, title=title, submit=_("Move"), **context)


class CloseBranchPage(TransitionPage):
    """The question whether to close a branch; what is left there is said before the reason."""

    def refusal(self, form):
        if said := super().refusal(form):
            return said
        if form.is_bound:  # what the operation has refused stands in the form
            return ""
        try:
            operations.refuse_left(self.object)
        except DomainError as error:
            return str(error)
        return ""


class MemberPage(DetailPage):
    """A member of staff: where they work and will work, what they may do, who reports to them."""

    def facts(self):
        member, user = self.object, self.request.user
        is_own = member.user_id == user.pk
        may_see_career = is_own or user.has_action("staff.view_staffassignment")
        may_see_licences = is_own or user.has_action("staff.view_licence")
        assignments = member.assignments.select_related("branch", "supervisor")
        licences = list(member.licences.order_by("expires_on", "pk")) if may_see_licences else []
        may_see_grants = user.has_action("sysadmin.view_grant") and member.user_id
        grants = Grant.objects.permitted(user).filter(user=member.user_id)
        return super().facts() | {
            "waiting": waiting_about(member) if may_see_career else [],
            "may_see_licences": may_see_licences,
            "assignments": assignments.order_by("-valid") if may_see_career else None,
            "licences": licences,
            "troubled": [one for one in licences if one.state != "good"],
            "grants": grants.select_related("role", "branch").order_by("-valid")
            if may_see_grants
            else None,
            "begins": begins_of(member, user),
            "handovers": handovers_of(member, user),
            "left": left_with(member) if member.leaves_on else [],
            "may_withdraw": user.has_action("staff.withdraw_staffassignment"),
            "may_amend": user.has_action("staff.change_staffassignment"),
            "may_license": user.has_action("staff.add_licence"),
            "may_move": not member.has_left and user.has_action("staff.move_staffmember"),
            "may_leave": not member.has_left and user.has_action("staff.leave_staffmember"),
        }


def begins_of(member, user):
    """Where handing over what somebody has in hand begins, for those who may."""
    return [address for part in parts() if (address := part.begin(member, user))]


def handovers_of(member, user):
    """The handovers of what somebody has in hand that are not carried out yet."""
    rows = Handover.objects.permitted(user).undecided().filter(from_member=member)
    return rows.select_related("from_member", "to_member").order_by("effective_on", "id")


def waiting_about(member):
    """What waits for a second person about a member of staff and their assignments."""
    about = Q(subject_model=member._meta.label_lower, subject_key=member.pk) | Q(
        subject_model=StaffAssignment._meta.label_lower,
        subject_key__in=member.assignments.values("pk"),
    )
    rows = Approval.objects.filter(about, status=Approval.Status.PENDING)
    return rows.select_related("maker", "role").order_by("id")


class JoinPage(TellsPassword, AddPage):
    """Somebody joins the bank, with a sign-in or without."""

    def build_form(self, data=None):
        return JoinForm(data, user=self.request.user, action=self.resource.permission("add"))

    def perform(self, form):
        done = super().perform(form)
        self.password = form.password
        return done

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("New member of staff"), **context)


class MemberStep(VersionedPage):
    """A step of a member of staff who has not left."""

    def build_form(self, data=None):
        if self.object is None:
            raise Http404
        return self.form_of(data)


class AssignPage(MemberStep):
    """Another post, branch or supervisor from a day on."""

    page = "move"

    def form_of(self, data):
        member = self.object
        return AssignForm(
            data,
            initial={
                "branch": member.branch_id,
                "post": member.post,
                "supervisor": member.supervisor_id,
                "first_day": bank_today(),
            },
            user=self.request.user,
            action=self.resource.permission(self.page),
            member=member,
        )

    def perform(self, form):
        done = people.assign(
            self.object,
            by=self.request.user,
            place=form.place(),
            first_day=form.cleaned_data["first_day"],
            reason=form.cleaned_data["reason"],
            version=self.version,
        )
        return done if isinstance(done, Approval) else self.object

    def show_form(self, form, status=200, **context):
        title = _("Another post or branch for %(name)s") % {"name": self.object}
        member = self.object
        return super().show_form(
            form,
            status,
            title=title,
            below="staff/_staying_in_hand.html",
            left=left_with(member),
            begins=begins_of(member, self.request.user),
            handovers=handovers_of(member, self.request.user),
            **context,
        )


class LeavePage(MemberStep):
    """The last day of somebody who leaves, with what is still in their hands."""

    page = "leave"

    def form_of(self, data):
        return LeaveForm(data)

    def perform(self, form):
        return people.leave(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def show_form(self, form, status=200, **context):
        title = _("%(name)s leaves") % {"name": self.object}
        left = [*left_with(self.object), *what_ties(self.object)]
        handovers = handovers_of(self.object, self.request.user)
        begins = begins_of(self.object, self.request.user)
        return super().show_form(
            form,
            status,
            title=title,
            below="staff/_left.html",
            left=left,
            begins=begins,
            handovers=handovers,
            **context,
        )


class NewLicencePage(AddPage):
    """A licence, of the member of staff from whose page it was asked for."""

    def build_form(self, data=None):
        member = key_in(self.request.GET.get("member", ""))
        return self.resource.form(
            data,
            initial={"member": member} if member else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def success_url(self, done):
        return address_of(done.member)
