"""Addresses of this module."""

from django.urls import include, path

from .resources import RESOURCES

app_name = "risk"
urlpatterns = [path("", include(resource.urls)) for resource in RESOURCES]
