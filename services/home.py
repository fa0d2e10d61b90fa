"""What this module shows on homes: first what those at the desk handle, then what is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.home import Figure, add_figure

from .complaints.resources import complaint
from .contacts.resources import contact
from .opportunities.resources import opportunity
from .promises.resources import promise
from .requests.resources import request

DESK = "services.desk_servicerequest"
FIGURES = (
    Figure(_("Mine, overdue"), request, "owner=me&due=overdue&sort=due", 10, DESK, "bad"),
    Figure(_("Mine, at risk"), request, "owner=me&due=at_risk&sort=due", 20, DESK, "warn"),
    Figure(_("Mine, due today"), request, "owner=me&due=today&sort=due", 30, DESK),
    Figure(_("Mine, open"), request, "owner=me&at_work=yes&sort=due&view=mine", 40, DESK),
    Figure(_("Contacts this week"), contact, "week=true&view=week", 50),
    Figure(_("Promises due today"), promise, "due=today", 60, tone="warn"),
    Figure(
        _("Opportunities closing this month"), opportunity, "closing=this_month&view=this_month", 70
    ),
    Figure(_("Complaints due this week"), complaint, "due=week&sort=due_on&view=week", 80),
)


def register() -> None:
    """Show the figures on homes."""
    for figure in FIGURES:
        add_figure(figure)
