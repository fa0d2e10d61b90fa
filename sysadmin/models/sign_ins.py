"""When users were last there, so that lists can tell without reading the whole access trail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL

from .users import User


class LastSignIn(models.Model):
    """The last time that a user signed in; all of them stand in the access trail."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="last_sign_in", verbose_name=_("user")
    )
    at = models.DateTimeField(_("last signed in"), db_index=True)

    CLASSES = dict.fromkeys(["user", "at"], INTERNAL)
    UNSHOWN = "in the list of users"

    class Meta:
        db_table = "sysadmin_last_sign_in"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.at}"
