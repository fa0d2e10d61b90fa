"""Addresses of this module."""

from django.urls import include, path

from .diligence import views
from .diligence.resources import diligence
from .resources import RESOURCES

app_name = "risk"
urlpatterns = [
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
