"""A role, who holds it, and new ones made like it."""

from __future__ import annotations

from django.db.models import Q

from crm.core.clock import bank_today
from crm.core.keyset import capped_count
from crm.core.pages import AddPage, DetailPage
from sysadmin.models import Grant, IncompatibleDuties, Role, period

SHOWN = 20
COPIED = ("name", "name_zh", "needs_second_factor", "is_read_only", "actions")


class RolePage(DetailPage):
    """A role, with what it allows and how many grants of it are in force."""

    def facts(self):
        user = self.request.user
        grants = Grant.objects.permitted(user).filter(
            role=self.object, valid__contains=bank_today()
        )
        sees_duties = user.has_action("sysadmin.view_incompatibleduties")
        sees_grants = user.has_action("sysadmin.view_grant")
        holders = grants.select_related("user", "branch").order_by("user__username", "id")
        return super().facts() | {
            "held": capped_count(grants) if sees_grants else None,
            "holders": holders[:SHOWN] if sees_grants else [],
            "apart": list(self.apart(user)) if sees_duties else [],
            "may_ask_why": user.has_action("sysadmin.view_rights_user"),
            "may_copy": user.has_action("sysadmin.add_role"),
        }

    def apart(self, user):
        """The other roles that nobody holds together with this one, today or later."""
        rules = IncompatibleDuties.objects.permitted(user).filter(
            Q(first=self.object) | Q(second=self.object), valid__overlap=period(bank_today())
        )
        for rule in rules.select_related("first", "second").order_by("id"):
            rule.other = rule.second if rule.first_id == self.object.pk else rule.first
            yield rule


class AddRolePage(AddPage):
    """A new role, from nothing or from one that there is."""

    def build_form(self, data=None):
        form = super().build_form(data)
        like = self.request.GET.get("like", "")
        if data is None and like.isascii() and like.isdigit() and len(like) < 19:
            source = Role.objects.permitted(self.request.user).of_key(like)
            if source is not None:
                form.initial |= {"like": source.pk} | {
                    name: getattr(source, name) for name in COPIED
                }
        return form
