"""Forms of announcements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.forms import LookupField, RecordForm
from crm.core.operations import DomainError
from sysadmin.forms import day_field
from sysadmin.models import Announcement

from . import operations


class AnnouncementForm(RecordForm):
    first_day = day_field(pgettext_lazy("announcement", "shown from"), initial=bank_today)
    last_day = day_field(pgettext_lazy("announcement", "shown until"))

    SECTIONS = (
        (_("What is made known"), ("title", "title_zh", "text", "text_zh")),
        (_("To whom"), ("branch", "role", "importance", "must_acknowledge")),
        (_("When"), ("first_day", "last_day")),
    )

    class Meta:
        model = Announcement
        fields = (
            "title",
            "title_zh",
            "text",
            "text_zh",
            "branch",
            "role",
            "importance",
            "must_acknowledge",
            "first_day",
            "last_day",
        )
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "text_zh": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "title": {"required": _("Enter a heading.")},
            "title_zh": {"required": _("Enter a heading in Chinese.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # the branch belongs to a module above this one; the foreign key knows its model
        branches = apps.get_model("staff.Branch")._default_manager.all()
        self.base_fields["branch"] = LookupField(
            branches, url_name="staff:branch_lookup", label=_("Branch")
        )
        super().__init__(*args, **kwargs)
        member = getattr(self.user, "staff_member", None)
        if member is not None:
            self.initial["branch"] = member.branch_id

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if last_day := cleaned.get("last_day"):
            try:
                operations.refuse_over(Announcement(last_day=last_day))
            except DomainError as error:
                self.add_error("last_day", str(error))
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> Announcement:
        return operations.publish(self.instance, by=by)
