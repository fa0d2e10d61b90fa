"""Addresses of this module; the trail's pages are those of the kernel's tables."""

from django.urls import include, path

from .resources import RESOURCES

app_name = "sysadmin"
urlpatterns = [path("", include(resource.urls)) for resource in RESOURCES]
