"""What every page of a Resource does: access first, then the row, then the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.generic import View

from crm.core.trail import record_denial

if TYPE_CHECKING:
    from crm.core.resources import Resource


class Page(View):
    """403 without the action, 404 for a row out of reach, else the page."""

    resource: Resource = None
    page = ""
    template = ""

    def dispatch(self, request, *args, **kwargs):
        if request.user.reach(self.resource.permission(self.action)) is None:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def action(self):
        return self.resource.action_of(self.page)

    def rows(self):
        manager = getattr(self.resource.model, "scoped", self.resource.model._default_manager)
        return manager.permitted(self.request.user, self.action)

    @cached_property
    def object(self):
        """The row of the address, or the same 404 whether it is missing or out of reach."""
        rows = self.rows().select_related(*self.resource.joins)
        found = rows.of_key(self.kwargs["pk"])
        if found is None:
            # missing or out of reach: recorded alike, answered alike
            record_denial(self.request.user, str(self.resource), self.kwargs["pk"])
            raise Http404
        return found

    @property
    def in_drawer(self):
        """Whether the answer goes into the drawer or a dialog of the page that is open."""
        return bool(self.request.htmx and self.request.htmx.target in {"drawer", "confirm"})

    def templates(self):
        opts = self.resource.model._meta
        names = [f"{opts.app_label}/{opts.model_name}_{self.template}.html"]
        return [*names, f"crud/{self.template}.html"]

    def show(self, status=200, **context):
        context |= {"resource": self.resource, "action": self.action, "page": self}
        names = self.templates()
        if self.is_alone:
            context["part"], names = names, ["crud/part.html"]
        return render(self.request, names, context, status=status)

    @property
    def is_alone(self):
        """Whether a part of a page was opened by itself, as a link to it in a new tab does."""
        is_part = self.template.startswith("_")
        return is_part and self.request.method == "GET" and not self.request.htmx
