"""Addresses of this module."""

from django.urls import include, path

from . import views
from .handover.views import PackPage
from .resources import RESOURCES, branch, handover, staff_member

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
    path("handovers/<int:pk>/pack/", PackPage.as_view(resource=handover), name="handover_pack"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
