"""Forms of the organisation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config_admin.models import Skill
from crm.core.clock import bank_today
from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned

from . import operations
from .authority import operations as authority
from .models import AuthorityLimit, Branch, Licence, PostRole, StaffAssignment, StaffMember
from .people import joining
from .people import operations as people
from .people.rules import Place, head_of, is_left_behind

PROPOSED = _(
    "%(name)s works at another branch. %(head)s, who heads %(branch)s, is entered instead: "
    "save again, or choose somebody else."
)
NO_HEAD = _(
    "%(name)s works at another branch, and nobody heads %(branch)s. Choose to whom they report, "
    "or save again."
)


def date_input() -> forms.DateInput:
    """A date as the browser's own picker takes it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def branch_field(**options: Any) -> LookupField:
    """A branch, by its code or name."""
    return LookupField(Branch.objects.all(), url_name="staff:branch_lookup", **options)


class BranchForm(RecordForm):
    class Meta:
        model = Branch
        fields = ("name", "name_en", "city", "opened_on")
        widgets = {"opened_on": date_input()}

    def apply(self, *, by: Any, version: int | None) -> Branch:
        names = self.changed_columns
        return operations.rename(self.instance, by=by, fields=names, version=version or 0)


class OpenBranchForm(RecordForm):
    parent = branch_field(label=_("Belongs to"))

    class Meta:
        model = Branch
        fields = ("parent", "level", "code", "name", "name_en", "city", "opened_on")
        widgets = {"opened_on": date_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_on"].initial = bank_today

    def apply(self, *, by: Any, version: int | None) -> Branch:
        return operations.open_branch(self.instance, by=by)


class MoveBranchForm(Sectioned, ReasonForm):
    parent = branch_field(label=_("Belongs to"))
    field_order = ("parent", "reason")

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].open_to(user, action)


def member_field(**options: Any) -> LookupField:
    """A member of staff, by number or name."""
    return LookupField(StaffMember.objects.all(), url_name="staff:staffmember_lookup", **options)


def day_field(**options: Any) -> forms.DateField:
    """A day, by the browser's own picker."""
    return forms.DateField(widget=date_input(), **options)


class MemberForm(RecordForm):
    skills = forms.MultipleChoiceField(
        label=_("Skills"),
        choices=Skill,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = StaffMember
        fields = ("name", "latin_name", "skills")

    def apply(self, *, by: Any, version: int | None) -> StaffMember:
        names = self.changed_columns
        return people.amend_facts(self.instance, by=by, fields=names, version=version or 0)


class JoinForm(MemberForm):
    branch = branch_field(label=_("Branch"))
    supervisor = member_field(label=_("Reports to"), required=False)
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        required=False,
        help_text=_("Left empty, there is no sign-in. The first password is shown once."),
    )
    decision = forms.CharField(
        label=_("Appointment order"),
        max_length=60,
        required=False,
        help_text=_("Number of the order or decision by which it is given."),
    )

    SECTIONS = (
        (_("Who joins"), ("number", "name", "latin_name", "skills")),
        (_("Where they work"), ("branch", "post", "supervisor", "joined_on", "decision")),
        (_("Sign-in"), ("username",)),
    )

    class Meta:
        model = StaffMember
        fields = (
            "number",
            "name",
            "latin_name",
            "skills",
            "branch",
            "post",
            "supervisor",
            "joined_on",
        )
        widgets = {"joined_on": date_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["joined_on"].initial = bank_today
        self.password = ""

    def clean(self) -> dict[str, Any]:
        """All that stands against joining is said at once, each beside its field."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for fault in joining.faults(given):
            self.add_error(fault.field, str(fault))
        return given

    def apply(self, *, by: Any, version: int | None) -> StaffMember:
        given = {name: self.cleaned_data[name] for name in ("username", "decision")}
        self.password = people.join(self.instance, by=by, **given)
        return self.instance


class OpenSignInForm(ReasonForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        help_text=_("The first password is shown once."),
    )
    field_order = ("username", "reason")


class PlaceForm(RecordForm):
    """Where somebody works from a day on."""

    branch = branch_field(label=_("Branch"))
    supervisor = member_field(label=_("Reports to"), required=False)
    first_day = day_field(label=_("From"))
    field_order = ("first_day", "branch", "post", "supervisor", "decision")

    class Meta:
        model = StaffAssignment
        fields = ("branch", "post", "supervisor", "decision")

    def place(self) -> Place:
        """What was chosen."""
        named = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return Place(**named)


class AssignForm(PlaceForm):
    reason = ReasonForm.base_fields["reason"]
    # the branch for which another supervisor has been proposed
    proposed_at = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean(self) -> dict[str, Any]:
        """Whoever goes to another branch is asked once to whom they report there."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if {"branch", "supervisor", "first_day"} <= given.keys():
            self.propose_head(given["branch"], given["supervisor"], given["first_day"])
        return given

    def propose_head(self, branch: Branch, above: StaffMember | None, first_day: dt.date) -> None:
        """Enter the head of the new branch in place of a supervisor who is left behind."""
        place = Place(branch, "", above)
        if self.data.get("proposed_at") == str(branch.pk) or not is_left_behind(self.member, place):
            return
        head = head_of(branch, self.member, first_day)
        proposed = {"proposed_at": str(branch.pk), "supervisor": str(head.pk) if head else ""}
        self.data = {name: self.data.get(name) for name in self.data} | proposed
        named = {"name": above, "head": head, "branch": branch}
        self.add_error("supervisor", (PROPOSED if head else NO_HEAD) % named)


class AmendForm(PlaceForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = self.instance.valid.lower

    def apply(self, *, by: Any, version: int | None) -> StaffAssignment:
        return people.amend(
            self.instance,
            by=by,
            place=self.place(),
            first_day=self.cleaned_data["first_day"],
            version=version or 0,
        )


class LeaveForm(Sectioned, ReasonForm):
    last_day = day_field(label=_("Last day"))
    field_order = ("last_day", "reason")


class LicenceForm(RecordForm):
    member = member_field(label=_("Member of staff"))

    class Meta:
        model = Licence
        fields = ("member", "kind", "certificate", "issued_on", "expires_on")
        widgets = {"issued_on": date_input(), "expires_on": date_input()}


class PostRoleForm(RecordForm):
    class Meta:
        model = PostRole
        fields = ("post", "role", "extent", "by_hand", "note")

    def apply(self, *, by: Any, version: int | None) -> PostRole:
        names = self.changed_columns
        return people.set_right(self.instance, by=by, fields=names, version=version or 0)


class AuthorityLimitForm(RecordForm):
    operation = forms.ChoiceField(label=_("Operation"), required=False)
    first_day = day_field(label=_("From"), initial=bank_today)

    class Meta:
        model = AuthorityLimit
        fields = ("post", "operation", "amount", "decision")
        error_messages = {
            "post": {"required": _("Choose the post.")},
            "amount": {"required": _("Enter the limit.")},
            "decision": {"required": _("Enter the number of the decision.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operation"].choices = [("", _("All operations")), *authority.kinds()]

    def apply(self, *, by: Any, version: int | None) -> AuthorityLimit:
        return authority.set_limit(self.instance, by=by, first=self.cleaned_data["first_day"])
