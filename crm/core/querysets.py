"""The only door to rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from .scope import Asker, Scope

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


def action_name(model: type[models.Model], action: str) -> str:
    """The full name of an action on a model: 'customers.view_customer'.

    A read model has the rights of the model that it lists.
    """
    opts = getattr(model, "RIGHTS_OF", model)._meta
    return f"{opts.app_label}.{action}_{opts.model_name}"


class ScopedQuerySet(models.QuerySet[M_co]):
    """Base queryset of every domain model; the model says by SCOPE how its rows are reached."""

    def permitted(self, user: Asker, action: str = "view") -> Self:
        """Rows on which the user may do this: within the live grants that carry the action."""
        return self.within(user, action_name(self.model, action))

    def within(self, user: Asker, action: str) -> Self:
        """Rows within the live grants that carry an action by its full name.

        The action may be about what belongs to a row, such as seeing what a customer holds.
        """
        reach = user.reach(action)
        if reach is None:
            return self.none()
        scope: Scope = self.model.SCOPE  # type: ignore[attr-defined]
        return scope.narrow(self, reach, user).visible_to(user)  # type: ignore[return-value]

    def named_within(self, user: Asker, action: str) -> Self:
        """The same for rows that are named by their keys, such as in a condition on one row."""
        reach = user.reach(action)
        if reach is None:
            return self.none()
        scope: Scope = self.model.SCOPE  # type: ignore[attr-defined]
        return scope.narrow_named(self, reach, user).visible_to(user)  # type: ignore[return-value]

    def of_key(self, key: Any) -> M_co | None:
        """The row of a key, or none; one row needs no order, whose columns cost more to compare."""
        return next(iter(self.filter(pk=key).order_by()[:1]), None)

    def visible_to(self, user: Asker) -> Self:
        """Narrow further what is confidential or restricted; every count and search follows."""
        closed = self.closed_to(user)
        return self if closed is None else self.filter(~closed)

    def closed_to(self, _user: Asker) -> models.Q | None:
        """Which rows are confidential or restricted for this user; the trails follow too."""
        return None

    def open_to(self, user: Asker, action: str) -> Self:
        """Rows that a form for this action may point to; narrower look-ups override it."""
        return self if user.reach(action) is not None else self.none()
