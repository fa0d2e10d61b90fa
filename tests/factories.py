"""Valid rows in few words; one factory per model, each acting as the system."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from functools import cache
from typing import Any

import factory
from factory.django import DjangoModelFactory

from config_admin.models import (
    Calendar,
    CalendarDay,
    ChecklistItem,
    CurrencyRate,
    Dictionary,
    DictionaryEntry,
    NumberSeries,
    ParameterValue,
    Product,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceEdition,
    ServiceField,
    ServiceQueue,
    ServiceType,
    WorkingWeek,
)
from crm.core.acting import acting, current_actor
from crm.core.clock import bank_today, now
from crm.core.models import ApprovalPolicy, SavedView
from crm.core.sealed import reserve_keys, seal_into
from crm.ops.roles import ROLES
from customers import numbers, operations
from customers.feeds import account_numbers
from customers.models import (
    ConflictOfInterest,
    ContactPoint,
    Customer,
    FeedBatch,
    HandedCustomer,
    Holding,
    HoldingParty,
    HoldingYear,
    IdentityDocument,
    LifeFact,
    Link,
    Ownership,
    RelatedPerson,
    SourceKey,
    Transaction,
)
from customers.names import pinyin
from customers.products import KIND_OF
from services.models import ClockStop, QueueMember, RequestCheck, RequestEntry, ServiceRequest
from staff.models import (
    AuthorityLimit,
    Branch,
    Handover,
    Licence,
    PostRole,
    StaffAssignment,
    StaffMember,
)
from sysadmin.models import (
    Acknowledgement,
    Announcement,
    Grant,
    IncompatibleDuties,
    Role,
    User,
    period,
    system_user,
)

serials = itertools.count(1)
GAP = 1000
FULL_WIDTH = 10**9


class Recorded(DjangoModelFactory):
    """A row entered by the system, as nothing is written without an actor."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if current_actor():
            return super()._create(model_class, *args, **kwargs)
        with acting(by=system_user()):
            return super()._create(model_class, *args, **kwargs)


class ApprovalPolicyFactory(Recorded):
    """A policy that holds back the closing of customers."""

    class Meta:
        model = ApprovalPolicy

    operation = "customers.close/1"
    role = factory.SubFactory("tests.factories.RoleFactory", actions=["core.approve_approval"])


class SavedViewFactory(Recorded):
    """A view of the customers' list."""

    class Meta:
        model = SavedView

    resource = "customers.customer"
    owner = factory.SubFactory("tests.factories.UserFactory")
    name = factory.Sequence("My view {}".format)
    address = "status=active"


class DictionaryFactory(Recorded):
    """A dictionary without entries."""

    class Meta:
        model = Dictionary

    code = factory.Sequence("dictionary_{}".format)
    name = factory.Sequence("Dictionary {}".format)
    name_zh = factory.Sequence("字典{}".format)


class DictionaryEntryFactory(Recorded):
    """An entry in use of a dictionary of its own."""

    class Meta:
        model = DictionaryEntry

    dictionary = factory.SubFactory(DictionaryFactory)
    code = factory.Sequence("entry_{}".format)
    name = factory.Sequence("Entry {}".format)
    name_zh = factory.Sequence("条目{}".format)


class ProductFactory(Recorded):
    """A deposit in draft."""

    class Meta:
        model = Product

    code = factory.Sequence("product_{}".format)
    name = factory.Sequence("Product {}".format)
    name_zh = factory.Sequence("产品{}".format)
    kind = Product.Kind.DEPOSIT
    owner = "Retail Banking"
    sold_from = factory.LazyFunction(bank_today)


class CalendarFactory(Recorded):
    """A calendar without working time."""

    class Meta:
        model = Calendar

    code = factory.Sequence("calendar_{}".format)
    name = factory.Sequence("Calendar {}".format)
    name_zh = factory.Sequence("日历{}".format)


class WorkingWeekFactory(Recorded):
    """Five days of eight hours, from a day on."""

    class Meta:
        model = WorkingWeek

    calendar = factory.SubFactory(CalendarFactory)
    valid = factory.LazyFunction(lambda: period(dt.date(2020, 1, 1)))
    monday = tuesday = wednesday = thursday = friday = "09:00-17:00"


class CalendarDayFactory(Recorded):
    """A holiday."""

    class Meta:
        model = CalendarDay

    calendar = factory.SubFactory(CalendarFactory)
    on = factory.Sequence(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))
    kind = CalendarDay.Kind.HOLIDAY
    name = factory.Sequence("Day {}".format)
    name_zh = factory.Sequence("假日{}".format)


class ServiceQueueFactory(Recorded):
    """A queue with a calendar of its own."""

    class Meta:
        model = ServiceQueue

    code = factory.Sequence("queue_{}".format)
    name = factory.Sequence("Queue {}".format)
    name_zh = factory.Sequence("队列{}".format)
    calendar = factory.SubFactory(CalendarFactory)


class ServiceCategoryFactory(Recorded):
    """A category at the top of the tree."""

    class Meta:
        model = ServiceCategory

    code = factory.Sequence("category_{}".format)
    name = factory.Sequence("Category {}".format)
    name_zh = factory.Sequence("类别{}".format)


class ServiceTypeFactory(Recorded):
    """A draft of a service.

    `deadlined` ones say by when their steps are usually done; `offered` ones have working hours,
    a number series and somebody who may ask for them.
    """

    class Meta:
        model = ServiceType

    code = factory.Sequence("service_{}".format)
    name = factory.Sequence("Service {}".format)
    name_zh = factory.Sequence("服务{}".format)
    kind = ServiceType.Kind.REQUEST
    category = factory.SubFactory(ServiceCategoryFactory)
    queue = factory.SubFactory(ServiceQueueFactory)

    @classmethod
    def deadlined(cls, **values: Any) -> ServiceType:
        service = cls(**values)
        for step in ServiceDeadline.Step:
            ServiceDeadlineFactory(service=service, step=step)
        return service

    @classmethod
    def offered(cls, **values: Any) -> ServiceType:
        service = cls.deadlined(status=ServiceType.Status.OFFERED, **values)
        calendar = service.queue.calendar
        if not calendar.weeks.exists():
            WorkingWeekFactory(calendar=calendar)
        for code in ("case", "complaint"):
            if not NumberSeries.objects.filter(code=code).exists():
                NumberSeriesFactory(code=code)
        return service


class ServiceDeadlineFactory(Recorded):
    """A first response within an hour."""

    class Meta:
        model = ServiceDeadline

    service = factory.SubFactory(ServiceTypeFactory)
    step = ServiceDeadline.Step.RESPONSE
    priority = ServiceDeadline.Priority.NORMAL
    amount = 60
    unit = ServiceDeadline.Unit.WORKING_MINUTES


class ServiceFieldFactory(Recorded):
    """A text that may be left out."""

    class Meta:
        model = ServiceField

    service = factory.SubFactory(ServiceTypeFactory)
    code = factory.Sequence("field_{}".format)
    name = factory.Sequence("Field {}".format)
    name_zh = factory.Sequence("字段{}".format)
    kind = ServiceField.Kind.TEXT


class ServiceEditionFactory(Recorded):
    """The fields of a service, none, as they were published."""

    class Meta:
        model = ServiceEdition

    service = factory.SubFactory(ServiceTypeFactory)
    number = 1


class ChecklistItemFactory(Recorded):
    """Something to be checked."""

    class Meta:
        model = ChecklistItem

    service = factory.SubFactory(ServiceTypeFactory)
    name = factory.Sequence("Check {}".format)
    name_zh = factory.Sequence("检查{}".format)


class ReplyTemplateFactory(Recorded):
    """A reply that names the customer."""

    class Meta:
        model = ReplyTemplate

    service = factory.SubFactory(ServiceTypeFactory)
    name = factory.Sequence("Reply {}".format)
    name_zh = factory.Sequence("回复{}".format)
    text = "Dear {customer_name}"
    text_zh = "尊敬的{customer_name}"


class CurrencyRateFactory(Recorded):
    """What a dollar was worth from a day on."""

    class Meta:
        model = CurrencyRate

    currency = "USD"
    on = factory.Sequence(lambda n: dt.date(2001, 1, 1) + dt.timedelta(days=n))
    rate = Decimal("7.10250000")


class ParameterValueFactory(Recorded):
    """What a parameter was on one day."""

    class Meta:
        model = ParameterValue

    code = "calendar_warning_days"
    value = "60"
    valid = factory.Sequence(
        lambda n: period(
            dt.date(2001, 1, 1) + dt.timedelta(n), dt.date(2001, 1, 2) + dt.timedelta(n)
        )
    )


class NumberSeriesFactory(Recorded):
    """A series that begins anew each year."""

    class Meta:
        model = NumberSeries

    code = factory.Sequence("series_{}".format)
    name = factory.Sequence("Series {}".format)
    name_zh = factory.Sequence("编号{}".format)
    prefix = factory.Sequence("S{}-".format)


class BranchFactory(Recorded):
    """A branch; without a parent it is the head office, else a place inside its parent's span."""

    class Meta:
        model = Branch

    code = factory.Sequence(lambda n: f"{n % 90000000 + 1000:04d}")
    name = factory.Sequence("测试支行{}".format)
    name_en = factory.Sequence("Test Branch {}".format)
    level = factory.LazyAttribute(lambda o: "sub_branch" if o.parent else "head_office")
    parent = None
    lft = factory.LazyAttribute(lambda o: _span(o.parent)[0])
    rgt = factory.LazyAttribute(lambda o: _span(o.parent)[1])
    city = "杭州"
    opened_on = dt.date(2001, 5, 8)


def _span(parent: Branch | None) -> tuple[int, int]:
    """A place in the tree: a wide one for a root, else the next free one inside the parent's."""
    if parent is None:
        last = Branch.objects.order_by("-rgt").values_list("rgt", flat=True).first() or 0
        return last + GAP, last + GAP + FULL_WIDTH
    taken = Branch.objects.filter(parent=parent).order_by("-rgt")
    left = (taken.values_list("rgt", flat=True).first() or parent.lft) + GAP
    return left, left + (parent.rgt - parent.lft) // 50


class UserFactory(Recorded):
    """A sign-in whose password is `PASSWORD`."""

    class Meta:
        model = User

    username = factory.Sequence("person{}".format)
    display_name = factory.Sequence("员工{}".format)
    latin_name = factory.Sequence("Person Number {}".format)
    password = factory.django.Password("a long enough phrase")


class RoleFactory(Recorded):
    """A role; by default with no action at all."""

    class Meta:
        model = Role

    code = factory.Sequence("role-{}".format)
    name = factory.Sequence("Role {}".format)
    name_zh = factory.Sequence("角色{}".format)
    actions = factory.LazyFunction(list)


class IncompatibleDutiesFactory(Recorded):
    """Two roles that nobody holds together, from yesterday on."""

    class Meta:
        model = IncompatibleDuties

    first = factory.SubFactory(RoleFactory)
    second = factory.SubFactory(RoleFactory)
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=1)))
    ground = factory.Sequence("Rule {}".format)


class AnnouncementFactory(Recorded):
    """Something made known to everybody at a branch, yesterday and for a week."""

    class Meta:
        model = Announcement

    title = factory.Sequence("Cash desk {} closes early".format)
    title_zh = factory.Sequence("{}号柜台提前关闭".format)
    branch = factory.SubFactory("tests.factories.BranchFactory")
    author = factory.SubFactory("tests.factories.UserFactory")
    first_day = factory.LazyFunction(lambda: bank_today() - dt.timedelta(days=1))
    last_day = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=7))


class AcknowledgementFactory(Recorded):
    """Somebody who has acknowledged an announcement."""

    class Meta:
        model = Acknowledgement

    announcement = factory.SubFactory(AnnouncementFactory)
    user = factory.SubFactory("tests.factories.UserFactory")


class GrantFactory(Recorded):
    """A role given to a user at a branch; by default without end."""

    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    role = factory.SubFactory(RoleFactory)
    branch = factory.SubFactory(BranchFactory)
    extent = Grant.Reach.BRANCHES_BELOW
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=1)))


class StaffMemberFactory(Recorded):
    """A member of staff with a sign-in."""

    class Meta:
        model = StaffMember

    number = factory.Sequence(lambda n: f"T{n + 10000:05d}")
    name = factory.Sequence("客户经理{}".format)
    latin_name = factory.Sequence("Manager Number {}".format)
    branch = factory.SubFactory(BranchFactory)
    post = StaffMember.Post.WEALTH_MANAGER
    user = factory.SubFactory(UserFactory)
    joined_on = dt.date(2015, 3, 2)


class StaffAssignmentFactory(Recorded):
    """A post that a member of staff is to take up in a month."""

    class Meta:
        model = StaffAssignment

    member = factory.SubFactory(StaffMemberFactory)
    branch = factory.SelfAttribute("member.branch")
    post = StaffMember.Post.TELLER
    supervisor = None
    valid = factory.LazyFunction(lambda: period(bank_today() + dt.timedelta(days=30)))
    decision = factory.Sequence("No. {}".format)


class HandoverFactory(Recorded):
    """A handover without customers, proposed for today between two managers of a branch."""

    class Meta:
        model = Handover

    from_member = factory.SubFactory(StaffMemberFactory)
    to_member = factory.SubFactory(
        StaffMemberFactory, branch=factory.SelfAttribute("..from_member.branch")
    )
    branch = factory.SelfAttribute("from_member.branch")
    to_branch = factory.SelfAttribute("to_member.branch")
    owner = factory.SubFactory(UserFactory)
    effective_on = factory.LazyFunction(bank_today)
    reason = factory.Sequence("Reason Number {}".format)


class HandedCustomerFactory(Recorded):
    """A customer who waits to be handed over."""

    class Meta:
        model = HandedCustomer

    handover = factory.SubFactory(HandoverFactory)
    customer = factory.SubFactory(
        "tests.factories.CustomerFactory",
        home_branch=factory.SelfAttribute("..handover.branch"),
        lead_manager=factory.SelfAttribute("..handover.from_member"),
    )


class LicenceFactory(Recorded):
    """A licence that is good for another two years."""

    class Meta:
        model = Licence

    member = factory.SubFactory(StaffMemberFactory)
    kind = Licence.Kind.FUNDS
    certificate = factory.Sequence("F{:08d}".format)
    issued_on = dt.date(2024, 5, 6)
    expires_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=730))


class AuthorityLimitFactory(Recorded):
    """How much a post may decide on when customers are closed; another post each time."""

    class Meta:
        model = AuthorityLimit

    post = factory.Sequence(lambda n: StaffMember.Post.values[n % len(StaffMember.Post)])
    operation = "customers.close/1"
    amount = Decimal(100_000)
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=1)))
    decision = factory.Sequence("Decision {}".format)


# one rule a post: each form is about another one
posts = itertools.cycle(StaffMember.Post.values)


def free_post() -> str:
    """A post that has no role yet."""
    taken = set(PostRole.objects.values_list("post", flat=True))
    return next(post for post in posts if post not in taken)


class PostRoleFactory(Recorded):
    """The role that comes with a post; another post each time."""

    class Meta:
        model = PostRole

    post = factory.LazyFunction(free_post)
    role = factory.SubFactory(RoleFactory)
    extent = Grant.Reach.OWN
    note = factory.Sequence("Decision {}".format)


@cache
def plain_characters() -> list[str]:
    """Characters whose pinyin begins with a consonant: no apostrophe stands in the Latin name."""
    every = map(chr, range(0x4E00, 0x4E00 + 20000))
    return [char for char in every if pinyin(char, is_person=False)[0] not in "aeo"]


class CustomerFactory(Recorded):
    """A person known to the bank, with a resident identity card; registered by the operation."""

    class Meta:
        model = Customer

    class Params:
        branch = None
        documents = None
        contacts = ()

    kind = Customer.Kind.PERSON
    name = factory.Sequence(lambda n: f"陈测试{plain_characters()[n % len(plain_characters())]}")
    status = Customer.Status.ACTIVE
    born_on = factory.LazyAttribute(
        lambda o: dt.date(1985, 6, 15) if o.kind == Customer.Kind.PERSON else None
    )
    founded_on = factory.LazyAttribute(
        lambda o: None if o.kind == Customer.Kind.PERSON else dt.date(2006, 1, 20)
    )
    gender = factory.LazyAttribute(lambda o: "F" if o.kind == Customer.Kind.PERSON else "")
    # what a customer must have to be activated
    occupation = factory.LazyAttribute(
        lambda o: "Teacher" if o.kind == Customer.Kind.PERSON else ""
    )
    country = "CN"
    city = "杭州"
    address = factory.Sequence("测试路{}号".format)
    home_branch = factory.SubFactory(BranchFactory)
    lead_manager = None
    opened_on = dt.date(2018, 9, 3)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Customer:
        system = system_user()
        customer = model_class(*args, **kwargs)
        document = (
            operations.DocumentFacts("resident_id", resident_id(), valid_until=dt.date(2099, 6, 15))
            if customer.is_person
            else operations.DocumentFacts("uscc", credit_code())
        )
        with acting(by=system):
            return operations.register(
                customer,
                by=system,
                documents=[document],
                contacts=[operations.ContactFacts("mobile", mobile())],
            )


class IdentityDocumentFactory(Recorded):
    """A further document of a customer."""

    class Meta:
        model = IdentityDocument

    class Params:
        number = factory.LazyFunction(lambda: f"E{next(serials):08d}")

    customer = factory.SubFactory(CustomerFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> IdentityDocument:
        facts = operations.DocumentFacts("passport", f"E{next(serials):08d}")
        return operations.add_document(kwargs["customer"], by=system_user(), facts=facts)


class ContactPointFactory(Recorded):
    """A further way to reach a customer."""

    class Meta:
        model = ContactPoint

    customer = factory.SubFactory(CustomerFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> ContactPoint:
        facts = operations.ContactFacts("mobile", mobile())
        return operations.add_contact(kwargs["customer"], by=system_user(), facts=facts)


class SourceKeyFactory(Recorded):
    """The number that a source system has for a customer."""

    class Meta:
        model = SourceKey

    customer = factory.SubFactory(CustomerFactory)
    system = "core"
    key = factory.Sequence("K{:07d}".format)


class OwnershipFactory(Recorded):
    """Somebody who will assist a customer in the line of private banking, from tomorrow on."""

    class Meta:
        model = Ownership

    customer = factory.SubFactory(CustomerFactory)
    line = "private_banking"
    role = Ownership.Role.ASSISTING
    member = factory.SubFactory(StaffMemberFactory)
    branch = factory.SelfAttribute("member.branch")
    valid = factory.LazyFunction(lambda: period(bank_today() + dt.timedelta(days=1)))


class RelatedPersonFactory(Recorded):
    """Somebody who is no customer, with a sealed document number."""

    class Meta:
        model = RelatedPerson

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence("关联人{}".format)
    document_kind = "passport"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        person = model_class(pk=reserve_keys(RelatedPerson, 1)[0], **kwargs)
        seal_into(person, "number", f"E{person.pk:08d}", bytes(person.customer.salt))
        person.mask = f"•••{person.pk:04d}"
        with acting(by=system_user()):
            person.save(force_insert=True)
        return person


class LinkFactory(Recorded):
    """A contact person of a customer, for a year by now."""

    class Meta:
        model = Link

    customer = factory.SubFactory(CustomerFactory)
    person = factory.SubFactory(RelatedPersonFactory, customer=factory.SelfAttribute("..customer"))
    kind = Link.Kind.CONTACT
    evidence = factory.Sequence("told in letter {}".format)
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=365)))


class LifeFactFactory(Recorded):
    """A customer who is under guardianship for a year by now."""

    class Meta:
        model = LifeFact

    customer = factory.SubFactory(CustomerFactory)
    kind = LifeFact.Kind.GUARDIANSHIP
    evidence = factory.Sequence("court decision {}".format)
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=365)))


class ConflictFactory(Recorded):
    """A customer who is the spouse of a member of staff."""

    class Meta:
        model = ConflictOfInterest

    member = factory.SubFactory(StaffMemberFactory)
    customer = factory.SubFactory(CustomerFactory)
    relation = ConflictOfInterest.Relation.SPOUSE
    valid = factory.LazyFunction(lambda: period(bank_today()))
    remark = factory.Sequence("told in letter {}".format)


class FeedBatchFactory(Recorded):
    """A file that a source system fed."""

    class Meta:
        model = FeedBatch

    kind = FeedBatch.Kind.HOLDINGS
    system = "core"
    business_date = factory.LazyFunction(bank_today)
    checksum = factory.Sequence("{:064x}".format)
    loaded_by = factory.LazyFunction(system_user)


class HoldingFactory(Recorded):
    """A deposit account of a customer, who is its party too."""

    class Meta:
        model = Holding

    customer = factory.SubFactory(CustomerFactory)
    product_code = "time_deposit"
    kind = factory.LazyAttribute(lambda o: KIND_OF[o.product_code])
    source_system = "core"
    source_key = factory.Sequence("H{:08d}".format)
    currency = "CNY"
    balance = Decimal("125000.50")
    balance_base = factory.SelfAttribute("balance")
    account_branch = factory.SelfAttribute("customer.home_branch")
    opened_on = dt.date(2019, 4, 8)
    status = Holding.Status.ACTIVE
    business_date = factory.LazyFunction(bank_today)
    batch = factory.SubFactory(FeedBatchFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Holding:
        holding = model_class(*args, pk=reserve_keys(Holding, 1)[0], **kwargs)
        account = f"62284800{next(serials):011d}"
        salt = bytes(holding.customer.salt)
        holding.number = account_numbers.sealed(account, holding.pk, salt)
        holding.number_index = account_numbers.index(account)
        holding.mask = account_numbers.mask(account)
        holding.save(force_insert=True)
        HoldingPartyFactory(
            holding=holding,
            customer=holding.customer,
            role=HoldingParty.HOLDERS[holding.kind],
            batch=holding.batch,
        )
        return holding


class HoldingPartyFactory(Recorded):
    """Another customer who has to do with a holding."""

    class Meta:
        model = HoldingParty

    holding = factory.SubFactory(HoldingFactory)
    customer = factory.SubFactory(CustomerFactory)
    role = HoldingParty.Role.JOINT_HOLDER
    valid = factory.LazyAttribute(lambda o: period(o.holding.opened_on))
    batch = factory.SelfAttribute("holding.batch")


class HoldingYearFactory(Recorded):
    """A year of balances, each month a little more."""

    class Meta:
        model = HoldingYear

    holding = factory.SubFactory(HoldingFactory)
    customer = factory.SelfAttribute("holding.customer")
    year = factory.LazyFunction(lambda: bank_today().year)
    month_end = factory.LazyFunction(lambda: [Decimal(1000 * month) for month in range(1, 13)])
    average = factory.LazyFunction(lambda: [Decimal(900 * month) for month in range(1, 13)])
    batch = factory.SelfAttribute("holding.batch")


class TransactionFactory(Recorded):
    """A booking on a holding."""

    class Meta:
        model = Transaction

    holding = factory.SubFactory(HoldingFactory)
    customer = factory.SelfAttribute("holding.customer")
    booked_on = factory.LazyFunction(bank_today)
    amount = Decimal("-86.40")
    currency = "CNY"
    kind = Transaction.Kind.CARD_PAYMENT
    counterparty = factory.Sequence("商户{}".format)
    description = factory.Sequence("Card payment {}".format)
    source_system = "core"
    source_key = factory.Sequence("X{:09d}".format)
    batch = factory.SelfAttribute("holding.batch")


class ServiceRequestFactory(Recorded):
    """A request received now, in its queue or in somebody's hands."""

    class Meta:
        model = ServiceRequest

    number = factory.Sequence("SR{:06d}".format)
    customer = factory.SubFactory(CustomerFactory)
    service = factory.LazyFunction(ServiceTypeFactory.offered)
    channel = ServiceRequest.Channel.HOTLINE
    subject = factory.Sequence("Request Number {}".format)
    queue = factory.SelfAttribute("service.queue")
    branch = factory.SelfAttribute("customer.home_branch")
    status = factory.LazyAttribute(lambda o: "assigned" if o.owner else "queued")
    owner = None
    status_since = factory.SelfAttribute("received_at")
    received_at = factory.LazyFunction(now)
    response_amount = 60
    resolution_amount = 480
    response_unit = resolution_unit = "working_minutes"
    response_due_at = factory.LazyAttribute(lambda o: o.received_at + dt.timedelta(hours=1))
    resolution_due_at = factory.LazyAttribute(lambda o: o.received_at + dt.timedelta(days=1))
    due_at = factory.SelfAttribute("response_due_at")
    risk_at = factory.LazyAttribute(lambda o: o.received_at + dt.timedelta(minutes=48))


class RequestEntryFactory(Recorded):
    """A note for colleagues."""

    class Meta:
        model = RequestEntry

    request = factory.SubFactory(ServiceRequestFactory)
    customer = factory.SelfAttribute("request.customer")
    kind = RequestEntry.Kind.NOTE
    text = factory.Sequence("Note number {}".format)
    author = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(now)


class RequestCheckFactory(Recorded):
    """Something to be checked before a request is resolved."""

    class Meta:
        model = RequestCheck

    request = factory.SubFactory(ServiceRequestFactory)
    customer = factory.SelfAttribute("request.customer")
    item = factory.LazyAttribute(lambda o: ChecklistItemFactory(service=o.request.service))
    is_required = True


class ClockStopFactory(Recorded):
    """A stop of a request's clock that has ended."""

    class Meta:
        model = ClockStop

    request = factory.SubFactory(ServiceRequestFactory)
    customer = factory.SelfAttribute("request.customer")
    cause = ClockStop.Cause.ANSWER
    started_at = factory.LazyFunction(now)
    ended_at = factory.SelfAttribute("started_at")


class QueueMemberFactory(Recorded):
    """Somebody who works a queue from yesterday on."""

    class Meta:
        model = QueueMember

    queue = factory.SubFactory(ServiceQueueFactory)
    member = factory.SubFactory(StaffMemberFactory)
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=1)))


def resident_id() -> str:
    """A resident identity number with the right check digit, never the same twice."""
    serial = next(serials)
    body = f"330106{1950 + serial // 3_000_000 % 50}0615{serial % 1000:03d}"
    body = f"{330100 + serial // 1000 % 100:06d}{body[6:]}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code() -> str:
    """A unified social credit code with the right check character, never the same twice."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91330106MA{next(serials):07d}"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def mobile() -> str:
    """A mobile number of this country, never the same twice."""
    return f"138{next(serials) % 100_000_000:08d}"


def load_roles() -> dict[str, Role]:
    """The roles that every installation begins with."""
    with acting(by=system_user()):
        for spec in ROLES:
            Role.objects.get_or_create(
                code=spec.code,
                defaults={
                    "name": spec.name,
                    "name_zh": spec.name_zh,
                    "actions": list(spec.actions),
                },
            )
    return {role.code: role for role in Role.objects.all()}


def shown(customer: Customer) -> str:
    """A customer's number as pages show it."""
    return numbers.format_number(customer.number)
