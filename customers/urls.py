"""Addresses of this module."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from staff.resources import handover

from . import search_views, views
from .conflicts import views as conflict_views
from .conflicts.resources import conflict
from .forms import ContactForm, DocumentForm
from .handover.views import HandedPage, HandOverPage
from .holdings import views as holding_views
from .imports import views as import_views
from .imports.resources import import_run
from .life import views as life_views
from .links import views as link_views
from .ownership import views as ownership_views
from .ownership.resources import ownership
from .portfolio import views as portfolio_views
from .resources import RESOURCES, customer
from .timeline.views import customer_timeline

app_name = "customers"
urlpatterns = [
    path("<int:pk>/holdings/", holding_views.customer_holdings, name="customer_holdings"),
    path(
        "<int:pk>/holdings/count/",
        holding_views.customer_holding_count,
        name="customer_holding_count",
    ),
    path(
        "holdings/<int:pk>/transactions/",
        holding_views.holding_transactions,
        name="holding_transactions",
    ),
    path("<int:pk>/managers/", ownership_views.customer_managers, name="customer_managers"),
    path(
        "managers/<int:pk>/end/",
        ownership_views.EndPage.as_view(resource=ownership),
        name="ownership_end",
    ),
    path(
        "conflicts/<int:pk>/end/",
        conflict_views.EndPage.as_view(resource=conflict),
        name="conflictofinterest_end",
    ),
    path("<int:pk>/timeline/", customer_timeline, name="customer_timeline"),
    path(
        "<int:pk>/life/add/", life_views.LifePage.as_view(resource=customer), name="customer_life"
    ),
    path(
        "<int:pk>/life/<int:fact>/end/",
        life_views.LiftPage.as_view(resource=customer),
        name="customer_life_end",
    ),
    path("<int:pk>/links/", link_views.customer_links, name="customer_links"),
    path(
        "<int:pk>/links/add/",
        link_views.LinkPage.as_view(resource=customer),
        name="customer_link",
    ),
    path(
        "<int:pk>/links/<int:link>/end/",
        link_views.EndLinkPage.as_view(resource=customer),
        name="customer_link_end",
    ),
    path(
        "<int:pk>/people/<int:person>/",
        link_views.PersonPage.as_view(resource=customer),
        name="customer_person",
    ),
    path("<int:pk>/history/", views.customer_history, name="customer_history"),
    path("<int:pk>/reveal/<slug:part>/<int:key>/", views.customer_reveal, name="customer_reveal"),
    path("<int:pk>/mask/<slug:part>/<int:key>/", views.customer_mask, name="customer_mask"),
    path(
        "<int:pk>/documents/add/",
        views.AttachPage.as_view(
            resource=customer, form=DocumentForm, title=_("Add an identity document")
        ),
        name="customer_document",
    ),
    path(
        "<int:pk>/contacts/add/",
        views.AttachPage.as_view(
            resource=customer, form=ContactForm, title=_("Add a contact point")
        ),
        name="customer_contact",
    ),
    path(
        "imports/<int:pk>/columns/",
        import_views.ColumnsPage.as_view(resource=import_run),
        name="importrun_columns",
    ),
    path(
        "imports/<int:pk>/start/",
        import_views.StartPage.as_view(resource=import_run),
        name="importrun_start",
    ),
    path(
        "imports/<int:pk>/refused/",
        import_views.RefusedPage.as_view(resource=import_run),
        name="importrun_refused",
    ),
    path("portfolio/", portfolio_views.own_portfolio, name="own_portfolio"),
    path("portfolio/<int:pk>/", portfolio_views.portfolio, name="portfolio"),
    path(
        "portfolio/<int:pk>/changes/", portfolio_views.portfolio_changes, name="portfolio_changes"
    ),
    path("portfolio/<int:pk>/branch/", portfolio_views.portfolio_branch, name="portfolio_branch"),
    path("search/", search_views.results, name="customer_search"),
    path("assign/", views.AssignPage.as_view(resource=customer), name="customer_assign"),
    path("handed/<int:pk>/", HandedPage.as_view(resource=handover), name="handed"),
    path("hand-over/", HandOverPage.as_view(resource=customer), name="customer_hand_over"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
