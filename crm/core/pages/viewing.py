"""What belongs to any list, whichever module has it: its saved views and the choice of columns."""

from __future__ import annotations

from django import forms
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import saved_views
from crm.core.forms import Sectioned, name_the_blank, version_of
from crm.core.keyset import KeysetPage, capped_counts, page_query
from crm.core.models import SavedView

from .acts import ActPage
from .asked import TooWide, bounded, rows_at
from .base import Page
from .lists import ListPage

NO_ROWS: KeysetPage = KeysetPage([], None, None, is_first=True)


class OfList(Page):
    """A page about a list; it opens to those who may see the list."""

    action = "view"

    def setup(self, request, *args, label, **kwargs):
        from crm.core.resources import all_resources  # noqa: PLC0415  (resources are made of pages)

        super().setup(request, *args, label=label, **kwargs)
        self.resource = next((r for r in all_resources() if str(r) == label), None)
        if self.resource is None:
            raise Http404

    def templates(self):
        return [f"crud/{self.template}.html"]

    @cached_property
    def tabs(self):
        return saved_views.tabs_of(self.resource, self.request.user)

    @cached_property
    def list_page(self):
        """The list as it stands at the address that was sent."""
        page = self.resource.overrides.get("list", ListPage)(resource=self.resource)
        page.setup(self.request)
        return page


class CountedViews(OfList):
    """The tabs of a list once more, each with how many rows it holds."""

    template = "_views"

    def get(self, request, **kwargs):
        page = self.list_page
        page.tabs = saved_views.tabs_of(self.resource, request.user, with_words=True)
        strip = page.views()
        rows = [
            rows_at(self.resource, tab.address, user=request.user, action="view", saved=tab.saved)
            for tab in strip["tabs"]
        ]
        try:
            counts = bounded(self.resource, lambda: capped_counts(rows))
        except TooWide:
            counts = []
        for tab, count in zip(strip["tabs"], counts, strict=False):
            tab.count = count
        return self.show(views=strip, counted=True)


class ViewForm(Sectioned, forms.ModelForm):
    """A view's name and for whom it is; those who may not share are not asked."""

    first = forms.BooleanField(
        label=gettext_lazy("Open this view first"),
        required=False,
        help_text=gettext_lazy("Whenever you come to this list without having chosen a view."),
    )

    class Meta:
        model = SavedView
        fields = ("name", "audience", "role", "pinned")
        widgets = {"audience": forms.RadioSelect}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.has_action(SavedView.SHARE):
            del self.fields["audience"], self.fields["role"]
        for field in self.fields.values():
            name_the_blank(field)

    def validate_unique(self):
        """Left to the operation, which checks it where it counts."""


class WishForm(Sectioned, forms.Form):
    """How one user wants a view that is not theirs to change."""

    pinned = forms.BooleanField(label=gettext_lazy("Show as a tab"), required=False)
    first = ViewForm.base_fields["first"]


class ViewPage(OfList, ActPage):
    """A form about a view; it leads back to the list."""

    template = "form"

    def success_url(self, done):
        return self.resource.url("list") + done

    @property
    def sent(self):
        """The address of the list from which the form was opened."""
        return (self.request.POST or self.request.GET).get("list", "")

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            selection=[("list", self.sent)],
            cancel=f"{self.resource.url('list')}?{self.sent}",
            **context,
        )

    def keep_wish(self, key, form):
        wished = form.cleaned_data
        saved_views.wish(
            self.request.user, self.resource, key, pinned=wished["pinned"], first=wished["first"]
        )


class SaveViewPage(ViewPage):
    """The list as it stands, kept under a name."""

    def build_form(self, data=None):
        return ViewForm(
            data, user=self.request.user, instance=SavedView(resource=str(self.resource))
        )

    def perform(self, form):
        view, user = form.instance, self.request.user
        view.address = saved_views.address_of(self.resource, self.sent, user=user)
        view.query = saved_views.words_of(view.address, self.resource)
        saved_views.save(view, by=user)
        self.keep_wish(view.key, form)
        return f"?{view.address}&view={view.key}"

    def said(self, done):
        return _("The view is saved.")

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, title=_("Save view"), **context)


class OneView(ViewPage):
    """A form about one view of the list, by its key."""

    @cached_property
    def tab(self):
        found = next((tab for tab in self.tabs if tab.key == self.kwargs["key"]), None)
        if found is None:
            raise Http404
        return found

    @property
    def own(self):
        """The view, if it is the user's own."""
        saved = self.tab.saved
        return saved if saved and saved.owner_id == self.request.user.pk else None


class ChangeViewPage(OneView):
    """One's own view: name, audience and what it shows; of any other, how it is shown."""

    def build_form(self, data=None):
        initial = {"pinned": self.tab.is_pinned, "first": self.tab.is_first}
        if self.own is None:
            return WishForm(data, initial=initial)
        return ViewForm(data, user=self.request.user, instance=self.own, initial=initial)

    def perform(self, form):
        link = self.tab.link
        if self.own is not None:
            user, view = self.request.user, self.own
            view.address = saved_views.address_of(self.resource, self.sent, user=user)
            view.query = saved_views.words_of(view.address, self.resource)
            version = version_of(self.request.POST.get("version", ""))
            fields = {"name", "pinned", "address", "query"}
            saved_views.change(view, by=user, fields=fields, version=version or 0)
            link = f"?{view.address}&view={view.key}"
        self.keep_wish(self.tab.key, form)
        return link

    def said(self, done):
        return _("The view is saved.")

    def show_form(self, form, status=200, **context):
        if self.own is not None:
            given = version_of(self.request.POST.get("version", ""))
            context["version"] = self.own.version if given is None else given
            context["below"] = "crud/_view_below.html"
            context["remove_url"] = reverse("remove_view", args=[str(self.resource), self.tab.key])
            context["unsaved"] = not self.tab.shows(self.sent)
        elif self.tab.saved is not None:
            context |= {"below": "crud/_view_shared.html", "owner": self.tab.saved.owner}
        title = _("View “%(name)s”") % {"name": self.tab.label}
        return super().show_form(form, status, title=title, **context)


class RemoveViewPage(OneView):
    """Asks whether one's own view shall be removed, and removes it."""

    def build_form(self, data=None):
        if self.own is None:
            raise Http404
        return forms.Form(data)

    def perform(self, form):
        saved_views.remove(self.own, by=self.request.user)
        return "?view=all"

    def said(self, done):
        return _("The view “%(name)s” is removed.") % {"name": self.tab.label}

    def show_form(self, form, status=200, **context):
        asked = _("Remove the view “%(name)s”?") % {"name": self.tab.label}
        shared = self.own.audience != SavedView.Audience.PRIVATE
        return super().show_form(
            form,
            status,
            title=asked,
            submit=_("Remove this view"),
            below="crud/_view_removed.html",
            is_shared=shared,
            **context,
        )


class ColumnsPage(OfList):
    """Which columns the list shows and in which order; the answer is the list's own address."""

    template = "_columns"

    def choosable(self, chosen):
        """Name and label of each column that this user may choose, in order; which are shown."""
        page, declared = self.list_page, self.resource.table
        page.chosen = list(declared.base_columns)
        offered = {column.name: str(column.header) for column in page.table(NO_ROWS).columns}
        usual = [name for name in offered if name not in declared.optional]
        shown = [name for name in chosen if name in offered] or usual
        order = dict.fromkeys([*shown, *offered])
        return [(n, offered[n], n in shown) for n in order if n not in declared.fixed()]

    def get(self, request, **kwargs):
        asked = QueryDict(request.GET.urlencode(), mutable=True)
        moved = {name: asked.pop(name, [""])[-1] for name in ("up", "down")}
        chosen = asked.pop("columns", [])
        columns = self.choosable(chosen)
        names = [name for name, *_rest in columns]
        for step, name in ((-1, moved["up"]), (1, moved["down"])):
            if name in names:
                place = names.index(name)
                other = min(max(place + step, 0), len(names) - 1)
                columns[place], columns[other] = columns[other], columns[place]
        return self.show(
            columns=columns,
            kept=[pair for name, held in asked.lists() for pair in ((name, v) for v in held)],
            target=self.resource.url("list"),
            reset=f"{self.resource.url('list')}?{page_query(asked)}",
        )
