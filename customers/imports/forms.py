"""Forms of imports: the file, and what its columns mean."""

from __future__ import annotations

from collections import defaultdict

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.forms import LongSelect, RecordForm, Sectioned
from customers.models import ImportRun

from . import operations
from .columns import FIELDS, LABELS, NEEDED, is_reason


class UploadForm(RecordForm):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": _("Choose a file."),
            "missing": _("Choose a file."),
            "invalid": _("Choose a file."),
            "empty": _("The file is empty. Choose a file with a header and at least one customer."),
        },
    )

    class Meta:
        model = ImportRun
        fields = ()

    def __init__(self, *args, fault="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fault = fault
        self.fields["file"].help_text = gettext(
            "CSV in UTF-8 or GB18030 up to %(text)s, or XLSX up to %(workbook)s, with one header"
            " row. The file is kept sealed for 30 days."
        ) % {
            "text": filesizeformat(settings.IMPORT_MOST_TEXT),
            "workbook": filesizeformat(settings.IMPORT_MOST_WORKBOOK),
        }

    def clean(self):
        # refused while it streamed in: more than that the field is empty
        if self.fault:
            self._errors.pop("file", None)
            self.add_error("file", self.fault)
        return self.cleaned_data

    def apply(self, *, by, version):
        return operations.receive(self.cleaned_data["file"], by=by)


class ColumnsForm(Sectioned, forms.Form):
    system = forms.SlugField(
        label=_("Source system"),
        max_length=20,
        help_text=_("Whose customer numbers the file holds."),
        error_messages={
            "required": _("Name the source system."),
            "invalid": _("Use letters, digits, - and _ only."),
        },
    )

    def __init__(self, data=None, *, head, run):
        super().__init__(data, initial={"system": run.system})
        self.head = head
        held = {place: field for field, place in run.columns.items()}
        choices = [("", gettext("Leave out"))]
        choices += [(field, LABELS[field]) for field in FIELDS]
        for place, name in enumerate(head.header):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=name,
                choices=choices,
                required=False,
                initial="" if is_reason(name) else held.get(place, ""),
                widget=LongSelect(attrs={"class": "form-select"}),
            )

    def sections(self):
        return [("", [self["system"]])]

    def clean(self):
        places = defaultdict(list)
        for place in range(len(self.head.header)):
            if field := self.cleaned_data.get(f"column_{place}"):
                places[field].append(place)
        for taken in places.values():
            for place in taken[1:]:
                said = gettext("Another column holds this already: %(name)s. Choose one of them.")
                first = self.head.header[taken[0]]
                self.add_error(f"column_{place}", said % {"name": first})
        missing = [str(LABELS[field]) for field in FIELDS if field in NEEDED - set(places)]
        if missing:
            said = gettext("No column holds: %(names)s. Choose a column for each.")
            self.add_error(None, said % {"names": ", ".join(missing)})
        self.cleaned_data["columns"] = {field: taken[0] for field, taken in places.items()}
        return self.cleaned_data

    def lines(self):
        """Each column with its field, and its first cells as they may be shown."""
        shown = self.head.shown(self.said(), operations.SAMPLES)
        return [
            (
                self[f"column_{place}"],
                [cells[place] for _line, cells in shown if place < len(cells) and cells[place]],
            )
            for place in range(len(self.head.header))
        ]

    def said(self):
        """Which column holds which field, as the form stands."""
        values = {place: self[f"column_{place}"].value() for place in range(len(self.head.header))}
        return {field: place for place, field in values.items() if field}
