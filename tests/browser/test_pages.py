"""Every page in both themes and languages: open to all readers, no wider than its window."""

from collections import defaultdict

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from crm.core.clock import bank_today
from crm.urls import RESOURCES
from sysadmin.notices.operations import News, tell
from sysadmin.operations import set_manner
from tests.factories import (
    AnnouncementFactory,
    BranchFactory,
    ClockStopFactory,
    HandedCustomerFactory,
    HandoverFactory,
    HoldingFactory,
    LicenceFactory,
    QueueMemberFactory,
    ReplyTemplateFactory,
    RequestCheckFactory,
    RequestEntryFactory,
    ServiceRequestFactory,
    StaffAssignmentFactory,
)
from tests.matrix.subjects import subject_of

from .bank import PHRASE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Axe()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "reporter": "no-passes",
    "preload": False,
}
# a small lap-top and a phone, beside the window in which a page is opened
NARROWER = (1024, 390)
# answers for a page that is open: the drawer, a list of candidates
PARTS = {"count", "filter", "find", "lookup", "panel"}
ERRORS = ("400", "403", "403_csrf", "404", "409", "415", "429", "500")
MANNERS = [("en", "light"), ("zh-hans", "dark")]
OTHER_MANNERS = [("en", "dark"), ("zh-hans", "light")]


# what stands on a page: each kind of element within its parent, with all by which it is judged but
# its words; a reference is part of it by whether it leads anywhere, a field by whether it is named
SHAPES = """part => {
  const named = e => e.tagName + "." + [...e.classList].sort().join(".");
  const leads = id => id === "" || document.getElementById(id) !== null;
  const value = (e, name) => {
    const text = e.getAttribute(name);
    if (/^(role|type|tabindex|lang|scope|autocomplete|hidden|disabled)$/.test(name)) return text;
    if (/^aria-(.*by|controls|owns|activedescendant|details|errormessage)$|^for$/.test(name))
      return text.split(/\\s+/).every(leads);
    return name.startsWith("aria-") && !name.endsWith("label") ? text : text === "";
  };
  const shape = e => [
    named(e.parentElement), named(e), e.labels ? e.labels.length : "",
    e.childElementCount > 0, e.textContent.trim() === "",
    ...e.getAttributeNames().filter(n => !/^(class|data-|hx-)/.test(n)).sort()
      .map(n => `${n}=${value(e, n)}`),
  ].join(" ");
  const all = [...document.querySelectorAll(part ? `${part}, ${part} *` : "body *")];
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  return [[...new Set(all.map(shape))], ids.filter((id, at) => ids.indexOf(id) !== at)];
}"""


# the shapes that were judged, by language, theme and window
JUDGED = defaultdict(set)


class Reader:
    """Opens pages, and keeps what bars somebody from using them.

    A page on which nothing stands that was not judged on another one before, in the same language
    and theme, is not judged again.
    """

    def __init__(self, page, watch, known=None):
        self.page = page
        self.watch = watch
        self.barred = []
        self.judged = set()
        self.known = set() if known is None else known

    def open(self, *addresses):
        """Open pages and judge each."""
        for address in addresses:
            self.page.goto(address)
            self.judge(address)

    def judge(self, name, *, part=None):
        """Judge what the page shows now, or one part of it, once everything has come."""
        expect(self.page.locator(".skeleton, .pager [hx-get] > .subtle")).to_have_count(0)
        self.judged.add(name)
        shapes, twice = self.page.evaluate(SHAPES, part)
        self.barred += [f"{name}: two elements are named {one}" for one in twice]
        is_new = not self.known.issuperset(shapes)
        if is_new:
            self._scan(name, part or self._new_part(shapes))
            self.known.update(shapes)
        if part is None:
            widths = NARROWER if is_new else NARROWER[-1:]
            self.barred += [f"{name}: wider than {width}" for width in self._too_narrow(widths)]

    def _new_part(self, shapes):
        """What stands on the page alone, where all around it was judged before."""
        within, _twice = self.page.evaluate(SHAPES, "main")
        return "main" if within and self.known.issuperset(set(shapes) - set(within)) else None

    def _scan(self, name, part):
        """Judge all that stands on the page by the rules of accessibility."""
        with self.watch.unheard():
            found = AXE.run(self.page, part, RULES).response["violations"]
        for rule in found:
            places = [node["target"][0] for node in rule["nodes"]]
            self.barred.append(f"{name}: {rule['id']} at {', '.join(places[:4])}")

    def _too_narrow(self, widths):
        """The windows in which the page would scroll sideways."""
        own = self.page.viewport_size
        found = []
        for width in (*widths, own["width"]):
            self.page.set_viewport_size({"width": width, "height": own["height"]})
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(width)
        return found


@pytest.fixture
def reader(desk, bank, watch):
    """Makes somebody who may open everything, and reads it in a language and a theme."""

    def make(language, theme, **window):
        set_manner(bank.everyone, language=language, theme=theme)
        page = desk(bank.everyone, **window)
        return Reader(page, watch, JUDGED[language, theme, *window.items()])

    return make


def turn_of(resource, manner):
    """Whose turn it is: what one template makes for all resources is read in one manner each."""
    return MANNERS.index(manner) + RESOURCES.index(resource)


def pages_of(resource, row, manner):
    """The addresses of a resource's own pages, its steps among them.

    Each is read in one manner, and the next in the other.
    """
    about_a_row = {"view", "change", *(step.name for step in resource.transitions)}
    own = [page for page in resource.pages if page not in PARTS]
    read = own[turn_of(resource, manner) % 2 :: 2]
    return [resource.url(page, row if page in about_a_row else None) for page in read]


def row_of(resource, bank):
    """A row of the resource, in the reader's reach."""
    subject = subject_of(resource.model)
    return (
        bank.person
        if isinstance(bank.person, resource.model)
        else subject.row(bank.branch, bank.lead)
    )


@pytest.mark.slow
@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_every_page_of_every_resource_is_open_to_all(reader, bank, language, theme):
    somebody = reader(language, theme)
    for resource in RESOURCES:
        row = row_of(resource, bank)
        somebody.open(*pages_of(resource, row, (language, theme)))
    assert len(somebody.judged) > len(RESOURCES)
    assert somebody.barred == []


@pytest.mark.slow
@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_filters_of_every_list_are_open_to_all(reader, language, theme):
    somebody = reader(language, theme)
    page = somebody.page
    for resource in RESOURCES:
        if "filter" in resource.pages and turn_of(resource, (language, theme)) % 2:
            page.goto(resource.url("list"))
            page.locator(f"[hx-get^='{resource.url('filter')}']").click()
            expect(page.locator("#drawer header")).to_be_visible()
            somebody.judge(resource.url("filter"), part="#drawer")
    assert somebody.judged
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_pages_around_the_organisation_are_open_to_all(reader, bank, language, theme):
    somebody = reader(language, theme)
    page, member = somebody.page, StaffAssignmentFactory(member=bank.lead).member
    LicenceFactory(member=member, expires_on=bank_today())
    BranchFactory(parent=bank.branch)
    somebody.open(
        reverse("staff:branch_tree"),
        reverse("staff:branch_move", args=[bank.branch.pk]),
        reverse("staff:staffmember_view", args=[member.pk]),
        reverse("staff:staffmember_move", args=[member.pk]),
        reverse("staff:staffmember_leave", args=[member.pk]),
    )
    handover = HandoverFactory(from_member=member)
    HoldingFactory(customer=bank.person, matures_on=bank_today())
    HandedCustomerFactory(handover=handover, customer=bank.person)
    for name in ("handover_view", "handover_accept", "handover_pack"):
        somebody.open(reverse(f"staff:{name}", args=[handover.pk]))
    somebody.open(reverse("customers:customer_hand_over") + f"?member={member.pk}")
    page.goto(reverse("staff:branch_tree"))
    page.locator(".tree details:not([open]) > summary").first.click()
    expect(page.locator(".tree .tree .tree .tree-row").first).to_be_visible()
    somebody.judge(reverse("staff:branch_tree"))
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_pages_around_a_customer_are_open_to_all(reader, bank, watch, language, theme):
    somebody = reader(language, theme)
    page, about = somebody.page, [bank.person.pk]
    watch.expect(422)
    document = bank.person.documents.get(is_primary=True)
    reveal = reverse("customers:customer_reveal", args=[*about, "document", document.pk])
    somebody.open(
        reverse("customers:customer_view", args=[bank.organisation.pk]),
        reverse("risk:customer_risk", args=[bank.organisation.pk]),
        reverse("customers:customer_history", args=about),
        reverse("customers:customer_timeline", args=about),
        reverse("customers:customer_document", args=about),
        reverse("customers:customer_contact", args=about),
        reverse("customers:customer_add") + "?kind=organisation",
        reverse("customers:customer_list") + "?kind=organisation&status=closed",
        reverse("customers:customer_list") + "?opened_after=yesterday",
    )
    somebody.open(reveal)
    page.locator(".savebar [type=submit]").click()
    expect(page.locator(".is-invalid")).to_be_visible()
    somebody.judge("reveal without a purpose")
    page.locator("[name=purpose]").select_option("check")
    page.locator(".savebar [type=submit]").click()
    expect(page.locator(".card .mask")).to_have_text(bank.document_number())
    somebody.judge("revealed")
    page.goto(reverse("customers:customer_add"))
    page.locator(".savebar [type=submit]").click()
    expect(page.locator(".note-bad")).to_be_visible()
    somebody.judge("a form with faults")
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_what_opens_over_a_page_is_open_to_all(reader, bank, watch, language, theme):
    somebody = reader(language, theme)
    page = somebody.page
    watch.expect(422)
    watch.answer_leaving(leaves=True)
    view = reverse("customers:customer_view", args=[bank.person.pk])

    def open_over(address, opener, part):
        page.goto(address)
        page.locator(opener).first.click()
        expect(page.locator(part).locator("header, [role=combobox], .pop-i").first).to_be_visible()
        somebody.judge(f"{opener} on {address}", part=part)

    for kind in ("contacts", "documents"):
        open_over(view, f"[hx-get$='{kind}/add/']", "#drawer")
        page.locator("#drawer [type=submit]").click()
        expect(page.locator("#drawer .note-bad")).to_be_visible()
        somebody.judge(f"{kind} with faults", part="#drawer")
    open_over(view, "[hx-get$='make_dormant/']", "#confirm")
    open_over(view, "#documents [hx-get*='reveal']", "#confirm")
    open_over("/system/grants/", "[hx-get$='grants/add/']", "#drawer")
    page.locator("#drawer [role=combobox]").first.press_sequentially(bank.newcomer.username)
    expect(page.locator("#drawer [role=option]")).to_have_count(1)
    somebody.judge("candidates of a look-up", part="#drawer")
    open_over(view, ".top [data-palette]", "#palette")
    tell([News(bank.everyone.pk, "services.given", "customers.customer", bank.person.pk)])
    AnnouncementFactory(branch=bank.head_office, importance="warn", must_acknowledge=True)
    page.goto(view)
    page.locator(".bell > summary").click()
    expect(page.locator(".bell .told")).to_be_visible()
    somebody.judge("the newest notifications below an announcement")
    open_over(view, ".top .menu:not(.bell) > summary", ".top .menu:not(.bell)")
    page.locator("[data-shortcuts]").click()
    expect(page.locator("#shortcuts")).to_be_visible()
    somebody.judge("the list of keys", part="#shortcuts")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(view)
    page.locator("[data-menu]").click()
    expect(page.locator("#nav-dialog .nav-i").first).to_be_visible()
    somebody.judge("the navigation of a phone", part="#nav-dialog")
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_pages_of_ones_own_sign_in_are_open_to_all(reader, bank, language, theme):
    somebody = reader(language, theme)
    page = somebody.page
    tell([News(bank.everyone.pk, "services.given", "customers.customer", bank.person.pk)])
    names = ("account_change_password", "mfa_index", "usersessions_list", "account_logout")
    told = ("sysadmin:notifications", "sysadmin:notification_choices")
    somebody.open(*map(reverse, ("home", *names, *told)))
    somebody.open(reverse("mfa_activate_totp"))
    page.locator("[name=password]").fill(PHRASE)
    page.locator("main [type=submit]").click()
    expect(page.locator(".qr")).to_be_visible()
    somebody.judge("an authenticator app is set up")
    somebody.open(reverse("mfa_list_webauthn"), reverse("mfa_add_webauthn"))
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_pages_before_the_bank_opens_are_open_to_all(desk, bank, watch, language, theme):
    somebody = Reader(desk(locale={"en": "en-GB", "zh-hans": "zh-CN"}[language]), watch)
    page = somebody.page
    page.context.add_cookies([{"name": "crm_theme", "value": theme, "url": watch.host}])
    somebody.open(reverse("account_login"), reverse("account_inactive"))
    page.goto(reverse("account_login"))
    page.locator("[name=login]").fill(bank.manager.username)
    page.locator("[name=password]").fill("not this phrase at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    somebody.judge("a wrong password")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), [*MANNERS, *OTHER_MANNERS])
def test_the_people_of_a_demonstration_are_open_to_all(desk, demonstration, watch, language, theme):
    somebody = Reader(desk(locale={"en": "en-GB", "zh-hans": "zh-CN"}[language]), watch)
    somebody.page.context.add_cookies([{"name": "crm_theme", "value": theme, "url": watch.host}])
    somebody.open(reverse("account_login"))
    somebody.page.locator(".who button").first.hover()
    somebody.judge("a person under the pointer")
    assert somebody.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_what_is_refused_is_said_on_a_page_open_to_all(reader, desk, bank, watch, language, theme):
    somebody = reader(language, theme)
    page = somebody.page
    watch.expect(403, 404)
    somebody.open("/customers/999999999/")
    set_manner(bank.newcomer, language=language, theme=theme)
    newcomer = Reader(desk(bank.newcomer), watch)
    newcomer.open("/customers/", "/")
    with translation.override(language):
        for name in ERRORS:
            said = get_template(f"{name}.html").render({"ui": {"theme": theme}, "request_id": "7f"})
            page.route(
                f"**/{name}/",
                lambda route, _r, body=said: route.fulfill(body=body, content_type="text/html"),
            )
            somebody.open(f"/{name}/")
    assert somebody.barred == newcomer.barred == []


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), OTHER_MANNERS)
def test_the_main_pages_are_open_to_all_in_the_other_manners_too(
    reader, bank, watch, language, theme
):
    watch.expect(422)
    somebody = reader(language, theme)
    somebody.open(
        reverse("account_change_password"),
        reverse("customers:customer_list") + "?status=active",
        reverse("customers:customer_view", args=[bank.person.pk]),
        reverse("customers:customer_history", args=[bank.person.pk]),
        reverse("customers:customer_change", args=[bank.person.pk]),
        reverse("sysadmin:role_view", args=[bank.grant.role_id]),
        reverse("sysadmin:auditevent_list"),
    )
    page = somebody.page
    page.goto(reverse("sysadmin:grant_add"))
    page.locator(".savebar [type=submit]").click()
    expect(page.locator(".note-bad")).to_be_visible()
    somebody.judge("a grant with faults")
    assert somebody.barred == []


def test_paper_shows_the_record_without_what_only_a_screen_can_use(at_work, bank):
    page = at_work
    page.goto(reverse("customers:customer_view", args=[bank.person.pk]))
    only_on_screen = page.locator(
        ".side, .top, .head .acts, .tabs, .card > header .end, button, [aria-label^=Reveal]"
    )
    expect(only_on_screen.locator("visible=true")).not_to_have_count(0)
    page.emulate_media(media="print")
    expect(only_on_screen.locator("visible=true")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#documents tbody tr").first).to_be_visible()
    for said in (bank.manager.shown_name, bank.person.shown_number):
        expect(page.locator(".print-foot")).to_contain_text(said)


def test_each_sheet_of_paper_ends_above_the_line_at_its_foot(at_work, bank):
    page = at_work
    page.goto(reverse("customers:customer_view", args=[bank.person.pk]))
    page.emulate_media(media="print")
    foot, space, of_each_sheet = page.evaluate(
        """() => {
          const main = getComputedStyle(document.querySelector(".main"));
          const foot = document.querySelector(".print-foot").getBoundingClientRect();
          return [foot.height, parseFloat(main.paddingBottom), main.boxDecorationBreak];
        }"""
    )
    assert space > foot > 0
    assert of_each_sheet == "clone"


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_pages_around_a_request_are_open_to_all(reader, bank, language, theme):
    somebody = reader(language, theme)
    page, me = somebody.page, bank.everyone.staff_member
    request = ServiceRequestFactory(
        customer=bank.person, owner=me, priority="urgent", description="第一行\n第二行"
    )
    ServiceRequestFactory(customer=bank.organisation, service=request.service)
    QueueMemberFactory(queue=request.queue, member=me)
    RequestCheckFactory(request=request)
    ReplyTemplateFactory(service=request.service)
    ClockStopFactory(request=request)
    RequestEntryFactory(request=request, kind="reply")
    somebody.open(
        reverse("services:servicerequest_view", args=[request.pk]),
        reverse("services:servicerequest_converse", args=[request.pk]),
        reverse("services:servicerequest_add") + f"?customer={bank.person.pk}",
        reverse("services:desk"),
    )
    page.locator(".inbox .list a").first.click()
    expect(page.locator("#request #conversation .ev")).to_have_count(3)
    somebody.judge("a request on the desk")
    page.locator("#request details.menu > summary, #request [hx-get*='/write/']").first.click()
    expect(page.locator("#drawer header")).to_be_visible()
    page.locator("#drawer [hx-get*='template=']").click()
    expect(page.locator("#drawer textarea")).not_to_have_value("")
    somebody.judge("a reply from a template", part="#drawer")
    assert somebody.barred == []
