"""The pages behind a Resource: access, scope, versions, repeated sending, the same everywhere."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import View

from . import idempotency
from .acting import acting
from .clock import now
from .cursors import CursorContext
from .forms import version_of
from .keyset import KeysetPage, capped_count, keyset, page_query
from .models import StoredQuery
from .operations import DomainError, Stale, broken_rule
from .registry import heading_of, panels_for
from .trail import Kind, record_access, record_denial

if TYPE_CHECKING:
    from .resources import Resource, Transition

PAGE_SIZES = (25, 50, 100)
PANEL_ROWS = 5
LOOKUP_ROWS = 8
LONGEST_QUERY = 200
MOST_CHOSEN = 1000
CANCELLED = "57014"  # a statement that took longer than it may


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
        found = rows.filter(pk=self.kwargs["pk"]).first()
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
        return render(self.request, self.templates(), context, status=status)


class Rows(Page):
    """Rows narrowed by the filters of the address: of the model, or of its listing."""

    def rows(self):
        return listed(self.resource, self.request.user, self.action)

    @cached_property
    def filterset(self):
        if self.resource.filterset is None:
            return None
        return self.resource.filterset(
            self.request.GET, queryset=self.rows(), request=self.request, lean=True
        )

    @cached_property
    def query(self):
        """What was searched for in this list, if the address names a stored query."""
        return stored_query(self.request.GET.get("v", ""), str(self.resource))

    def found(self):
        rows = self.rows() if self.filterset is None else self.filterset.qs
        found = self.resource.find
        return found(rows, self.query, self.request.user) if self.query else rows


class TooWide(Exception):
    """A question touches more rows than a page may wait for."""


def bounded(resource, ask):
    """What `ask` reads; a listing answers within its time or not at all."""
    if not resource.listing:
        return ask()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = %s", [settings.LISTING_TIMEOUT_MS])
            return ask()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != CANCELLED:
            raise
        raise TooWide from error


def listed(resource, user, action):
    """The rows that a list of the resource is made of, as far as the user may do this to them."""
    model = resource.listing or resource.model
    return getattr(model, "scoped", model._default_manager).permitted(user, action)


def rows_at(resource, address, *, user, action):
    """The rows that the address of a list holds, as far as the user may do this to them."""
    asked = QueryDict(address)
    rows = listed(resource, user, action)
    if resource.filterset is not None:
        rows = resource.filterset(asked, queryset=rows, user=user, lean=True).qs
    words = stored_query(asked.get("v", ""), str(resource))
    return resource.find(rows, words, user) if words else rows


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
        found = keyset(
            rows if self.resource.listing else rows.select_related(*self.resource.joins),
            self.order(),
            after=ask.get("after", ""),
            before=ask.get("before", ""),
            size=size,
            context=CursorContext(str(self.resource), self.request.user.pk),
        )
        return replace(found, rows=self.read(found.rows)) if self.resource.listing else found

    def page_of_rows(self):
        """The rows of this page, with the records behind them."""
        return self.keyset(self.found(), self.size)

    def read(self, lines):
        """The records behind the lines of a listing, in their order, each with its line."""
        records = self.resource.model._default_manager.select_related(*self.resource.joins)
        found = records.in_bulk([line.pk for line in lines])
        for line in lines:
            if line.pk in found:
                found[line.pk].line = line
        return [found[line.pk] for line in lines if line.pk in found]

    def table(self, found):
        return self.resource.table(
            found.rows, order_by=self.sort, request=self.request, sorts=self.resource.sorts
        )

    def bulk(self):
        """What may be done to several rows at once: label, icon and address of each step."""
        return ()

    def address(self, **changes):
        """This list's address with other parameters; a cursor never survives a change."""
        known = self.filterset.params() if self.filterset else self.request.GET
        return f"?{page_query(known, **{name: str(value) for name, value in changes.items()})}"

    def get(self, request):
        try:
            found, too_wide = bounded(self.resource, self.page_of_rows), False
        except TooWide:
            found, too_wide = KeysetPage([], None, None, is_first=True), True
        if request.htmx and request.htmx.target == "table":
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
        text = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
        target = self.resource.url("list")
        if not text:
            return HttpResponseRedirect(target)
        record_access(Kind.SEARCH, by=request.user, model=str(self.resource))
        return HttpResponseRedirect(
            f"{target}?v={keep_query(text, str(self.resource), by=request.user)}"
        )


def keep_query(text, resource, *, by):
    """Keep what was typed; the token stands for it in addresses."""
    query = StoredQuery.objects.create(
        token=uuid.uuid4(), user=by, resource=resource, text=text, at=now()
    )
    return query.token


def stored_query(token, resource):
    """The words kept under a token for a list; empty for a token that is none."""
    key = idempotency.parse_key(token) if token else None
    if key is None:
        return ""
    rows = StoredQuery.objects.filter(token=key, resource=resource)
    return rows.values_list("text", flat=True).first() or ""


class FilterPage(Rows):
    """The filters of a list, in the drawer; the answer is the list's own address."""

    page = "filter"
    template = "_filter"

    def get(self, request):
        whole = self.resource.filterset(request.GET, queryset=self.rows(), request=request)
        return self.show(filter=whole, target=self.resource.url("list"))


class LookupPage(Page):
    """Candidates for a foreign key: those whose number or name begins with what was typed."""

    page = "lookup"
    template = "_lookup"

    def get(self, request):
        typed = request.GET.get("q", "").strip()[:80].replace("\x00", "")
        wanted = request.GET.get("action", "")
        rows = self.rows()
        if wanted:
            rows = rows.open_to(request.user, wanted)
        if typed:
            begins = Q()
            for name in self.resource.search:
                begins |= Q(**{f"{name}__istartswith": typed})
            rows = rows.filter(begins)
        code = self.resource.search[0]
        found = rows.select_related(*self.resource.joins)[:LOOKUP_ROWS]
        return self.show(rows=[(row.pk, row, getattr(row, code)) for row in found])


class PanelPage(ListPage):
    """The first rows of a list that belong to one record, for a card on that record's page."""

    page = "panel"
    template = "_panel"

    def table(self, found):
        # a card is not sorted: its address belongs to the record
        return self.resource.table(found.rows, request=self.request)

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
        return self.show(
            table=table,
            heading=heading_of(parent._meta.label_lower, self.resource, field)
            or capfirst(self.resource.model._meta.verbose_name_plural),
            more=f"{self.resource.url('list')}?{field}={pk}" if found.next_cursor else "",
        )


class DetailPage(Page):
    """A record: its sections, what may be done to it, and panels of other modules."""

    page = "view"
    template = "view"

    def get(self, request, pk):
        if self.resource.recorded:
            record_access(Kind.VIEW, by=request.user, obj=self.object)
        return self.show(object=self.object, **self.facts())

    def facts(self):
        """What the template shows beside the record; a page of its own shape adds to it."""
        user = self.request.user
        return {
            "may_change": "change" in self.resource.pages and self.may("change"),
            "moves": [t for t in self.moves() if self.may(t.name)],
            "panels": [
                (panel, panel.address(self.object))
                for panel in panels_for(str(self.resource))
                if user.has_action(panel.resource.permission("view"))
            ],
        }

    def moves(self):
        """Transitions that the present state allows."""
        return [t for t in self.resource.transitions if self.object.can(t.name)]

    def may(self, action):
        """Whether this row is in reach of an action; the same reach as viewing needs no query."""
        user, name = self.request.user, self.resource.permission(action)
        reach = user.reach(name)
        if reach is None or reach == user.reach(self.resource.permission("view")):
            return reach is not None
        manager = getattr(self.resource.model, "scoped", self.resource.model._default_manager)
        return manager.permitted(user, action).filter(pk=self.object.pk).exists()


class ActPage(Page):
    """A page that changes something: all of it or, when a rule refuses, nothing."""

    target: str = ""

    def build_form(self, data=None):
        raise NotImplementedError

    def perform(self, form):
        """Run the operation; returns the record."""
        raise NotImplementedError

    def get(self, request, **kwargs):
        return self.show_form(self.build_form())

    def post(self, request, **kwargs):
        key = idempotency.parse_key(request.POST.get(idempotency.FIELD, ""))
        digest = idempotency.digest_of(request.path, request.POST, request.FILES)
        if key is None:
            raise DomainError(_("This form is too old. Open it again and send it once more."))
        try:
            if answer := idempotency.earlier_answer(request.user, key, digest):
                return self.lead_to(answer)
            form = self.build_form(request.POST)
            if not form.is_valid():
                return self.show_form(form, status=422)
            return self.act(form, key, digest)
        except idempotency.KeyReused:
            raise DomainError(
                _("This form was sent before with other contents. Open it again.")
            ) from None

    def act(self, form, key, digest):
        """Do the work and keep where it led, in one transaction; refusals undo all of it."""
        request = self.request
        try:
            with acting(by=request.user):
                if not idempotency.claim(request.user, key, digest):
                    answer = idempotency.earlier_answer(request.user, key, digest)
                    return self.lead_to(answer or self.resource.url("list"))
                done = self.perform(form)
                target = self.success_url(done)
                idempotency.remember(request.user, key, target)
        except Stale as error:
            return self.conflict(form, error)
        except DomainError as error:
            refuse(form, error)
            return self.show_form(form, status=422)
        except IntegrityError as error:
            refuse(form, broken_rule(self.resource.model, error))
            return self.show_form(form, status=422)
        messages.success(request, self.said(done))
        return self.lead_to(target)

    def conflict(self, form, error):
        """Somebody else was faster: by default the sentence; forms show both values."""
        refuse(form, error)
        return self.show_form(form, status=409)

    def show_form(self, form, status=200, **context):
        return self.show(
            status=status, form=form, key=idempotency.new_key(), in_drawer=self.in_drawer, **context
        )

    def success_url(self, done):
        return self.resource.url("view", done)

    def said(self, done):
        """The sentence shown when it is done."""
        return _("%(name)s: saved.") % {"name": done}

    def lead_to(self, target):
        """Go to the record; the drawer's page is loaded anew."""
        if self.in_drawer:
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)


class BulkPage(ActPage):
    """Something done to several rows of a list, by a job: those ticked, or all that the list holds.

    `chosen` are the keys, and the list's address if all are meant.
    """

    template = "form"

    @cached_property
    def chosen(self):
        sent = self.request.POST or self.request.GET
        keys = [int(key) for key in map(key_of, sent.getlist("sel")) if key]
        return keys[:MOST_CHOSEN], sent.get("list", "") if sent.get("matching") else None

    def rows(self):
        """The chosen rows with which the user may do this."""
        keys, address = self.chosen
        if address is None:
            return super().rows().filter(pk__in=keys)
        return rows_at(self.resource, address, user=self.request.user, action=self.action)

    def show_form(self, form, status=200, **context):
        sent = self.request.POST or self.request.GET
        names = ("sel", "matching", "list")
        return super().show_form(
            form,
            status,
            chosen=capped_count(self.rows()),
            selection=[(name, value) for name in names for value in sent.getlist(name)],
            cancel=self.resource.url("list"),
            **context,
        )

    def success_url(self, done):
        return address_of(done)

    def said(self, done):
        return _("%(name)s: started.") % {"name": done}


def address_of(obj):
    """The page of a record, whichever module serves it."""
    from .resources import all_resources  # noqa: PLC0415  (resources are made of pages)

    return next(r for r in all_resources() if r.model is type(obj)).url("view", obj)


def key_of(text):
    """A key in what was sent; empty if it is none."""
    return text if text.isascii() and text.isdigit() and len(text) < 19 else ""


class FormPage(ActPage):
    """Add and change, as a page of its own or in the drawer."""

    template = "form"

    def perform(self, form):
        version = version_of(self.request.POST.get("version", ""))
        done = form.apply(by=self.request.user, version=version)
        if not self.rows().filter(pk=done.pk).exists():
            raise DomainError(_("With these values the record would be out of your reach."))
        return done


class AddPage(FormPage):
    page = "add"

    def build_form(self, data=None):
        return self.resource.form(
            data, user=self.request.user, action=self.resource.permission("add")
        )

    def said(self, done):
        return _("%(name)s: added.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, cancel=self.resource.url("list"), **context)


class ChangePage(FormPage):
    page = "change"

    def build_form(self, data=None):
        return self.resource.form(
            data,
            instance=self.object,
            user=self.request.user,
            action=self.resource.permission("change"),
        )

    def fields(self):
        return [
            self.resource.model._meta.get_field(name)
            for name in self.resource.form._meta.fields or ()
        ]

    def conflict(self, form, error):
        """Show both values of each field that differs; saving again takes what the form holds."""
        current = self.rows().select_related(*self.resource.joins).filter(pk=self.object.pk).first()
        if current is None:
            raise Http404
        theirs = []
        for field in self.fields():
            mine, other = form.cleaned_data.get(field.name), getattr(current, field.name)
            if mine != other and not (mine in {None, ""} and other in {None, ""}):
                theirs.append(
                    (form[field.name].label, shown(form.instance, field), shown(current, field))
                )
        refuse(form, error)
        return self.show_form(form, status=409, theirs=theirs, version=current.version)

    def show_form(self, form, status=200, **context):
        given = version_of(self.request.POST.get("version", ""))
        context.setdefault("version", self.object.version if given is None else given)
        return super().show_form(
            form, status, object=self.object, cancel=self.success_url(self.object), **context
        )


def shown(obj, field):
    """A field's value as people read it."""
    display = getattr(obj, f"get_{field.name}_display", None)
    return display() if display else getattr(obj, field.name)


class TransitionPage(ActPage):
    """Asks the question of a move and runs its operation."""

    transition: Transition = None
    template = "confirm"

    @property
    def action(self):
        return self.transition.name

    @property
    def step(self):
        return getattr(self.resource.model, "MOVES", {}).get(self.transition.name)

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return self.transition.form(data)

    def perform(self, form):
        self.transition.run(self.object, by=self.request.user, **form.cleaned_data)
        return self.object

    def said(self, done):
        return done.sentence(self.step.done) if self.step else super().said(done)

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            object=self.object,
            step=self.step,
            question=self.object.sentence(self.step.question) if self.step else "",
            refusal=""
            if not self.step or self.object.can(self.action)
            else self.object.sentence(self.step.refused),
            cancel=self.success_url(self.object),
            **context,
        )


def refuse(form, error):
    """Put a refusal into a form, beside the field it is about where the form has it."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))
