"""A file of customers from the desk of an administrator into the bank, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from sysadmin.models import Grant
from sysadmin.operations import set_manner
from tests.factories import GrantFactory, StaffMemberFactory, load_roles
from tests.imports import CHINESE, csv, row
from tests.jobs import work_off

from .test_pages import AXE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "new": "New import of customers",
        "upload": "Upload",
        "missing": "Choose a file.",
        "check": "Try it out",
        "start": "Import now",
        "holds": "Customer name",
        "unnamed": "No column holds: Customer name.",
        "would": "This is what an import would do.",
        "reason": "Mobile number wrong",
        "done": "The file is imported.",
        "download": "Download refused rows",
    },
    "zh-hans": {
        "new": "新增客户导入",
        "upload": "上传",
        "missing": "请选择文件。",
        "check": "校验文件",
        "start": "立即导入",
        "holds": "客户名称",
        "unnamed": "以下各项没有对应的列：客户名称。",
        "would": "以下为导入后的预计结果",
        "reason": "手机号码有误",
        "done": "文件已导入。",
        "download": "下载被拒绝的行",
    },
}


@pytest.fixture
def importer(bank):
    """The staff administrator."""
    user = StaffMemberFactory(branch=bank.head_office, latin_name="Fang Wenlan").user
    role = load_roles()["staff_administrator"]
    GrantFactory(user=user, role=role, branch=bank.head_office, extent=Grant.Reach.BANK)
    return user


def barred(page, watch):
    """What would keep somebody from using the page."""
    with watch.unheard():
        found = AXE.run(page, None, RULES).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]


@pytest.mark.proves("CI-14")
@pytest.mark.proves("XX-6")
@pytest.mark.parametrize("language", WORDS)
def test_a_file_goes_from_the_desk_into_the_bank(desk, bank, importer, watch, language):
    say = WORDS[language]
    set_manner(importer, language=language, theme="dark" if language == "en" else "light")
    rows = [row(bank.branch), row(bank.branch, mobile="123"), row(bank.branch)]
    header = ("x", *CHINESE[1:2], "谁", *CHINESE[3:])
    known = Customer.objects.count()
    page = desk(importer)
    watch.expect(422)
    page.goto("/customers/imports/")
    page.get_by_role("link", name=say["new"]).click()
    page.get_by_role("button", name=say["upload"]).click()
    expect(page.locator("#div_id_file")).to_contain_text(say["missing"])
    file = {
        "name": "客户.csv",
        "mimeType": "text/csv",
        "buffer": csv(*rows, header=header, separator=";").encode("gb18030"),
    }
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name=say["upload"]).click()
    expect(page).to_have_url(re.compile(r"/columns/$"))
    assert rows[0]["document_number"] not in page.content()
    page.get_by_label("x", exact=True).select_option("customer_no")
    page.get_by_role("button", name=say["check"]).click()
    expect(page.get_by_role("alert")).to_contain_text(say["unnamed"])
    assert barred(page, watch) == []
    page.get_by_label("谁").select_option(label=say["holds"])
    page.get_by_role("button", name=say["check"]).click()
    expect(page.locator(".job progress")).to_be_visible()
    work_off()
    expect(page.locator("main")).to_contain_text(say["would"])
    expect(page.locator("main")).to_contain_text(say["reason"])
    assert barred(page, watch) == []
    page.get_by_role("link", name=say["start"]).click()
    page.locator("#confirm [name=reason]").fill("月度更新")
    page.locator("#confirm").get_by_role("button", name=say["start"]).click()
    expect(page.locator(".job progress")).to_be_visible()
    page.goto("/customers/imports/")
    work_off()
    page.get_by_role("link", name="客户.csv").click()
    expect(page.locator("main")).to_contain_text(say["done"])
    assert Customer.objects.count() == known + 2
    with page.expect_download() as begun:
        page.get_by_role("link", name=say["download"]).click()
    assert begun.value.suggested_filename.endswith(".xlsx")
    assert barred(page, watch) == []
