"""Tables of dictionaries."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from config_admin.models import Dictionary, DictionaryEntry
from crm.core.columns import BadgeColumn, MomentColumn, NameColumn, NumberColumn
from crm.core.tables import FastTable

LIFE_TONES = {"live": "ok"}


class DictionaryTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Dictionary"),
        second="code",
        view="config_admin:dictionary_view",
    )
    updated_at = MomentColumn()

    class Meta:
        model = Dictionary
        fields = ("name", "purpose", "updated_at")


class DictionaryEntryTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Entry"),
        second="code",
        view="config_admin:dictionaryentry_view",
    )
    dictionary = Column(accessor="dictionary__shown_name", verbose_name=_("Dictionary"))
    parent = Column(accessor="parent__shown_name", verbose_name=_("Belongs under"))
    position = NumberColumn()
    status = BadgeColumn(tones=LIFE_TONES)

    class Meta:
        model = DictionaryEntry
        fields = ("name", "dictionary", "parent", "position", "status")
