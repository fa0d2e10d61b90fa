"""This module's entries in the navigation."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.navigation import NavItem, register_item

GROUP = _("Configuration")
# what is kept with something else, and has no entry of its own
PARTS = {
    "servicetype": ("servicedeadline", "servicefield", "checklistitem", "replytemplate"),
    "calendar": ("workingweek", "calendarday"),
    "dictionary": ("dictionaryentry",),
}


def register() -> None:
    """Put the shelf beside daily work, and what is configured into a group of its own."""
    register_item(
        NavItem(
            label=_("Product shelf"),
            icon="store",
            url_name="config_admin:product_shelf",
            action="config_admin.view_product",
            order=130,
        )
    )
    entries = [
        # those who sell need the shelf alone; the whole catalogue is for those who keep it
        (_("Products"), "package", "product", "change"),
        (_("Service catalogue"), "clipboard-list", "servicetype", "view"),
        (_("Service categories"), "folder-tree", "servicecategory", "view"),
        (_("Queues"), "inbox", "servicequeue", "view"),
        (pgettext_lazy("working time", "Calendars"), "calendar-days", "calendar", "view"),
        (_("Dictionaries"), "book-a", "dictionary", "view"),
        (_("Currency rates"), "coins", "currencyrate", "view"),
        (_("Number series"), "hash", "numberseries", "view"),
        (_("Parameters"), "sliders-horizontal", "parametervalue", "view"),
    ]
    for place, (label, icon, model, verb) in enumerate(entries):
        register_item(
            NavItem(
                label=label,
                icon=icon,
                url_name=f"config_admin:{model}_list",
                action=f"config_admin.{verb}_{model}",
                group=GROUP,
                covers=tuple(f"config_admin:{part}_list" for part in PARTS.get(model, ())),
                order=700 + 10 * place,
            )
        )
