"""Composition root: the only module that knows every module's pages."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from django.urls import include, path

import config_admin.resources
import customers.resources
import risk.resources
import services.resources
import staff.resources
import sysadmin.resources
from crm.core.pages import viewing
from customers.search_views import typed
from services.agenda.views import reminders
from sysadmin import views
from sysadmin.health.views import health, metrics
from sysadmin.site.views import administration

RESOURCES = [
    *customers.resources.RESOURCES,
    *services.resources.RESOURCES,
    *risk.resources.RESOURCES,
    *staff.resources.RESOURCES,
    *config_admin.resources.RESOURCES,
    *sysadmin.resources.RESOURCES,
]

# the pages of sign-in are named one by one: there is no way to sign up
urlpatterns = [
    path("", views.home, name="home"),
    path("home/<slug:key>/", views.home_part, name="home_part"),
    path("language/", views.language, name="language"),
    path("preferences/", views.preferences, name="preferences"),
    path("palette/", typed, name="palette"),
    path("reminders/", reminders, name="reminders"),
    path("health/", health, name="health"),
    path("metrics/", metrics, name="metrics"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/factors/", factors.index, name="mfa_index"),
    path("account/factors/check/", factors.authenticate, name="mfa_authenticate"),
    path("account/factors/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/factors/totp/", include("allauth.mfa.totp.urls")),
    path("account/factors/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("account/factors/keys/", include("allauth.mfa.webauthn.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("lists/<str:label>/views/", viewing.CountedViews.as_view(), name="views"),
    path("lists/<str:label>/views/add/", viewing.SaveViewPage.as_view(), name="save_view"),
    path(
        "lists/<str:label>/views/<slug:key>/change/",
        viewing.ChangeViewPage.as_view(),
        name="change_view",
    ),
    path(
        "lists/<str:label>/views/<slug:key>/remove/",
        viewing.RemoveViewPage.as_view(),
        name="remove_view",
    ),
    path("lists/<str:label>/columns/", viewing.ColumnsPage.as_view(), name="columns"),
    path("customers/", include("customers.urls")),
    path("service/", include("services.urls")),
    path("risk/", include("risk.urls")),
    path("organisation/", include("staff.urls")),
    path("configuration/", include("config_admin.urls")),
    path("system/", include("sysadmin.urls")),
    path("administration/", administration().urls),
]
handler400 = "crm.core.errors.bad_request"
handler403 = "crm.core.errors.denied"
handler404 = "crm.core.errors.not_found"
handler500 = "crm.core.errors.failed"
