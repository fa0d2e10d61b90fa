"""What somebody in the bank can always do; triggers refuse to take it from the last one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.models import Text

KEPT: dict[str, Text] = {
    "kept_add_grant": _(
        "There would be a day on which nobody could give rights any more. First give somebody else "
        "a role over the whole bank that allows it, and let them sign in once."
    ),
    "kept_enable_user": _(
        "There would be a day on which nobody could let people sign in again. First give somebody "
        "else a role over the whole bank that allows it, and let them sign in once."
    ),
    "kept_change_role": _(
        "There would be a day on which nobody could change roles any more. First give somebody "
        "else a role over the whole bank that allows it, and let them sign in once."
    ),
    "kept_approve_approval": _(
        "There would be a day on which nobody could decide on new grants or policies, which take "
        "a second person. First give somebody else the role that decides, over the whole bank, and "
        "let them sign in once."
    ),
}
