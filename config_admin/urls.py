"""Addresses of this module."""

from django.urls import include, path

from .products.resources import product
from .products.views import ShelfPage
from .resources import RESOURCES
from .services.resources import service_type
from .services.views import PublishPage

app_name = "config_admin"
urlpatterns = [
    path("products/shelf/", ShelfPage.as_view(resource=product), name="product_shelf"),
    path(
        "services/<int:pk>/publish/",
        PublishPage.as_view(resource=service_type),
        name="servicetype_publish",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
