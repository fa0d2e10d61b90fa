"""Addresses of this module."""

from django.urls import include, path

from .products.resources import product
from .products.views import ShelfPage
from .resources import RESOURCES

app_name = "config_admin"
urlpatterns = [
    path("products/shelf/", ShelfPage.as_view(resource=product), name="product_shelf"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
