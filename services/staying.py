"""What of this module a handover leaves with the first one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from staff.handover.parts import stays


def register() -> None:
    """Say why it stays; called once, when the app is ready."""
    stays(
        "services.servicerequest.owner",
        _("Requests go on with who handles them; a team leader assigns them to somebody else."),
    )
    stays("services.queuemember.member", _("Who works a queue is ended and entered there."))
