"""The pages of one kind of record in the site: a list, records, and what was changed on them."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin, ShowFacets
from django.db import models
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst

from crm.core.cursors import CursorContext
from crm.core.history import keys_of, told
from crm.core.keyset import keyset
from crm.core.models import AuditEvent, Record
from crm.core.named import Named
from crm.core.pages.asked import address_of_words, stored_query
from crm.core.querysets import action_name
from crm.core.resources import joins_of, resource_of
from crm.core.trail import Kind, record_access, record_denial

from . import PURPOSE
from .finding import found_in
from .listing import Listing
from .shown import columns_of, fields_of, is_of_the_bank, name_keys

READING = ("GET", "HEAD")
TRAIL_ROWS = 20
# a choice among more is no filter beside a list
MOST_CHOICES = 20


class RecordAdmin(ModelAdmin):
    """The pages of one model: a list that can be searched and filtered, records, their trail."""

    actions = None
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()
    view_on_site = False
    change_list_template = "administration/list.html"
    change_form_template = "administration/record.html"

    @property
    def label(self):
        return self.model._meta.label_lower

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", self.door(self.changelist_view), name=f"{name}_changelist"),
            path("find/", self.door(self.find_view, "POST"), name=f"{name}_find"),
            path("<int:pk>/", self.door(self.record_view), name=f"{name}_change"),
            path("<int:pk>/trail/", self.door(self.trail_view), name=f"{name}_history"),
        ]

    def door(self, view, *methods):
        """The site's door, for those who may see such records."""
        methods = methods or READING
        return self.admin_site.door(view, self.has_view_permission, methods, self.label)

    # --- rights: those of every other page, and nothing that changes --------------------------

    def has_view_permission(self, request, obj=None):
        return request.user.has_action(action_name(self.model, "view"))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # --- rows --------------------------------------------------------------------------------

    def get_queryset(self, request):
        manager = getattr(self.model, "scoped", self.model._default_manager)
        return manager.permitted(request.user).select_related(*joins_of(self.model))

    def get_object(self, request, object_id, from_field=None):
        """The row within reach, or the 404 of one that does not exist."""
        row = self.get_queryset(request).filter(pk=object_id).first()
        if row is None:
            record_denial(request.user, self.label, int(object_id))
            raise Http404
        self.note(request, row)
        name_keys(self.model, [row], request.user)
        return row

    def note(self, request, row):
        """Put the look into the access trail, where it is a look at a customer's affairs."""
        resource = resource_of(self.model)
        is_of_customer = resource is None and getattr(row, "AUDIT_SUBJECT", "")
        if is_of_customer or (resource is not None and resource.recorded):
            record_access(Kind.VIEW, by=request.user, obj=row, purpose=PURPOSE)

    def get_search_results(self, request, queryset, search_term):
        """The rows that were searched for; the words stand under a token, never in the address."""
        words = self.words(request)
        return (found_in(queryset, words, request.user) if words else queryset), False

    def words(self, request):
        return stored_query(request.GET.get("v", ""), self.label)

    # --- pages -------------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return Listing

    def get_list_display(self, request):
        return ["__str__", *columns_of(self.model)]

    def get_list_filter(self, request):
        return [f.name for f in self.model._meta.concrete_fields if is_filter(f)]

    def get_fields(self, request, obj=None):
        return fields_of(self.model)

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        own = self.own_page(request, "list")
        context = {"title": title, "words": self.words(request), "own_page": own}
        return super().changelist_view(request, context)

    def find_view(self, request):
        typed = request.POST.get("q", "")
        target = reverse(f"administration:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(address_of_words(target, typed, self.label, by=request.user))

    def record_view(self, request, pk):
        return self.change_view(request, str(pk))

    def render_change_form(self, request, context, *args, **kwargs):
        row = context["original"]
        context |= {
            "title": str(row),
            "subtitle": None,
            "own_page": self.own_page(request, "view", row),
            "has_trail": self.has_trail(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def own_page(self, request, page, row=None):
        """The address of the same in Meridian itself, if there is such a page."""
        resource = resource_of(self.model)
        return resource.url(page, row) if resource and page in resource.pages else ""

    def has_trail(self, request):
        audited = issubclass(self.model, Record)
        return audited and request.user.has_action(action_name(AuditEvent, "view"))

    def trail_view(self, request, pk):
        if not self.has_trail(request):
            raise Http404
        row = self.get_object(request, pk)
        events = AuditEvent.objects.permitted(request.user).filter(
            table_name=self.model._meta.db_table, row_key=str(row.pk)
        )
        page = keyset(
            events.select_related("actor"),
            ("-at", "-id"),
            after=request.GET.get("after"),
            size=TRAIL_ROWS,
            context=CursorContext(f"administration:{self.label}:{row.pk}", request.user.pk),
        )
        named = Named(keys_of(page.rows), request.user)
        context = self.admin_site.each_context(request) | {
            "title": str(row),
            "opts": self.opts,
            "original": row,
            "entries": [told(event, named, "") for event in page.rows],
            "older": page.next_cursor,
            "own_page": self.own_page(request, "view", row),
        }
        return TemplateResponse(request, "administration/trail.html", context)


def is_filter(field):
    """Whether a list may be narrowed by a field: by choices and switches, never by a table."""
    is_short = bool(field.choices) and len(field.flatchoices) <= MOST_CHOICES
    return is_of_the_bank(field) and (is_short or isinstance(field, models.BooleanField))
