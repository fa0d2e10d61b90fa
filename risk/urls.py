"""Addresses of this module."""

from django.urls import include, path

from .classification.resources import claim
from .classification.views import MovesPage
from .resources import RESOURCES

app_name = "risk"
urlpatterns = [
    path("claims/moves/", MovesPage.as_view(resource=claim), name="claim_moves"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
