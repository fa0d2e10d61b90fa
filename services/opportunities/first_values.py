"""The stages that a new installation begins with; a bank changes them as it likes."""

from __future__ import annotations

from crm.core.operations import save_new
from services.models import OpportunityStage

GAP = 10
# code, English, Chinese, what becomes of it, how likely it comes to a sale in per cent
STAGES = (
    ("interest", "Interest", "意向", "open", 10),
    ("needs", "Needs clarified", "需求确认", "open", 25),
    ("offer", "Offer made", "方案报价", "open", 50),
    ("negotiation", "Negotiation", "商务洽谈", "open", 70),
    ("signing", "Approval and signing", "审批签约", "open", 90),
    ("won", "Won", "已成交", "won", 100),
    ("lost", "Lost", "已失败", "lost", 0),
)


def enter_missing() -> int:
    """Enter the stages that are not there yet, by code; the caller acts."""
    known = set(OpportunityStage.objects.values_list("code", flat=True))
    missing = [(at, one) for at, one in enumerate(STAGES, start=1) if one[0] not in known]
    for at, (code, name, name_zh, outcome, probability) in missing:
        save_new(
            OpportunityStage(
                code=code,
                name=name,
                name_zh=name_zh,
                outcome=outcome,
                probability=probability,
                position=at * GAP,
            )
        )
    return len(missing)
