"""Pages of dictionaries."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import Dictionary, DictionaryEntry
from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View

from . import operations, views
from .filters import DictionaryEntryFilter, DictionaryFilter
from .forms import DictionaryEntryForm, DictionaryForm
from .tables import DictionaryEntryTable, DictionaryTable

dictionary = Resource(
    Dictionary,
    route="dictionaries/",
    table=DictionaryTable,
    sorts={"code": ("code",), "updated_at": ("updated_at", "id")},
    filterset=DictionaryFilter,
    form=DictionaryForm,
    sections=(Section(_("Dictionary"), ("code", "name", "name_zh", "purpose")),),
    search=("code", "name", "name_zh"),
    overrides={"view": views.DictionaryPage},
)
entry = Resource(
    DictionaryEntry,
    route="entries/",
    table=DictionaryEntryTable,
    sorts={
        "order": ("dictionary__code", "position", "id"),
        "code": ("code", "id"),
    },
    filterset=DictionaryEntryFilter,
    form=DictionaryEntryForm,
    sections=(
        Section(_("Entry"), ("dictionary", "code", "name", "name_zh", "parent", "position")),
    ),
    transitions=(
        Transition("retire", operations.retire),
        Transition("restore", operations.restore),
    ),
    joins=("dictionary", "parent"),
    search=("code", "name", "name_zh"),
    views=(
        View("live", pgettext_lazy("entries", "In use"), "status=live"),
        View("retired", pgettext_lazy("entries", "Retired"), "status=retired"),
    ),
    overrides={
        "view": views.DictionaryEntryPage,
        "add": views.AddEntryPage,
        "lookup": views.EntryLookup,
    },
)
RESOURCES = (dictionary, entry)
