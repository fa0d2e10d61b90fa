"""Addresses of this module."""

from django.urls import include, path

from .complaints.resources import complaint
from .complaints.views import TrailPage
from .resources import RESOURCES

app_name = "services"
urlpatterns = [
    path(
        "complaints/<int:pk>/trail/",
        TrailPage.as_view(resource=complaint),
        name="complaint_trail",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
