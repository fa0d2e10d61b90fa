"""A case as its page shows it: what the rules measured, and what people asked and decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from config_admin.figures.declared import parameter
from crm.core.formats import day, money, number
from crm.core.models.records import Text
from risk.models import Alert, AlertCase, CaseProposal
from risk.warnings.rules import RULES

MEASURES: dict[str, Text] = {
    "overdue_days": gettext_lazy("Worst days overdue"),
    "overdue_amount": gettext_lazy("Debts that are overdue"),
    "last_month": gettext_lazy("Mean deposits of the last month"),
    "half_year": gettext_lazy("Mean deposits of the half year before"),
    "share": gettext_lazy("Share in per cent"),
    "credits": gettext_lazy("Credits of 90 days"),
    "usual_credits": gettext_lazy("Usual credits of 90 days"),
    "limits": gettext_lazy("Limits used up"),
    "month_ends": gettext_lazy("Of the last three month ends too"),
    "guarantor_overdue_days": gettext_lazy("Worst days overdue of a guarantor"),
    "guarantors": gettext_lazy("Guarantors overdue"),
}
AMOUNTS = frozenset({"overdue_amount", "last_month", "half_year", "credits", "usual_credits"})


@dataclass(frozen=True)
class Told:
    """An alert in words: what the rule says, what was measured, and what it was compared with."""

    alert: Alert
    label: Text
    meaning: Text
    measures: list[tuple[Text, str]]
    cut_offs: list[tuple[Text, str]]


def told(alert: Alert) -> Told:
    """An alert in words; the rule of an older version by its code."""
    rule = RULES.get(alert.rule)
    return Told(
        alert,
        rule.label if rule else alert.rule,
        rule.meaning if rule else "",
        [
            (label, shown(code, alert.measures[code]))
            for code, label in MEASURES.items()
            if code in alert.measures
        ],
        [(parameter(code).label, number(Decimal(v))) for code, v in alert.cut_offs.items()],
    )


def shown(code: str, value: Any) -> str:
    """A measured figure as people read it."""
    figure = Decimal(str(value))
    if code in AMOUNTS:
        return str(money(figure, settings.BASE_CURRENCY))
    return str(number(figure, 1 if code == "share" else 0))


@dataclass(frozen=True)
class Line:
    """Something that was said about a case."""

    at: dt.datetime
    who: str
    title: Text
    icon: str
    tone: str = ""
    text: str = ""
    more: list[str] = field(default_factory=list)


def said(case: AlertCase) -> list[Line]:
    """Questions, answers, proposals and decisions, the newest first."""
    return sorted([*asked(case), *decided(case)], key=lambda line: line.at, reverse=True)


def asked(case: AlertCase) -> Iterator[Line]:
    """What was asked about a case, and the answers."""
    for one in case.questions.select_related("asked_by", "answered_by"):
        title = _("Asked for information")
        yield Line(
            one.asked_at,
            one.asked_by.shown_name,
            title,
            "circle-question-mark",
            "ic-warn",
            one.text,
        )
        if one.answered_by and one.answered_at:
            title = _("Gave information")
            yield Line(
                one.answered_at, one.answered_by.shown_name, title, "reply", "ic-ok", one.reply
            )


def decided(case: AlertCase) -> Iterator[Line]:
    """What was proposed for a case, and what a second person said to it."""
    for one in case.proposals.select_related("proposed_by", "decided_by"):
        more = [one.evidence]
        if one.silent_until:
            more.append(_("Silent until %(day)s") % {"day": day(one.silent_until)})
        title = _("Proposed: %(outcome)s") % {"outcome": one.get_outcome_display()}
        yield Line(
            one.proposed_at, one.proposed_by.shown_name, title, "file-pen", "", one.reason, more
        )
        if one.decided_by and one.decided_at:
            is_approved = one.decision == CaseProposal.Decision.APPROVED
            yield Line(
                one.decided_at,
                one.decided_by.shown_name,
                DECIDED[one.decision],
                "check" if is_approved else "undo-2",
                "ic-ok" if is_approved else "ic-warn",
                one.remark,
            )


DECIDED: dict[str, Text] = {
    "approved": pgettext_lazy("alert case", "Approved the proposal"),
    "sent_back": pgettext_lazy("alert case", "Sent the proposal back"),
}
