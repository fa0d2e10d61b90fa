"""Lists and what belongs to them: count, words, filters, look-ups, cards on other pages."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from crm.core import saved_views
from crm.core.cursors import CursorContext
from crm.core.keyset import KeysetPage, capped_count, keyset, page_query
from crm.core.registry import panel_of
from crm.core.trail import record_denial

from .acts import key_of
from .asked import Rows, TooWide, address_of_words, bounded
from .base import Page

PAGE_SIZES = (25, 50, 100)
PANEL_ROWS = 5
LOOKUP_ROWS = 8
MOST_TABS = 8
MOST_COLUMNS = 60


class ListPage(Rows):
    """Filtered, sorted table in keyset pages; htmx gets the table alone."""

    page = template = "list"

    @cached_property
    def sort(self):
        """The sort asked for if the resource declares it, else its first."""
        asked = self.request.GET.get("sort", "")
        return (
            asked if asked.lstrip("-") in self.resource.sorts else next(iter(self.resource.sorts))
        )

    @property
    def size(self):
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in {str(n) for n in PAGE_SIZES} else PAGE_SIZES[0]

    def order(self):
        fields = self.resource.sorts[self.sort.lstrip("-")]
        return tuple(turned(f) for f in fields) if self.sort.startswith("-") else fields

    def keyset(self, rows, size):
        ask = self.request.GET
        # names from many tables are fetched for the rows of the page alone, not joined to all
        in_two = self.resource.listing or (self.resource.apart and not rows.query.annotations)
        found = keyset(
            rows if in_two else rows.select_related(*self.resource.joins),
            self.order(),
            after=ask.get("after", ""),
            before=ask.get("before", ""),
            size=size,
            context=CursorContext(str(self.resource), self.request.user.pk),
        )
        return replace(found, rows=self.read(found.rows)) if in_two else found

    def page_of_rows(self):
        """The rows of this page, with the records behind them."""
        return self.keyset(self.found(), self.size)

    def read(self, lines):
        """The records behind the lines of a page, in their order, each with its line."""
        records = self.resource.model._default_manager.select_related(*self.resource.joins)
        found = records.in_bulk([line.pk for line in lines])
        for line in lines:
            if line.pk in found:
                found[line.pk].line = line
        return [found[line.pk] for line in lines if line.pk in found]

    def table(self, found):
        table = self.resource.table(
            found.rows,
            order_by=self.sort,
            request=self.request,
            sorts=self.resource.sorts,
            chosen=self.chosen,
        )
        if "select" in table.columns.names() and not self.bulk():
            table.columns.hide("select")
        return table

    @cached_property
    def chosen(self):
        """The columns asked for; without any the table shows its own."""
        return self.request.GET.getlist("columns")[:MOST_COLUMNS]

    @cached_property
    def tabs(self):
        return saved_views.tabs_of(self.resource, self.request.user)

    @cached_property
    def current(self):
        """The view that is open: the one named, else one that is just this, else that of all."""
        asked = self.request.GET.get("view", "")
        named = [tab for tab in self.tabs if tab.key == asked]
        same = [tab for tab in self.tabs if tab.shows(self.address())]
        return [*named, *same, self.tabs[0]][0]

    def views(self):
        """The tabs above the list, and what can be done with the one that is open."""
        here = self.address().removeprefix("?")
        pinned = [tab for tab in self.tabs if tab.is_pinned or tab is self.current]
        shown = pinned[:MOST_TABS]
        if self.current not in shown:
            shown[-1] = self.current
        saved = self.current.saved
        is_changed = not self.current.shows(here)
        of_all = self.current is self.tabs[0]
        return {
            "tabs": shown,
            "more": [tab for tab in self.tabs if tab not in shown],
            "current": self.current,
            "is_changed": is_changed,
            # all rows in another order are still all rows
            "is_left": is_changed and of_all and saved_views.narrows(here),
            "is_own": saved is not None and saved.owner_id == self.request.user.pk,
            "here": here,
        }

    def opening(self):
        """Where the user's own choice of the first view leads, if nothing else was asked for."""
        first = saved_views.wishes(self.request.user, self.resource).get("first")
        if self.request.GET or not first:
            return ""
        return next((tab.link for tab in self.tabs if tab.key == first), "")

    def bulk(self):
        """What may be done to several rows at once: label, icon and address of each step."""
        return ()

    def address(self, **changes):
        """This list's address with other parameters; a cursor never survives a change."""
        known = self.filterset.params() if self.filterset else self.request.GET
        return f"?{page_query(known, **{name: str(value) for name, value in changes.items()})}"

    def get(self, request):
        if opening := self.opening():
            return HttpResponseRedirect(self.resource.url("list") + opening)
        try:
            found, too_wide = bounded(self.resource, self.page_of_rows), False
        except TooWide:
            found, too_wide = KeysetPage([], None, None, is_first=True), True
        alone = request.htmx and request.htmx.target == "table"
        if alone:
            self.template = "_table"
        return self.show(
            table=self.table(found),
            too_wide=too_wide,
            filter=self.filterset,
            chips=self.filterset.chips() if self.filterset else [],
            first=self.address() if not found.is_first else "",
            previous=self.address(before=found.previous_cursor) if found.previous_cursor else "",
            next=self.address(after=found.next_cursor) if found.next_cursor else "",
            sizes=[(n, self.address(size=n), n == self.size) for n in PAGE_SIZES],
            count_url=self.resource.url("count") + self.address(),
            query=self.query,
            bulk=self.bulk(),
            views=None if alone or not self.filterset else self.views(),
            columns_url=reverse("columns", args=[str(self.resource)]) + self.address(),
            here=self.address().removeprefix("?"),
            find_url=self.resource.url("find") if self.resource.find else "",
            may_add="add" in self.resource.pages
            and request.user.has_action(self.resource.permission("add")),
        )


def turned(field):
    """The same field in the other direction."""
    return field[1:] if field.startswith("-") else f"-{field}"


class CountPage(Rows):
    """How many rows the list holds: exact to the cap, then more than that."""

    page = "count"
    template = "_count"

    def get(self, request):
        try:
            count = bounded(self.resource, lambda: capped_count(self.found()))
        except TooWide:
            count = None
        return self.show(count=count)


class FindPage(Page):
    """Takes what was typed by POST, and leads to the list under a token."""

    page = "find"

    def post(self, request):
        target, typed = self.resource.url("list"), request.POST.get("q", "")
        return HttpResponseRedirect(
            address_of_words(target, typed, str(self.resource), by=request.user)
        )


class FilterPage(Rows):
    """The filters of a list, in the drawer; the answer is the list's own address."""

    page = "filter"
    template = "_filter"

    def get(self, request):
        whole = self.resource.filterset(request.GET, queryset=self.rows(), request=request)
        # the view that is narrowed stays open, in its order and with what was searched for
        kept = [(name, value) for name in whole.kept for value in request.GET.getlist(name)]
        return self.show(filter=whole, kept=kept, target=self.resource.url("list"))


class LookupPage(Page):
    """Candidates for a foreign key: those whose number or name holds what was typed."""

    page = "lookup"
    template = "_lookup"

    @property
    def offered(self):
        """Whose rows are offered, if not those of the page's own resource."""
        return self.resource

    def get(self, request, **kwargs):
        return self.offer(request.GET)

    def post(self, request, **kwargs):
        """What was typed comes by POST from the pages: it may name somebody."""
        return self.offer(request.POST)

    def offer(self, asked):
        typed = asked.get("q", "").strip()[:80].replace("\x00", "")
        key, action = key_of(asked.get("key", "")), asked.get("action", "")
        found = self.chosen(key, action) if key else self.candidates(typed, action)
        return self.show(rows=[(row.pk, row, self.code_of(row)) for row in found])

    def candidates(self, typed, action):
        """The first rows that may be chosen for an action and hold what was typed."""
        return self.offered.matching(self.choosable(action), typed)[:LOOKUP_ROWS]

    def chosen(self, key, action):
        """The row of a key that was chosen before, for a form to which one comes back."""
        return self.choosable(action).filter(pk=key).select_related(*self.offered.joins)

    def choosable(self, action):
        """The rows that may be chosen for an action."""
        rows = self.rows()
        return rows.open_to(self.request.user, action) if action else rows

    def code_of(self, row):
        return self.offered.code_of(row)


class PanelPage(ListPage):
    """The first rows of a list that belong to one record, for a card on that record's page.

    `spare` are columns of the list that a card has no room for; `narrowing` is what the whole list
    is narrowed by beside the record.
    """

    page = "panel"
    template = "_panel"
    spare: tuple[str, ...] = ()
    narrowing = ""

    def table(self, found):
        # a card is not sorted: its address belongs to the record; and nothing is chosen there
        table = self.resource.table(found.rows, request=self.request)
        boxes = {"select"} & set(table.columns.names())
        for name in (*boxes, *self.spare):
            table.columns.hide(name)
        return table

    def may_add(self, _pk):
        """Whether the user may enter another one for the record on show."""
        return self.request.user.has_action(self.resource.permission("add"))

    def get(self, request, field, pk):
        if field not in self.resource.panel_fields:
            raise Http404
        parent = self.resource.model._meta.get_field(field).related_model
        if not parent._default_manager.permitted(request.user).filter(pk=pk).exists():
            record_denial(request.user, parent._meta.label_lower, pk)
            raise Http404
        found = self.keyset(self.rows().filter(**{field: pk}), PANEL_ROWS)
        table = self.table(found)
        table.columns.hide(field) if field in table.columns.names() else None
        panel = panel_of(parent._meta.label_lower, self.resource, field)
        may_add = panel.adds and self.may_add(pk)
        return self.show(
            table=table,
            heading=panel.heading or capfirst(self.resource.model._meta.verbose_name_plural),
            panel=panel,
            add_url=f"{self.resource.url('add')}?{field}={pk}" if may_add else "",
            more=f"{self.resource.url('list')}?{field}={pk}{self.narrowing}"
            if found.next_cursor
            else "",
        )
