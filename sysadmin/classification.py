"""How sensitive the tables of the framework and of libraries are."""

from __future__ import annotations

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE, classify_library


def register() -> None:
    """Classify every library's model that has a table here."""
    for label in (
        "admin.logentry",
        "auth.group",
        "auth.group_permissions",
        "auth.permission",
        "contenttypes.contenttype",
        "procrastinate.procrastinateevent",
        "procrastinate.procrastinatejob",
        "procrastinate.procrastinateperiodicdefer",
        "procrastinate.procrastinateworker",
    ):
        classify_library(label, INTERNAL)
    for label in (
        "account.emailaddress",
        "account.emailconfirmation",
        "usersessions.usersession",
    ):
        classify_library(label, PERSONAL)
    for label in ("sessions.session", "mfa.authenticator"):
        classify_library(label, SENSITIVE)
