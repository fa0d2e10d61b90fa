"""The rows that a list is asked for: within reach, filtered, found by words, within a time."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils.functional import cached_property

from crm.core import idempotency
from crm.core.clock import now
from crm.core.models import StoredQuery
from crm.core.trail import IN_LIST, Kind, record_access

from .base import Page

LONGEST_QUERY = 200
CANCELLED = "57014"  # a statement that took longer than it may


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
    return in_time(ask) if resource.listing else ask()


def in_time(ask):
    """What `ask` reads, within the time of a big list or not at all."""
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


def rows_at(resource, address, *, user, action, saved=None):
    """The rows that the address of a list holds, as far as the user may do this to them.

    A saved view brings the words that it searches for.
    """
    asked = QueryDict(address)
    rows = listed(resource, user, action)
    if resource.filterset is not None:
        rows = resource.filterset(asked, queryset=rows, user=user, lean=True).qs
    if saved is not None:
        words = saved.query.text if saved.query else ""
    else:
        words = stored_query(asked.get("v", ""), str(resource))
    return resource.find(rows, words, user) if words else rows


def keep_query(text, resource, *, by):
    """Keep what was typed; the token stands for it in addresses."""
    query = StoredQuery.objects.create(
        token=uuid.uuid4(), user=by, resource=resource, text=text, at=now()
    )
    return query.token


def address_of_words(target, typed, label, *, by):
    """The address of a list narrowed to what was typed, which stands in it as a token alone."""
    text = typed.replace("\x00", "").strip()[:LONGEST_QUERY]
    if not text:
        return target
    record_access(Kind.SEARCH, by=by, model=label, field=IN_LIST)
    return f"{target}?v={keep_query(text, label, by=by)}"


def stored_query(token, resource):
    """The words kept under a token for a list; empty for a token that is none."""
    key = idempotency.parse_key(token) if token else None
    if key is None:
        return ""
    rows = StoredQuery.objects.filter(token=key, resource=resource)
    return rows.values_list("text", flat=True).first() or ""
