"""What people have to do this week in the demonstration bank, and whom they meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from crm.core.clock import bank_today, clock_at, midnight, now
from customers.models import Customer
from services.agenda import operations as tasks
from services.appointments import operations as appointments
from services.models import Appointment, Task
from staff.models import StaffMember
from sysadmin.models import User

MANAGER, HEAD = "lin.yue", "shen.zhiheng"
HIGH, NORMAL, LOW = Task.Priority
A_DAY, AN_HOUR = Task.Reminder.DAY, Task.Reminder.HOUR


@dataclass(frozen=True)
class Plan:
    """Something to do: so many days from today, about the customer at a place in the portfolio."""

    days: int
    title: str
    customer: int = -1
    at: str = ""
    priority: Task.Priority = NORMAL
    remind: Task.Reminder | None = None
    source: str = ""
    from_head: bool = False
    is_done: bool = False


PLANS = (
    Plan(-3, "Send the statement of last year · 寄送上年度对账单", 0, source="Call · 电访"),
    Plan(-1, "Renew the risk questionnaire · 更新风险测评问卷", 1, priority=HIGH, from_head=True),
    Plan(0, "Ring about the deposit that matures · 存款到期提醒电话", 2, "10:00", HIGH, AN_HOUR),
    Plan(0, "Ask for the new business licence · 索取新营业执照", 3, source="Visit · 走访"),
    Plan(0, "Prepare the portfolio review · 准备资产检视材料", 4, priority=LOW),
    Plan(0, "Hand in the weekly figures · 提交周报", at="17:00", from_head=True),
    Plan(0, "Answer on the card limit · 答复信用卡额度", 5, is_done=True),
    Plan(1, "Visit the workshop · 走访企业车间", 6, "14:30", remind=A_DAY),
    Plan(2, "Check the address again · 核实地址", 7, remind=Task.Reminder.WEEK),
    Plan(3, "Explain the new wealth product · 讲解新理财产品", 8, source="Campaign · 营销活动"),
    Plan(6, "Wish a happy birthday · 生日祝福", 9, priority=LOW, remind=A_DAY),
    Plan(9, "Follow up on the housing loan · 跟进住房贷款", 10),
)
OF_THE_HEAD = (
    Plan(0, "Sign the handovers · 签批客户移交", priority=HIGH),
    Plan(0, "Talk about targets with the team · 与团队沟通目标", at="16:00"),
    Plan(2, "Visit a strategic customer · 拜访战略客户", 0, "09:30", remind=A_DAY),
)
# days from today, time, minutes, purpose, what came of it
MEETINGS = (
    (-1, "10:00", 45, "care", "hold"),
    (-1, "15:00", 30, "product", "miss"),
    (0, "09:30", 30, "maturity", ""),
    (0, "11:00", 60, "tier_upgrade", ""),
    (0, "15:30", 45, "after_sale", ""),
    (1, "10:30", 30, "product", ""),
    (2, "14:00", 60, "data_check", ""),
    (4, "09:30", 45, "care", ""),
)
Post = StaffMember.Post
THEY_MEET = (
    Post.WEALTH_MANAGER,
    Post.PRIVATE_BANKER,
    Post.CORPORATE_RM,
    Post.SMALL_BUSINESS_RM,
    Post.RETAIL_LOAN_RM,
    Post.LOBBY_MANAGER,
)
MOST_COLLEAGUES = 5


def plan(today: dt.date) -> None:
    """Let the managers of an outlet and its head enter their week."""
    people = {name: StaffMember.objects.get(user__username=name) for name in (MANAGER, HEAD)}
    head = people[HEAD].user
    enter_tasks(people[MANAGER], PLANS, today, head)
    enter_tasks(people[HEAD], OF_THE_HEAD, today, head)
    manager = people[MANAGER]
    book(manager, today)
    colleagues = StaffMember.objects.present().filter(
        branch=manager.branch, user__isnull=False, post__in=THEY_MEET
    )
    others = colleagues.exclude(pk=manager.pk).order_by("number")
    for place, colleague in enumerate(others[:MOST_COLLEAGUES], 1):
        book(colleague, today, skip=place)


def led_by(member: StaffMember) -> list[Customer]:
    """The first customers of a manager; the outlet's own for those who lead nobody."""
    rows = Customer.objects.filter(status__in=Customer.OPEN).order_by("number")
    own = list(rows.filter(lead_manager=member)[:20])
    return own or list(rows.filter(home_branch=member.branch)[:20])


def begun(due_on: dt.date) -> dt.datetime:
    """When a task was given: now, or in the morning of its day if that is over."""
    return now() if due_on >= bank_today() else midnight(due_on) + dt.timedelta(hours=9)


def enter_tasks(
    member: StaffMember, plans: tuple[Plan, ...], today: dt.date, head: User | None
) -> None:
    """Enter what somebody has to do, given by the head where the plan says so."""
    customers = led_by(member)
    for one in plans:
        by = head if one.from_head else member.user
        if by is None or member.user is None or not customers:
            continue
        task = Task(
            title=one.title,
            member=member,
            customer=customers[one.customer % len(customers)] if one.customer >= 0 else None,
            due_on=working(today, one.days),
            due_at=dt.time.fromisoformat(one.at) if one.at else None,
            priority=one.priority,
            remind_before=one.remind,
            source=one.source,
        )
        with clock_at(begun(task.due_on)):
            tasks.give(task, by=by)
        if one.is_done:
            tasks.finish(task, by=member.user)


def book(member: StaffMember, today: dt.date, skip: int = 0) -> None:
    """Enter whom somebody meets this week; with `skip` only some of it, half an hour later."""
    user, customers = member.user, led_by(member)
    if user is None or not customers:
        return
    for place, (days, at, minutes, purpose, came) in enumerate(MEETINGS):
        if skip and place % (skip + 1) == 0:
            continue
        begins = moment(working(today, days), at)
        begins += dt.timedelta(minutes=30 * (skip % 3))
        appointment = Appointment(
            customer=customers[(place + 2) % len(customers)],
            member=member,
            branch=member.branch,
            begins_at=begins,
            ends_at=begins + dt.timedelta(minutes=minutes),
            purpose=purpose,
        )
        # as it was two days before, if that is over
        with clock_at(min(begins - dt.timedelta(days=2), now())):
            appointments.book(appointment, by=user)
        if came:
            step = {"hold": appointments.hold, "miss": appointments.miss}[came]
            with clock_at(appointment.ends_at):
                step(appointment, by=user)


def working(today: dt.date, days: int) -> dt.date:
    """So many days from today; what is still to come stays clear of weekends."""
    day = today + dt.timedelta(days=days)
    return day + dt.timedelta(days=2) if days > 0 and day.weekday() > 4 else day


def moment(day: dt.date, at: str) -> dt.datetime:
    """A time of a day by the bank's clock."""
    return timezone.make_aware(
        dt.datetime.combine(day, dt.time.fromisoformat(at)), timezone.get_default_timezone()
    )
