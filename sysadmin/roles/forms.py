"""What a role carries, as a table of actions by module and kind of record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.forms import RecordForm
from sysadmin.actions import every_action, kinds
from sysadmin.models import Role

from .operations import change_role, open_role


class ActionsTable(forms.widgets.ChoiceWidget):
    """Every action with a box of its own, a line for each kind of record."""

    allow_multiple_selected = True
    input_type = "checkbox"
    template_name = "widgets/actions.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All boxes that were ticked."""
        return data.getlist(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Boxes that are not ticked are not sent."""
        return False


class RoleForm(RecordForm):
    actions = forms.MultipleChoiceField(
        label=gettext_lazy("What this role allows"),
        widget=ActionsTable,
        error_messages={"required": gettext_lazy("A role allows something. Tick at least one.")},
    )
    like = forms.ModelChoiceField(Role.objects.all(), required=False, widget=forms.HiddenInput)

    class Meta:
        model = Role
        fields = ("code", "name", "name_zh", "needs_second_factor", "is_read_only", "actions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actions"].choices = [(kind.heading, kind.actions) for kind in kinds()]
        if self.instance.pk is not None:
            del self.fields["code"], self.fields["like"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None and "actions" in cleaned:
            cleaned["actions"] = sorted(cleaned["actions"])
            if difference := self.difference(set(cleaned["actions"])):
                self.ask_again("actions", difference)
        return cleaned

    def difference(self, wanted: set[str]) -> str:
        """What the role would give and take, in words; empty if nothing."""
        held, words = set(self.instance.actions), every_action()
        said = [
            sentence % {"actions": ", ".join(sorted(words.get(a, a) for a in actions))}
            for sentence, actions in (
                (_("The role would give: %(actions)s."), wanted - held),
                (_("The role would no longer give: %(actions)s."), held - wanted),
            )
            if actions
        ]
        return " ".join(said)

    def apply(self, *, by: Any, version: int | None) -> Any:
        if self.instance.pk is None:
            return open_role(self.instance, by=by, like=self.cleaned_data["like"])
        changed = self.changed_columns
        return change_role(self.instance, by=by, fields=changed, version=version or 0)
