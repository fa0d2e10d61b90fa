"""Pages of the organisation that have a shape of their own."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core.forms import version_of
from crm.core.pages import ActPage, AddPage, DetailPage, Page
from crm.core.registry import ties_of

from . import operations
from .forms import MoveBranchForm, OpenBranchForm
from .models import Branch


def key_in(text):
    """A key in an address; one that no row has if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class TreePage(Page):
    """The tree, opened level by level, with what stands at and below each branch."""

    page = "list"
    template = "tree"

    def get(self, request):
        asked = request.GET.get("below")
        if asked is not None:
            self.template = "below"
            if not self.rows().filter(pk=key_in(asked)).exists():
                raise Http404
            return self.show(nodes=self.nodes(Q(parent=key_in(asked))))
        nodes = self.nodes(Q(parent=None) | Q(parent__parent=None))
        tops = [node for node in nodes if node["branch"].parent_id is None]
        for top in tops:
            top["below"] = [n for n in nodes if n["branch"].parent_id == top["branch"].pk]
        return self.show(nodes=tops, may_add=request.user.has_action("staff.add_branch"))

    def nodes(self, where):
        """Branches in the order of their codes, each with what stands there in words."""
        units = Branch.objects.filter(parent=OuterRef("pk"))
        rows = self.rows().filter(where).annotate(has_below=Exists(units))
        found = list(rows.order_by("closed_on", "code"))
        ties = ties_of(str(self.resource), self.request.user)
        counted = [(tie, tie.count(found, self.request.user)) for tie in ties]
        return [
            {"branch": branch, "counts": [tie.words(counts[at]) for tie, counts in counted]}
            for at, branch in enumerate(found)
        ]


class BranchPage(DetailPage):
    """A branch, and what may be done in the tree from here."""

    def facts(self):
        branch, user = self.object, self.request.user
        may_open = not branch.is_closed and branch.stands_above(Branch.Level.SUB_BRANCH)
        may_move = not branch.is_closed and branch.parent_id is not None
        return super().facts() | {
            "may_open": may_open and user.has_action("staff.add_branch"),
            "may_move": may_move and user.has_action("staff.move_branch"),
        }


class OpenBranchPage(AddPage):
    """A new branch, below the one from which the page was asked for."""

    def build_form(self, data=None):
        below = key_in(self.request.GET.get("parent", ""))
        return OpenBranchForm(
            data,
            initial={"parent": below} if below else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("Open a branch"), **context)


class MoveBranchPage(ActPage):
    """A branch given to another one, with everything below it."""

    page = "move"
    template = "form"

    @cached_property
    def version(self):
        """The version that the form was shown with; a forged one is none that can be."""
        given = version_of(self.request.POST.get("version", ""))
        if self.request.method == "POST":
            return given or 0
        return self.object.version

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return MoveBranchForm(
            data, user=self.request.user, action=self.resource.permission(self.page)
        )

    def perform(self, form):
        operations.move_branch(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )
        return self.object

    def said(self, done):
        return _("%(name)s has been moved.") % {"name": done}

    def show_form(self, form, status=200, **context):
        version = self.version
        if status == 409:  # what was shown is out of date: sending again means what is now there
            self.object.refresh_from_db()
            version = self.object.version
        return super().show_form(
            form,
            status,
            object=self.object,
            version=version,
            title=_("Move %(name)s") % {"name": self.object},
            submit=_("Move"),
            cancel=self.success_url(self.object),
            **context,
        )
