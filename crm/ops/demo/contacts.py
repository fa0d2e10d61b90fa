"""What was talked about with customers of the demonstration bank, and what was promised."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from django.utils import timezone

from crm.core.acting import acting
from crm.core.clock import clock_at, midnight, now
from customers.models import Customer, TimelineEntry
from customers.timeline.operations import entry_of
from services.models import Contact, ContactAttendee, ContactNote, Promise
from staff.models import StaffMember
from sysadmin.models import User

Kind, Direction, Status = Contact.Kind, Contact.Direction, Promise.Status
OUT, IN = Direction.OUTGOING, Direction.INCOMING
# kept as it stands with the changes, so it speaks both languages
ENTERED = "Taken over from the old system · 旧系统迁入"
A_MANAGER, SIGNED_IN, MOST = 5, "lin.yue", 40
LAST_DAYS = 118


@dataclass(frozen=True)
class Scene:
    """A contact as it might have been, with what was promised in it."""

    kind: str
    direction: str
    purpose: str
    result: str
    summary: str
    next_step: str = ""
    promise: str = ""
    note: str = ""
    is_confidential: bool = False


PERSONS = (
    Scene(
        Kind.CALL, OUT, "maturity", "interested",
        "三年期定期存款本月底到期，客户倾向续存一部分，其余考虑大额存单，关心提前支取怎么计息。",
        "准备大额存单与定期的利率对比", "周内发送大额存单利率对比表",
    ),
    Scene(
        Kind.CALL, OUT, "care", "reached",
        "生日问候。客户刚退休，计划与老伴外出旅行两个月，期间请用微信联系。",
    ),
    Scene(
        Kind.MEETING, IN, "product", "interested",
        "来网点咨询稳健型理财，讲解了现金管理类与固定收益类的区别；客户要与家人商量后再定。",
        "下周回访", "提供两款产品的说明书", "客户来电确认，下周三上午到网点。",
    ),
    Scene(
        Kind.CALL, OUT, "activation", "no_answer",
        "手机银行开通后三个月未登录，致电无人接听，已发短信说明登录方法。", "换时段再拨",
    ),
    Scene(
        Kind.CALL, IN, "after_sale", "done",
        "Asked why the net value of the fixed-income product fell last week. Explained how bonds "
        "are marked to market; the customer is calm and keeps the product.",
    ),
    Scene(
        Kind.VISIT, OUT, "care", "reached",
        "上门看望，客户手术后在家休养，希望近期的信用卡账单延后还款，已说明申请办法。",
        "协助提交延期还款申请", "代为转交延期还款申请材料", "", is_confidential=True,
    ),
    Scene(
        Kind.MESSAGE, OUT, "data_check", "done",
        "身份证件下月到期，已提醒更新；客户在手机银行上传了新证件，核对无误。",
    ),
    Scene(
        Kind.CALL, IN, "complaint_follow_up", "call_back",
        "客户对柜台排队时间不满，已致歉并介绍预约取号；约定处理后回复。",
        "向网点核实当日窗口安排", "两日内答复排队问题的处理结果",
    ),
    Scene(
        Kind.CALL, OUT, "retention", "refused",
        "上月转出二十万元至他行，称他行利率更高。介绍了我行特色存款，客户暂不考虑。",
        "季末再联系",
    ),
    Scene(
        Kind.MEETING, OUT, "tier_upgrade", "interested",
        "Close to the diamond tier: another CNY 120,000 on monthly average would do. Went through "
        "the benefits (airport lounge, health check); she will move her salary account to us.",
        "Send the list of benefits", "Send the list of benefits in English",
    ),
    Scene(
        Kind.VISIT, OUT, "product", "call_back",
        "客户准备出售一套房产，预计回款三百万元，尚未告诉家人，希望先了解保本类安排。",
        "拟订资产配置建议", "提交资产配置建议书", "", is_confidential=True,
    ),
    Scene(
        Kind.CALL, OUT, "cdd_review", "done",
        "尽职调查资料更新：职业由企业职员变更为个体经营，收入来源已补充说明。",
    ),
)  # fmt: skip
FIRMS = (
    Scene(
        Kind.VISIT, OUT, "post_loan", "reached",
        "贷后走访：车间开工率约八成，应收账款回收变慢，主要客户账期由六十天延长到九十天。",
        "取得三季度应收账款明细", "提供应收账款融资方案",
    ),
    Scene(
        Kind.CALL, IN, "product", "interested",
        "财务负责人询问银行承兑汇票保证金比例能否下调，已说明需提交授信审批。",
        "整理近一年结算流水", "三个工作日内答复保证金比例",
    ),
    Scene(
        Kind.MEETING, OUT, "pre_loan", "interested",
        "The company plans a second line and asks for a fixed-asset loan of CNY 15M over five "
        "years. Agreed which documents are needed; the board decides next month.",
        "Send the checklist of documents", "Send the checklist of loan documents",
    ),
    Scene(
        Kind.CALL, OUT, "maturity", "done",
        "流动资金贷款下月到期，客户确认资金已安排，到期正常归还后申请续作。",
    ),
    Scene(
        Kind.VISIT, OUT, "care", "reached",
        "企业正与外地集团商谈股权转让，未公开，谈成后结算账户可能调整。请注意保密。",
        "关注工商变更", "", "", is_confidential=True,
    ),
    Scene(
        Kind.MESSAGE, OUT, "activation", "done",
        "代发工资员工中仍有三十余人未激活卡片，已将名单与办理时间发给人事经理。",
        "", "安排上门集中激活",
    ),
)  # fmt: skip
# how many days after the contact a promise is due, and what became of it if that is over
DUE = ((3, Status.KEPT), (5, Status.KEPT), (2, Status.KEPT), (7, Status.BROKEN),
       (4, Status.KEPT), (3, Status.KEPT_LATE), (6, Status.KEPT))  # fmt: skip
WAITING = (0, 0, 1, 2, 5, 9)
REVIEWS = (
    "记录完整，下次请写明客户的具体金额。",
    "跟进及时。",
    "Clear. Say next time who decides at the customer's.",
)


def enter(system: User, today: dt.date) -> None:
    """Contacts of the last months with the customers of each manager, and what was promised."""
    rows = list(contacts(today))
    with acting(by=system, reason=ENTERED):
        Contact.objects.bulk_create(row for row, _scene in rows)
        ContactAttendee.objects.bulk_create(attendees(rows))
        ContactNote.objects.bulk_create(notes(rows))
        made = Promise.objects.bulk_create(promises(rows, today))
        told = [*contacts_told(rows), *promises_told(made, system)]
        TimelineEntry.objects.bulk_create(filter(None, told))


def led() -> list[Customer]:
    """Some customers of each manager, more of the one who signs in."""
    found = Customer.objects.filter(status__in=Customer.OPEN).exclude(lead_manager=None)
    by_manager: dict[int | None, list[Customer]] = {}
    for customer in found.select_related("lead_manager__user").order_by("number"):
        held = by_manager.setdefault(customer.lead_manager_id, [])
        manager = customer.lead_manager
        is_own = manager is not None and manager.user and manager.user.username == SIGNED_IN
        if len(held) < (MOST if is_own else A_MANAGER):
            held.append(customer)
    return [customer for held in by_manager.values() for customer in held]


def contacts(today: dt.date) -> list[tuple[Contact, Scene]]:
    """Each contact with its scene: some today, the others over the months before."""
    persons, firms, found = cycle(PERSONS), cycle(FIRMS), []
    heads = {
        head.branch_id: head.user
        for head in StaffMember.objects.filter(
            post=StaffMember.Post.SUB_BRANCH_HEAD
        ).select_related("user")
    }
    for place, customer in enumerate(led()):
        for again in range(2 if place % 3 else 3):
            scene = next(persons if customer.is_person else firms)
            days = (place * 7 + again * 31) % LAST_DAYS
            contact = Contact(
                customer=customer,
                author=customer.lead_manager,
                kind=scene.kind,
                direction=scene.direction,
                at=moment(today, days, place),
                purpose=scene.purpose,
                result=scene.result,
                summary=scene.summary,
                next_step=scene.next_step,
                is_confidential=scene.is_confidential,
            )
            contact.entered_at = contact.at
            if scene.next_step:
                contact.next_on = today + dt.timedelta(days=7 - days)
            head = heads.get(contact.author.branch_id)
            if head and head != contact.author.user and place % 5 == 0 and days > 1:
                contact.status, contact.reviewed_by = Contact.Status.REVIEWED, head
                contact.reviewed_at = contact.at + dt.timedelta(hours=20)
                contact.review = REVIEWS[place // 5 % len(REVIEWS)]
            found.append((contact, scene))
    return found


def moment(today: dt.date, days: int, place: int) -> dt.datetime:
    """A time of a working day so many days ago; today's have just been."""
    day = today - dt.timedelta(days=days)
    if days == 0:
        return now() - dt.timedelta(minutes=20 + place % 30)
    day -= dt.timedelta(days=max(day.weekday() - 4, 0))
    time = dt.time(9 + place % 8, place * 7 % 60)
    return dt.datetime.combine(day, time, timezone.get_default_timezone())


def attendees(rows: list[tuple[Contact, Scene]]) -> list[ContactAttendee]:
    """Superiors who came along on some visits."""
    visits = [contact for contact, scene in rows if scene.kind == Kind.VISIT][::2]
    return [
        ContactAttendee(contact=visit, customer=visit.customer, member=visit.author.supervisor)
        for visit in visits
        if visit.author.supervisor
    ]


def notes(rows: list[tuple[Contact, Scene]]) -> list[ContactNote]:
    """What was added a day later."""
    return [
        ContactNote(
            contact=contact,
            customer=contact.customer,
            by=contact.author.user,
            at=min(contact.at + dt.timedelta(days=1), now()),
            text=scene.note,
        )
        for contact, scene in rows
        if scene.note and contact.author.user
    ]


def promises(rows: list[tuple[Contact, Scene]], today: dt.date) -> list[Promise]:
    """What was promised: kept, kept late, broken, due today and still to come."""
    turns, found = cycle(DUE), []
    # whoever has promised anything that is not over has something to keep today
    waiting: dict[int, Iterator[int]] = defaultdict(lambda: cycle(WAITING))
    for contact, scene in rows:
        if not scene.promise:
            continue
        made_on = contact.at.astimezone(timezone.get_default_timezone()).date()
        days, status = next(turns)
        due_on = made_on + dt.timedelta(days=days)
        if due_on >= today:
            due_on, status = (
                today + dt.timedelta(days=next(waiting[contact.author_id])),
                Status.OPEN,
            )
        settled = {Status.KEPT: due_on, Status.KEPT_LATE: due_on + dt.timedelta(days=2)}
        is_kept = status in settled
        found.append(
            Promise(
                customer=contact.customer,
                contact=contact,
                words=scene.promise,
                due_on=due_on,
                owner=contact.author,
                made_on=made_on,
                is_confidential=scene.is_confidential,
                status=status,
                settled_on=min(settled[status], today) if is_kept else None,
                remark="已办妥并告知客户 · Done, customer told" if is_kept else "",
            )
        )
    return found


def contacts_told(rows: list[tuple[Contact, Scene]]) -> Iterator[TimelineEntry | None]:
    """What the timelines tell of the contacts."""
    for contact, _scene in rows:
        if contact.author.user:
            yield entry_of("log", contact, by=contact.author.user)


def promises_told(made: list[Promise], system: User) -> Iterator[TimelineEntry | None]:
    """What the timelines tell of the promises: made in the contact, and what became of them."""
    for promise in made:
        maker = promise.owner.user
        if maker is None or promise.contact is None:
            continue
        yield told_at(promise.contact.at, "make", promise, maker)
        if promise.settled_on:
            yield told_at(morning(promise.settled_on), "keep", promise, maker)
        elif promise.status == Status.BROKEN:
            over = midnight(promise.due_on + dt.timedelta(days=1))
            yield told_at(over, "break_overdue", promise, system)


def told_at(at: dt.datetime, verb: str, promise: Promise, by: User) -> TimelineEntry | None:
    """What was told of a promise at a moment."""
    with clock_at(at):
        return entry_of(verb, promise, by=by)


def morning(day: dt.date) -> dt.datetime:
    """Ten o'clock of a day, or now if that is still to come."""
    return min(midnight(day) + dt.timedelta(hours=10), now())
