"""Addresses of this module."""

from django.urls import include, path

from .cases import views as case_views
from .cases.resources import case
from .classification.resources import claim
from .classification.views import MovesPage
from .diligence import views
from .diligence.resources import diligence
from .profile.views import customer_risk
from .resources import RESOURCES
from .screening.views import SearchPage
from .watchlists.resources import watchlist

app_name = "risk"
urlpatterns = [
    path("customers/<int:pk>/", customer_risk, name="customer_risk"),
    path("watchlists/search/", SearchPage.as_view(resource=watchlist), name="watchlist_search"),
    path(
        "cases/assign/",
        case_views.AssignManyPage.as_view(resource=case),
        name="alertcase_assign_many",
    ),
    path(
        "cases/officers/",
        case_views.OfficersPage.as_view(resource=case),
        name="alertcase_officers",
    ),
    path("claims/moves/", MovesPage.as_view(resource=claim), name="claim_moves"),
    path(
        "diligence/<int:pk>/rate/",
        views.RatePage.as_view(resource=diligence),
        name="diligence_rate",
    ),
    path(
        "diligence/<int:pk>/override/",
        views.OverridePage.as_view(resource=diligence),
        name="diligence_override",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
