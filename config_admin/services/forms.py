"""Forms of the service catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.calendars.forms import calendar_field
from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import (
    ChecklistItem,
    Dictionary,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceField,
    ServiceQueue,
    ServiceType,
)
from crm.core.forms import LookupField, RecordForm

from . import operations
from .placeholders import PLACEHOLDERS


def service_field() -> LookupField:
    """The service that something belongs to."""
    return LookupField(
        ServiceType.objects.all(),
        url_name="config_admin:servicetype_lookup",
        label=pgettext_lazy("catalogue", "Service"),
    )


def category_field(**options: Any) -> LookupField:
    """A place in the tree of categories."""
    return LookupField(
        ServiceCategory.objects.all(), url_name="config_admin:servicecategory_lookup", **options
    )


class ServiceQueueForm(RecordForm):
    calendar = calendar_field()

    class Meta:
        model = ServiceQueue
        fields = ("name", "name_zh", "code", "calendar")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")

    def apply(self, *, by: Any, version: int | None) -> ServiceQueue:
        if self.instance.pk is None:
            return super().apply(by=by, version=version)
        names = self.changed_columns
        return operations.change_queue(self.instance, by=by, fields=names, version=version or 0)


class ServiceCategoryForm(RecordForm):
    parent = category_field(
        label=_("Belongs under"),
        required=False,
        help_text=_("Left empty, the category stands at the top."),
    )

    class Meta:
        model = ServiceCategory
        fields = ("name", "name_zh", "code", "parent", "position")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")

    def apply(self, *, by: Any, version: int | None) -> ServiceCategory:
        if self.instance.pk is None:
            return operations.enter_category(self.instance, by=by)
        return operations.change_category(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )


class ServiceTypeForm(RecordForm):
    category = category_field(label=_("Category"))
    queue = LookupField(
        ServiceQueue.objects.all(), url_name="config_admin:servicequeue_lookup", label=_("Queue")
    )

    class Meta:
        model = ServiceType
        fields = ("name", "name_zh", "code", "kind", "category", "queue", "skill")
        error_messages = NAMED | {"kind": {"required": _("Choose the kind of service.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")


class ServiceDeadlineForm(RecordForm):
    service = service_field()

    class Meta:
        model = ServiceDeadline
        fields = ("service", "step", "priority", "amount", "unit", "note")
        error_messages = {
            "step": {"required": _("Choose the step.")},
            "priority": {"required": _("Choose the priority.")},
            "amount": {"required": _("Enter how long it may take.")},
            "unit": {"required": _("Choose in what it is counted.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "service")

    def apply(self, *, by: Any, version: int | None) -> ServiceDeadline:
        if self.instance.pk is None:
            return operations.enter_deadline(self.instance, by=by)
        return operations.change_deadline(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )


class ChecklistItemForm(RecordForm):
    service = service_field()

    class Meta:
        model = ChecklistItem
        fields = ("service", "name", "name_zh", "position", "is_required", "is_live")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "service")


class ReplyTemplateForm(RecordForm):
    service = service_field()

    class Meta:
        model = ReplyTemplate
        fields = ("service", "name", "name_zh", "text", "text_zh", "is_live")
        widgets = dict.fromkeys(["text", "text_zh"], forms.Textarea(attrs={"rows": 6}))
        error_messages = NAMED | {
            "text": {"required": _("Enter the text in English.")},
            "text_zh": {"required": _("Enter the text in Chinese.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "service")
        known = ", ".join(f"{{{name}}} {label}" for name, label in PLACEHOLDERS.items())
        self.fields["text"].help_text = _("Placeholders: %(known)s") % {"known": known}


class ServiceFieldForm(RecordForm):
    service = service_field()
    dictionary = LookupField(
        Dictionary.objects.all(),
        url_name="config_admin:dictionary_lookup",
        label=_("Dictionary"),
        required=False,
        help_text=_("For a choice: the dictionary whose entries are offered."),
    )

    class Meta:
        model = ServiceField
        fields = (
            "service",
            "name",
            "name_zh",
            "code",
            "kind",
            "dictionary",
            "hint",
            "hint_zh",
            "position",
            "is_required",
            "is_live",
        )
        error_messages = NAMED | {"kind": {"required": _("Choose what is filled in.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # what was answered is read by its code and kind
        keep(self, "service", "code", "kind", "dictionary")

    def clean(self) -> dict[str, Any]:
        known = super().clean() or self.cleaned_data
        is_choice = known.get("kind") == ServiceField.Kind.CHOICE
        if known.get("kind") and is_choice != bool(known.get("dictionary")):
            self.add_error(
                "dictionary",
                _("A choice names the dictionary that it comes from, and nothing else does."),
            )
        return known
