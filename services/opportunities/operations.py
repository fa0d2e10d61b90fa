"""What happens to opportunities: entered, changed, moved from stage to stage, won or lost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from config_admin.figures.values import in_base_currency
from config_admin.models import Product
from config_admin.models.names import Retirable
from config_admin.products.catalogue import on_shelf
from crm.core.clock import bank_today
from crm.core.formats import rounded
from crm.core.operations import (
    DomainError,
    Stale,
    move,
    operation,
    refuse_past,
    save_changes,
    save_new,
    write,
)
from customers.conflicts.rules import refuse_conflict
from customers.models import Customer
from customers.restrictions.operations import refuse_restricted
from services.models import Opportunity, OpportunityStage
from sysadmin.models import period

if TYPE_CHECKING:
    from staff.models import StaffMember
    from sysadmin.models import User

Outcome = Opportunity.Outcome


# --- rules -----------------------------------------------------------------------------


def refuse_ended(customer_id: int) -> None:
    """Refuse to sell where the relationship has ended or is stopped, under the customer's lock."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if customer.status not in Customer.OPEN:
        raise DomainError(
            _("The relationship with this customer has ended: nothing is sold to them."), "customer"
        )
    refuse_restricted(customer_id, "customer")


def refuse_seller(member: StaffMember, customer_id: int, field: str) -> None:
    """Refuse somebody who has left, or to whom the customer is too close."""
    if member.has_left:
        raise DomainError(
            _("%(name)s has left the bank. Choose somebody else.") % {"name": member}, field
        )
    refuse_conflict(member, customer_id, period(bank_today()), field)


def take_product(opportunity: Opportunity) -> None:
    """Let the product say its kind; refuse one that is not sold today."""
    product = opportunity.product
    if product is None:
        if not opportunity.product_kind:
            raise DomainError(_("Choose a product or a kind of product."), "product_kind")
        return
    if not on_shelf(Product.objects.filter(pk=product.pk), bank_today()).exists():
        raise DomainError(
            _("%(name)s is not sold today. Choose another product.") % {"name": product}, "product"
        )
    opportunity.product_kind = product.kind


def take_amount(opportunity: Opportunity) -> None:
    """Keep what the amount is worth today in the base currency."""
    worth = in_base_currency(opportunity.amount, opportunity.currency, bank_today())
    opportunity.amount_base = rounded(worth)
    if opportunity.amount_base >= Decimal(10) ** 16:
        raise DomainError(_("This amount is too large. Check it."), "amount")


def first_stage() -> OpportunityStage:
    """The stage in which an opportunity begins."""
    rows = OpportunityStage.objects.live().filter(outcome=Outcome.OPEN)
    found = rows.order_by("position", "pk").first()
    if found is None:
        raise DomainError(_("There is no stage to begin with. Enter one under opportunity stages."))
    return found


# --- entering and changing -------------------------------------------------------------


@operation
def enter(opportunity: Opportunity, *, by: User) -> Opportunity:
    """Enter what the bank hopes to sell to a customer."""
    refuse_ended(opportunity.customer_id)
    refuse_seller(opportunity.owner, opportunity.customer_id, "owner")
    if opportunity.stage.status != Retirable.Status.LIVE or not opportunity.stage.is_open:
        raise DomainError(_("Begin with a stage that is in use and still to be won."), "stage")
    refuse_past(opportunity.closes_on, "closes_on")
    take_product(opportunity)
    take_amount(opportunity)
    opportunity.branch, opportunity.staged_on = opportunity.owner.branch, bank_today()
    save_new(opportunity)
    return opportunity


@operation
def change(
    opportunity: Opportunity, *, by: User, fields: Iterable[str], version: int
) -> Opportunity:
    """Change what is expected of an opportunity, or who sells."""
    changed = set(fields)
    if not opportunity.can("change"):
        raise DomainError(_("This is won or lost, and stays as it is."))
    if "owner" in changed:
        refuse_seller(opportunity.owner, opportunity.customer_id, "owner")
        opportunity.branch = opportunity.owner.branch
        changed.add("branch")
    if "closes_on" in changed:
        refuse_past(opportunity.closes_on, "closes_on")
    if changed & {"product", "product_kind"}:
        take_product(opportunity)
        changed.add("product_kind")
    if changed & {"amount", "currency"}:
        take_amount(opportunity)
        changed.add("amount_base")
    save_changes(opportunity, changed, version=version)
    return opportunity


# --- from stage to stage ---------------------------------------------------------------


@operation
def move_to(
    opportunity: Opportunity,
    *,
    by: User,
    stage: OpportunityStage,
    version: int,
    lost_reason: str = "",
    reason: str = "",
) -> Opportunity:
    """Move an opportunity to another stage, forwards or back, or close it as won or lost."""
    rows = Opportunity._base_manager.select_for_update(of=("self",)).select_related("stage")
    opportunity.refresh_from_db(from_queryset=rows)
    if not opportunity.can("move"):
        raise DomainError(_("This is won or lost, and stays as it is."))
    if opportunity.version != version:
        raise Stale
    refuse_stage(opportunity, stage, lost_reason)
    if stage.outcome != Outcome.LOST:
        refuse_ended(opportunity.customer_id)
    opportunity.stage, opportunity.outcome = stage, stage.outcome
    opportunity.lost_reason = lost_reason if stage.outcome == Outcome.LOST else ""
    opportunity.staged_on = bank_today()
    opportunity.closed_on = None if stage.is_open else bank_today()
    write(
        opportunity,
        ["stage", "outcome", "lost_reason", "staged_on", "closed_on"],
        version=version,
    )
    return opportunity


def refuse_stage(opportunity: Opportunity, stage: OpportunityStage, lost_reason: str) -> None:
    """Refuse a stage that is no step, and a loss without its reason."""
    if stage.status != Retirable.Status.LIVE:
        raise DomainError(_("This stage is retired. Choose another one."), "stage")
    if stage.pk == opportunity.stage_id:
        raise DomainError(_("It is in this stage already. Choose another one."), "stage")
    if stage.outcome == Outcome.LOST and not lost_reason:
        raise DomainError(_("Say why it was lost."), "lost_reason")


# --- the stages themselves -------------------------------------------------------------


@operation
def change_stage(
    stage: OpportunityStage, *, by: User, fields: Iterable[str], version: int
) -> OpportunityStage:
    """Change a stage's names, place and probability; what it means stays."""
    save_changes(stage, set(fields) - {"code", "outcome"}, version=version)
    return stage


@operation
def retire_stage(stage: OpportunityStage, *, by: User, reason: str) -> None:
    """Let no opportunity come to a stage any more, once none stands there to be won."""
    # one at a time, so that two do not retire the last two
    list(OpportunityStage.objects.select_for_update().order_by("pk").values_list("pk"))
    stage.refresh_from_db()
    if stage.can("retire"):
        if stage.opportunities.open().exists():
            raise DomainError(_("Open opportunities are in this stage. Move them first."))
        others = OpportunityStage.objects.live().filter(outcome=stage.outcome)
        if not others.exclude(pk=stage.pk).exists():
            raise DomainError(_("This is the last stage of its kind. Enter another one first."))
    move(stage, "retire", by=by, reason=reason)


@operation
def restore_stage(stage: OpportunityStage, *, by: User, reason: str) -> None:
    """Let opportunities come to a stage again."""
    move(stage, "restore", by=by, reason=reason)
