"""Addresses of this module."""

from django.urls import include, path

from . import views
from .resources import RESOURCES, branch, staff_member

app_name = "staff"
urlpatterns = [
    path("branches/tree/", views.TreePage.as_view(resource=branch), name="branch_tree"),
    path(
        "branches/<int:pk>/move/",
        views.MoveBranchPage.as_view(resource=branch),
        name="branch_move",
    ),
    path(
        "staff/<int:pk>/move/",
        views.AssignPage.as_view(resource=staff_member),
        name="staffmember_move",
    ),
    path(
        "staff/<int:pk>/leave/",
        views.LeavePage.as_view(resource=staff_member),
        name="staffmember_leave",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
