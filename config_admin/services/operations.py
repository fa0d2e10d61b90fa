"""What happens to the service catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from config_admin.models import (
    Calendar,
    ServiceCategory,
    ServiceDeadline,
    ServiceEdition,
    ServiceQueue,
    ServiceType,
)
from config_admin.models.names import Retirable, hold, stands_below
from config_admin.signals import working_time_changed
from config_admin.twins import refuse_twin
from crm.core.operations import DomainError, move, operation, save_changes, save_new

from . import own_fields


@operation
def enter_category(category: ServiceCategory, *, by: Any) -> ServiceCategory:
    """Enter a category of services."""
    refuse_twin(category, "parent_id")
    save_new(category)
    return category


@operation
def change_category(
    category: ServiceCategory, *, by: Any, fields: Iterable[str], version: int
) -> ServiceCategory:
    """Change a category's names and its place in the tree."""
    # nobody else changes the tree at the same time
    list(ServiceCategory.objects.select_for_update().order_by("pk").values_list("pk"))
    above = category.parent
    if above and stands_below(category, ServiceCategory.objects.get(pk=above.pk)):
        raise DomainError(
            _("A category cannot stand below itself. Choose one outside its own branch."), "parent"
        )
    refuse_twin(category, "parent_id")
    save_changes(category, set(fields) - {"code"}, version=version)
    return category


@operation
def retire_category(category: ServiceCategory, *, by: Any, reason: str) -> None:
    """Find services by a category no longer, once nothing that is used stands there."""
    hold(category)
    offered = category.types.filter(status=ServiceType.Status.OFFERED).count()
    below = category.children.live().count()
    if category.can("retire") and (offered or below):
        raise DomainError(
            _("Services that are offered or categories in use stand there. Move them first.")
        )
    move(category, "retire", by=by, reason=reason)


@operation
def restore_category(category: ServiceCategory, *, by: Any, reason: str) -> None:
    """Find services by a category again, below one that is in use."""
    above = category.parent
    if above:
        hold(above)
    if category.can("restore") and above and above.status != Retirable.Status.LIVE:
        raise DomainError(
            _("The category above, %(name)s, is retired. Take it into use first, or move this one.")
            % {"name": above}
        )
    if category.can("restore"):
        refuse_twin(category, "parent_id", is_restored=True)
    move(category, "restore", by=by, reason=reason)


@operation
def change_queue(
    queue: ServiceQueue, *, by: Any, fields: Iterable[str], version: int
) -> ServiceQueue:
    """Change a queue's names, or the calendar by which its cases are counted, those at work too."""
    names = set(fields) - {"code"}
    save_changes(queue, names, version=version)
    if "calendar" in names:
        working_time_changed.send(Calendar, calendar=queue.calendar)
    return queue


@operation
def retire_queue(queue: ServiceQueue, *, by: Any, reason: str) -> None:
    """Let no new service use a queue, once no offered one does."""
    hold(queue)
    if queue.can("retire") and queue.types.filter(status=ServiceType.Status.OFFERED).exists():
        raise DomainError(
            _("Services that are offered wait in this queue. Give them another one first.")
        )
    move(queue, "retire", by=by, reason=reason)


@operation
def restore_queue(queue: ServiceQueue, *, by: Any, reason: str) -> None:
    """Let services use a queue again, if its calendar is in use."""
    hold(queue.calendar)
    if queue.can("restore") and queue.calendar.status != Retirable.Status.LIVE:
        raise DomainError(
            _("Its calendar, %(name)s, is retired. Take that into use first.")
            % {"name": queue.calendar}
        )
    move(queue, "restore", by=by, reason=reason)


@operation
def enter_deadline(deadline: ServiceDeadline, *, by: Any) -> ServiceDeadline:
    """Enter by when a step of a service is done."""
    _refuse_twice(deadline)
    save_new(deadline)
    return deadline


@operation
def change_deadline(
    deadline: ServiceDeadline, *, by: Any, fields: Iterable[str], version: int
) -> ServiceDeadline:
    """Change by when a step of a service is done; cases under way keep what they were promised."""
    _refuse_twice(deadline)
    save_changes(deadline, set(fields) - {"service"}, version=version)
    return deadline


def _refuse_twice(deadline: ServiceDeadline) -> None:
    same = ServiceDeadline.objects.filter(
        service=deadline.service_id, step=deadline.step, priority=deadline.priority
    )
    if same.exclude(pk=deadline.pk).exists():
        raise DomainError(
            _("The service has a deadline for this step and priority already. Change it there."),
            "priority",
        )


@operation
def offer(service: ServiceType, *, by: Any, reason: str) -> None:
    """Offer a service for new cases, once it says by when it is done."""
    if service.can("offer"):
        for place in (service.category, service.queue):
            hold(place)
            if place.status != Retirable.Status.LIVE:
                raise DomainError(
                    _("%(name)s is retired. Choose another one before the service is offered.")
                    % {"name": place}
                )
        usual = service.deadlines.filter(priority=ServiceDeadline.Priority.NORMAL)
        steps = set(usual.values_list("step", flat=True))
        if missing := [step for step in ServiceDeadline.Step if step not in steps]:
            raise DomainError(
                _("Enter a deadline of normal priority first for: %(steps)s.")
                % {"steps": ", ".join(str(step.label) for step in missing)}
            )
    move(service, "offer", by=by, reason=reason)


@operation
def retire(service: ServiceType, *, by: Any, reason: str) -> None:
    """Offer a service for new cases no longer; cases under way go on."""
    move(service, "retire", by=by, reason=reason)


@operation
def publish(service: ServiceType, *, by: Any, reason: str) -> ServiceEdition:
    """Ask new requests for the fields as they stand now; earlier ones keep what they were asked."""
    ServiceType.objects.select_for_update().get(pk=service.pk)
    if not own_fields.is_unpublished(service):
        raise DomainError(_("Nothing has changed since the fields were published."))
    return issue(service)


def issue(service: ServiceType) -> ServiceEdition:
    """Make an edition of the fields as they stand; the caller acts."""
    number = service.editions.count() + 1
    fields: list[dict[str, Any]] = [asdict(field) for field in own_fields.drafted(service)]
    edition = ServiceEdition(service=service, number=number, fields=fields)
    save_new(edition)
    own_fields.EDITIONS.forget()
    return edition
