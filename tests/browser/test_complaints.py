"""A complaint from receipt to closing, by three people, in Chinese."""

import pytest
from playwright.sync_api import expect

from services.models import Complaint
from sysadmin.operations import set_manner
from tests.factories import GrantFactory, StaffMemberFactory, load_roles
from tests.factories_services.complaints import prepare

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(bank):
    """An agent, a team leader and a compliance officer who read Chinese."""
    prepare()
    roles, found = load_roles(), {}
    for role, place in (
        ("service_agent", bank.branch),
        ("service_team_leader", bank.branch),
        ("compliance_officer", bank.head_office),
    ):
        member = StaffMemberFactory(branch=place)
        GrantFactory(user=member.user, role=roles[role], branch=place, extent="branches_below")
        set_manner(member.user, language="zh-hans", theme="light")
        found[role] = member
    return found


def take(page, step):
    """Press the button of a step, and give what opens."""
    page.locator(".head .acts").get_by_role("link", name=step, exact=True).click()
    return page.locator("#drawer, #confirm").filter(has=page.locator("form"))


def choose(page, opened, name, number):
    """Choose a member of staff by typing the number."""
    opened.get_by_role("combobox", name=name).press_sequentially(number)
    expect(opened.locator("[role=option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")


@pytest.mark.proves("CS-3")
def test_a_complaint_is_received_assigned_answered_and_closed_in_chinese(desk, bank, people):
    agent, leader, officer = people.values()
    page = desk(agent.user)
    page.goto(f"/customers/{bank.person.pk}/")
    page.get_by_role("link", name="受理投诉").click()
    page.locator("[name=channel]").select_option(label="客服热线")
    page.locator("[name=business]").select_option(label="借记卡")
    page.locator("[name=cause]").select_option(label="定价收费")
    page.locator("[name=description]").fill("年费重复扣收")
    page.locator("[name=expected]").fill("退还年费")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".head .chips")).to_contain_text("已受理")
    expect(page.locator(".facts")).to_contain_text("剩 15 天")
    address = page.url

    lead = desk(leader.user)
    lead.goto(address)
    opened = take(lead, "分派")
    choose(lead, opened, "承办人", agent.number)
    opened.get_by_role("button", name="分派").click()
    expect(lead.locator(".head .chips")).to_contain_text("已分派")

    page.reload()
    take(page, "开始调查").get_by_role("button", name="开始调查").click()
    expect(page.locator(".head .chips")).to_contain_text("调查中")
    opened = take(page, "调查与处理")
    opened.locator("[name=finding]").select_option(label="属实")
    opened.locator("[name=findings]").fill("系统重复扣费")
    opened.locator("[name=root_cause]").fill("批处理重跑")
    opened.get_by_role("button", name="调查与处理").click()
    expect(page.locator("main")).to_contain_text("批处理重跑")
    opened = take(page, "答复")
    opened.locator("[name=text]").fill("已退还年费，敬请谅解。")
    for way in opened.locator("[name=ways]").all():
        way.check()
    opened.get_by_role("button", name="答复").click()
    expect(page.locator(".head .chips")).to_contain_text("已答复")
    expect(page.locator("main")).to_contain_text("向监管部门投诉")

    review = desk(officer.user)
    review.goto(address)
    take(review, "办结").get_by_role("button", name="办结").click()
    expect(review.locator(".head .chips")).to_contain_text("已办结")
    assert Complaint.objects.get().status == Complaint.Status.CLOSED
