"""Addresses of this module."""

from django.urls import include, path

from .promises import views as promise_views
from .resources import RESOURCES

app_name = "services"
urlpatterns = [
    path("promises/kept/", promise_views.kept_rate, name="kept_rate"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
