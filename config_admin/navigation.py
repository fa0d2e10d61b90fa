"""This module's entries in the navigation."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.navigation import NavItem, register_item

GROUP = _("Configuration")


def register() -> None:
    """Put the pages of basic configuration into the navigation."""
    entries = [
        (_("Products"), "package", "product"),
        (_("Service catalogue"), "clipboard-list", "servicetype"),
        (_("Service categories"), "folder-tree", "servicecategory"),
        (_("Queues"), "inbox", "servicequeue"),
        (pgettext_lazy("working time", "Calendars"), "calendar-days", "calendar"),
        (_("Dictionaries"), "book-a", "dictionary"),
        (_("Currency rates"), "coins", "currencyrate"),
        (_("Number series"), "hash", "numberseries"),
        (_("Parameters"), "sliders-horizontal", "parametervalue"),
    ]
    for place, (label, icon, model) in enumerate(entries):
        register_item(
            NavItem(
                label=label,
                icon=icon,
                url_name=f"config_admin:{model}_list",
                action=f"config_admin.view_{model}",
                group=GROUP,
                order=700 + 10 * place,
            )
        )
