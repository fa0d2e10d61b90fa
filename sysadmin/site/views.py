"""The administration site: one sign-in, one right at the door, the same rows as elsewhere."""

from __future__ import annotations

import time
from functools import update_wrapper

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.apps import apps
from django.conf import settings
from django.contrib.admin.sites import AdminSite
from django.http import Http404, HttpResponseNotAllowed
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from crm.core.trail import Kind, record_access
from sysadmin.models.users import ADMINISTRATION

from . import PURPOSE
from .record_views import READING, RecordAdmin


class AdministrationSite(AdminSite):
    """Every record of the bank in one manner, read only; what changes a record is its own page."""

    site_title = site_header = index_title = _("Administration site")
    enable_nav_sidebar = False
    final_catch_all_view = False
    index_template = "administration/index.html"
    app_index_template = "administration/module.html"

    def has_permission(self, request):
        return request.user.has_action(ADMINISTRATION)

    def door(self, view, may, methods=READING, label=""):
        """No page without the right, none that changes, and only for who came in lately."""

        def inner(request, *args, **kwargs):
            if not (self.has_permission(request) and may(request)):
                record_access(Kind.DENIAL, by=request.user, model=label, purpose=PURPOSE)
                raise Http404
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not is_fresh(request):
                raise ReauthenticationRequired
            request.current_app = self.name
            return view(request, *args, **kwargs)

        return update_wrapper(inner, view)

    def get_urls(self):
        return [
            path("", self.door(self.index, self.has_permission), name="index"),
            *(
                path(f"{model._meta.app_label}/{model._meta.model_name}/", include(pages.urls))
                for model, pages in self._registry.items()
            ),
            path(
                "<slug:app_label>/", self.door(self.app_index, self.has_permission), name="app_list"
            ),
        ]

    def get_log_entries(self, request):
        """Nothing is changed here, so there is no log but the trails."""
        return ()


def is_fresh(request):
    """Whether the user has proved lately who they are: by signing in, or by doing so again."""
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.ADMINISTRATION_FRESH_SECONDS
    return any(record["at"] >= since for record in records)


def bank_models():
    """Every table of the bank's own: libraries say elsewhere how sensitive theirs are."""
    return [model for model in apps.get_models() if hasattr(model, "CLASSES")]


def administration() -> AdministrationSite:
    """The site with every model of the bank but those that say why they are not shown."""
    site = AdministrationSite(name="administration")
    for model in bank_models():
        if not hasattr(model, "UNSHOWN"):
            site.register(model, RecordAdmin)
    return site
