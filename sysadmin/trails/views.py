"""The seals over the trails, and what the last check of them found."""

from __future__ import annotations

from crm.core.models import Seal, TrailCheck
from crm.core.pages import Page
from crm.core.seals.verifying import findings_of

SHOWN = 50


class SealsPage(Page):
    """The newest seals, for those who read the whole trail."""

    page = "list"
    template = "seals"

    def get(self, request):
        action = self.resource.permission(self.action)
        check = TrailCheck.objects.within(request.user, action).order_by("id").last()
        seals = Seal.objects.within(request.user, action).defer("leaves", "guards")
        return self.show(
            check=check,
            findings=findings_of(check) if check else [],
            seals=seals.order_by("-number")[:SHOWN],
        )
