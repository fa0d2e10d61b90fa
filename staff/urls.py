"""Addresses of this module."""

from django.urls import include, path

from . import views
from .resources import RESOURCES, branch

app_name = "staff"
urlpatterns = [
    path("branches/tree/", views.TreePage.as_view(resource=branch), name="branch_tree"),
    path(
        "branches/<int:pk>/move/",
        views.MoveBranchPage.as_view(resource=branch),
        name="branch_move",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
