"""Forms about who works queues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config_admin.models import ServiceQueue
from crm.core.clock import bank_today
from crm.core.forms import RecordForm
from services.models import QueueMember
from staff.forms import day_field, member_field

from . import operations


class QueueMemberForm(RecordForm):
    member = member_field(label=_("Member of staff"))
    first_day = day_field(label=_("From"))
    field_order = ("queue", "member", "first_day")

    class Meta:
        model = QueueMember
        fields = ("queue", "member")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = bank_today
        self.fields["queue"].queryset = ServiceQueue.objects.live()

    def apply(self, *, by: Any, version: int | None) -> QueueMember:
        return operations.engage(self.instance, by=by, first_day=self.cleaned_data["first_day"])
