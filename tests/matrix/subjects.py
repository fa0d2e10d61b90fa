"""How to make a row of each model: all that a new model must add for the matrix to cover it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from config_admin.dictionaries.first_values import enter_missing
from config_admin.models import Calendar, DictionaryEntry
from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.models import AccessEvent, ApprovalPolicy, AuditEvent
from crm.core.scope import BankWide, InTree, OwnedBy, OwnedOrAll, System, Through
from crm.core.trail import Kind, record_access
from customers import operations
from customers.models import ImportFault, ImportMapping
from risk.models import DiligenceLevel
from services.models import Referral, ServiceRequest
from staff.models import Branch
from sysadmin.models import Grant, system_user
from tests import imports, jobs
from tests.factories import (
    AcknowledgementFactory,
    AnnouncementFactory,
    ApprovalPolicyFactory,
    AuthorityLimitFactory,
    BranchFactory,
    CalendarDayFactory,
    CalendarFactory,
    ChecklistItemFactory,
    ClockStopFactory,
    ConflictFactory,
    ContactPointFactory,
    CurrencyRateFactory,
    CustomerFactory,
    DictionaryEntryFactory,
    DictionaryFactory,
    FeedBatchFactory,
    GrantFactory,
    HandedCustomerFactory,
    HandoverFactory,
    HoldingFactory,
    HoldingPartyFactory,
    HoldingYearFactory,
    IdentityDocumentFactory,
    IncompatibleDutiesFactory,
    LicenceFactory,
    LifeFactFactory,
    LinkFactory,
    NumberSeriesFactory,
    OwnershipFactory,
    ParameterValueFactory,
    PostRoleFactory,
    ProductFactory,
    QueueMemberFactory,
    RelatedPersonFactory,
    ReplyTemplateFactory,
    RequestCheckFactory,
    RequestEntryFactory,
    RoleFactory,
    SavedViewFactory,
    ServiceCategoryFactory,
    ServiceDeadlineFactory,
    ServiceEditionFactory,
    ServiceFieldFactory,
    ServiceQueueFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
    SourceKeyFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
    TransactionFactory,
    UserFactory,
    WorkingWeekFactory,
    free_post,
    resident_id,
    serials,
)
from tests.factories_claims import ClaimFactory, ClassificationFactory
from tests.factories_risk import (
    FREE_COUNTRIES,
    AlertCaseFactory,
    AlertFactory,
    CaseProposalFactory,
    CaseQuestionFactory,
    DiligenceBandFactory,
    DiligenceFactory,
    DiligenceLevelFactory,
    ListedNameFactory,
    RestrictionFactory,
    ScreeningHitFactory,
    WatchlistEntryFactory,
    WatchlistVersionFactory,
)
from tests.factories_services import complaints
from tests.factories_services.agenda import (
    AppointmentFactory,
    CalendarFeedFactory,
    TaskFactory,
    free_time,
    in_form,
)
from tests.factories_services.contacts import (
    ContactAttendeeFactory,
    ContactFactory,
    ContactNoteFactory,
    PromiseFactory,
)
from tests.factories_services.opportunities import (
    OpportunityFactory,
    OpportunityStageFactory,
    ReferralFactory,
    office,
)

# a band is entered once for a value and a day
SOME_COUNTRY = itertools.cycle(FREE_COUNTRIES)
# where a row stands, seen from the user who asks
PLACES = ("mine", "team", "branch", "below", "elsewhere")


@dataclass(frozen=True)
class Subject:
    """How to make a row of a model at a branch, perhaps led by a member of staff.

    `fill` gives values that a form cannot guess, `parts` the parameters of addresses beyond the
    key, `child` adds a row that the record's page shows, `beside` what stands beside a state.
    """

    row: Callable[[Any, Any], Model]
    fill: Callable[[Any], dict[str, Any]] = lambda branch: {}
    parts: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    children: tuple[Callable[[Any], Model], ...] = ()
    beside: Callable[[str, Any], dict[str, Any]] = lambda status, row: {}

    def address(self, row: Model) -> dict[str, Any]:
        """The parameters of an address about this row."""
        return {"pk": row.pk} | {name: value(row) for name, value in self.parts.items()}


def customer(branch: Any, manager: Any) -> Model:
    """A customer kept by a branch."""
    return CustomerFactory(home_branch=branch, lead_manager=manager, address=f"弄堂{branch.pk}号")


def known_customer(branch: Any, manager: Any) -> Model:
    """A customer with a contact person, under guardianship."""
    row = customer(branch, manager)
    LinkFactory(customer=row)
    LifeFactFactory(customer=row)
    return row


def new_customer(branch: Any) -> dict[str, Any]:
    """What a form for a new customer cannot guess."""
    return {
        "kind": "person",
        "name": f"新客户{next(serials)}",
        "gender": "F",
        "country": "CN",
        "home_branch": branch.pk,
        "document_kind": "resident_id",
        "document_number": resident_id(),
        "value": "13900001111",
    }


def new_branch(branch: Any) -> dict[str, Any]:
    """What a form for a new or moved branch cannot guess."""
    above = BranchFactory(parent=branch, level=Branch.Level.BRANCH)
    return {"parent": above.pk, "level": "sub_branch", "code": f"{next(serials):08d}"}


def new_member(branch: Any) -> dict[str, Any]:
    """What a form for somebody who joins cannot guess."""
    return {"number": f"N{next(serials):08d}"}


def change_in_trail(branch: Any, manager: Any) -> Model:
    """An entry of the audit trail."""
    RoleFactory()
    return AuditEvent.objects.latest("id")


def look_in_trail(branch: Any, manager: Any) -> Model:
    """An entry of the access trail."""
    record_access(Kind.REVEAL, by=system_user(), purpose=f"purpose number {next(serials)}")
    return AccessEvent.objects.latest("id")


def document(branch: Any, manager: Any) -> Model:
    """A further document of a customer."""
    return IdentityDocumentFactory(customer=customer(branch, manager))


def further_document(row: Any) -> Model:
    """One more document of this customer."""
    return IdentityDocumentFactory(customer=row)


def further_contact(row: Any) -> Model:
    """One more way to reach this customer."""
    return ContactPointFactory(customer=row)


def holding(branch: Any, manager: Any) -> Model:
    """A holding of a customer."""
    return HoldingFactory(customer=customer(branch, manager))


def claim(branch: Any, manager: Any) -> Model:
    """A claim on a customer."""
    owed = HoldingFactory(customer=customer(branch, manager), product_code="consumer_loan")
    return ClaimFactory(holding=owed)


def further_holding(row: Any) -> Model:
    """One more holding of this customer, with balances and a booking."""
    row = HoldingFactory(customer=row)
    HoldingYearFactory(holding=row)
    return TransactionFactory(holding=row)


def further_party(row: Any) -> Model:
    """One more customer who has to do with this holding."""
    return HoldingPartyFactory(holding=row, customer=customer(row.customer.home_branch, None))


def party(branch: Any, manager: Any) -> Model:
    """A customer who has to do with a holding of another one of the same branch."""
    return further_party(holding(branch, manager))


def further_transaction(row: Any) -> Model:
    """One more booking on this holding."""
    return TransactionFactory(holding=row)


def job(branch: Any, manager: Any) -> Model:
    """A job of a member of staff that has ended."""
    member = manager or StaffMemberFactory(branch=branch)
    return jobs.ended(member.user)


def approval(branch: Any, manager: Any) -> Model:
    """The closing of a customer, asked for by a member of staff."""
    policy = ApprovalPolicy.objects.filter(operation="customers.close/1").first()
    policy = policy or ApprovalPolicyFactory(operation="customers.close/1")
    member = manager or StaffMemberFactory(branch=branch)
    row = customer(branch, None)
    return operations.close(row, by=member.user, reason="moved abroad")


def ownership(branch: Any, manager: Any) -> Model:
    """Somebody who will assist a customer."""
    enter_lines()
    member = StaffMemberFactory(branch=branch)
    return OwnershipFactory(customer=customer(branch, manager), member=member)


def in_a_month() -> str:
    """A day that is still to come."""
    return (bank_today() + dt.timedelta(days=30)).isoformat()


def enter_lines() -> None:
    """The shipped lines of business, for forms that offer them."""
    with acting(by=system_user()):
        enter_missing()


def contact(branch: Any, manager: Any) -> Model:
    """A call with a customer by their manager."""
    enter_lines()
    member = manager or StaffMemberFactory(branch=branch)
    return ContactFactory(customer=customer(branch, manager), author=member)


def noted_contact(row: Any) -> Model:
    """A note on this contact, and somebody who was there."""
    ContactAttendeeFactory(contact=row)
    PromiseFactory(contact=row, customer=row.customer)
    return ContactNoteFactory(contact=row)


def promise(branch: Any, manager: Any) -> Model:
    """A promise to a customer that their manager keeps."""
    member = manager or StaffMemberFactory(branch=branch)
    return PromiseFactory(customer=customer(branch, manager), owner=member)


def saved_view(branch: Any, manager: Any) -> Model:
    """A view of the customers' list that a member of staff keeps."""
    member = manager or StaffMemberFactory(branch=branch)
    return SavedViewFactory(owner=member.user)


def import_run(branch: Any, manager: Any) -> Model:
    """An import of a member of staff that has been tried out."""
    member = manager or StaffMemberFactory(branch=branch)
    return imports.checked(member.user, branch)


def meaning(branch: Any, manager: Any) -> Model:
    """What the columns of such files meant the last time."""
    import_run(branch, manager)
    return ImportMapping.objects.latest("id")


def refused_row(branch: Any, manager: Any) -> Model:
    """A row of a file that was refused."""
    member = manager or StaffMemberFactory(branch=branch)
    imports.checked(member.user, branch, opened_on="some day")
    return ImportFault.objects.latest("id")


def handover(branch: Any, manager: Any) -> Model:
    """A handover that is proposed to somebody at the same branch."""
    member = manager or StaffMemberFactory(branch=branch)
    return HandoverFactory(from_member=member)


def further_handed(row: Any) -> Model:
    """One more customer in this handover."""
    return HandedCustomerFactory(handover=row)


def heeded(row: Any) -> Model:
    """Somebody has acknowledged this announcement."""
    return AcknowledgementFactory(announcement=row)


def service_request(branch: Any, manager: Any) -> Model:
    """A request about a customer, in the hands of a member of staff who works its queue."""
    row = ServiceRequestFactory(
        customer=customer(branch, manager), owner=manager, description="请尽快处理。"
    )
    RequestCheckFactory(request=row)
    if manager is not None:
        QueueMemberFactory(queue=row.queue, member=manager)
    return row


def stands_with(status: str, row: Any) -> dict[str, Any]:
    """What a request has beside its state."""
    is_done = status in ServiceRequest.DONE
    if status == "waiting":
        ClockStopFactory(request=row, ended_at=None)
    return {
        "owner": None if status == "queued" else row.owner_id,
        "stopped_at": now() if status == "waiting" else None,
        "resolved_at": now() if is_done else None,
    }


def new_request(branch: Any) -> dict[str, Any]:
    """What a form for a new request cannot guess."""
    return {"service": ServiceTypeFactory.offered().pk}


def complaint(branch: Any, manager: Any) -> Model:
    """A complaint of a customer of a branch, which a member of staff handles."""
    complaints.prepare()
    status = "assigned" if manager else "received"
    found = {"finding": "upheld", "findings": "so", "root_cause": "thus", "answered_at": now()}
    return complaints.ComplaintFactory(
        customer=customer(branch, manager), handler=manager, status=status, **found
    )


def further_reply(row: Any) -> Model:
    """An answer to this complaint."""
    return complaints.ComplaintReplyFactory(complaint=row)


def stage(branch: Any, manager: Any) -> Model:
    """A stage of opportunities beside another one."""
    OpportunityStageFactory()
    return OpportunityStageFactory()


def opportunity(branch: Any, manager: Any) -> Model:
    """What a member of staff hopes to sell, beside a product and a referral of others."""
    OpportunityStageFactory()
    if not Referral.objects.exists():
        ProductFactory()
        ReferralFactory()
    return OpportunityFactory(
        owner=manager or StaffMemberFactory(branch=branch), customer=customer(branch, manager)
    )


def referral(branch: Any, manager: Any) -> Model:
    """A customer whom a member of staff points out to a colleague."""
    OpportunityStageFactory()
    return ReferralFactory(
        from_member=manager or StaffMemberFactory(branch=branch), customer=customer(branch, manager)
    )


def new_referral(branch: Any) -> dict[str, Any]:
    """What a form for a referral cannot guess."""
    if not Calendar.objects.filter(code="office").exists():
        office()
    return {"to_member": StaffMemberFactory(branch=branch).pk}


def new_code(branch: Any) -> dict[str, Any]:
    """A code that nothing else has."""
    return {"code": f"new_{next(serials)}"}


def new_name(branch: Any) -> dict[str, Any]:
    """A code and names that nothing else has."""
    serial = next(serials)
    return new_code(branch) | {"name": f"Name {serial}", "name_zh": f"名称{serial}"}


def task(branch: Any, manager: Any) -> Model:
    """What a member of staff has to do about a customer."""
    member = manager or StaffMemberFactory(branch=branch)
    return TaskFactory(member=member, customer=customer(branch, manager))


def appointment(branch: Any, manager: Any) -> Model:
    """A customer meets a member of staff at the branch."""
    enter_purposes()
    member = manager or StaffMemberFactory(branch=branch)
    return AppointmentFactory(member=member, branch=branch, customer=customer(branch, manager))


def enter_purposes() -> None:
    """The shipped purposes of contacts, entered once."""
    if not DictionaryEntry.objects.filter(dictionary__code="contact_purpose").exists():
        enter_lines()


def new_appointment(branch: Any) -> dict[str, Any]:
    """What a form for a new appointment cannot guess."""
    enter_purposes()
    begins, ends = free_time()
    return {
        "begins_at": in_form(begins),
        "ends_at": in_form(ends),
        "purpose": "care",
        "branch": branch.pk,
    }


def rated(branch: Any, manager: Any) -> Model:
    """A customer who is rated, whose next review is to come; another level can be set."""
    if not DiligenceLevel.objects.filter(from_points=0).exists():
        DiligenceLevelFactory(from_points=0)
    level = DiligenceLevelFactory()
    return DiligenceFactory(
        customer=customer(branch, manager),
        level=level,
        rated_level=level,
        rated_on=bank_today(),
        rated_by=system_user(),
        due_on=bank_today() + dt.timedelta(days=90),
    )


def to_rate(branch: Any) -> dict[str, Any]:
    """What forms about the level of a customer cannot guess."""
    return {"until": in_a_month(), "level": DiligenceLevelFactory().pk}


def decided(status: str) -> dict[str, Any]:
    """What a hit of the screening has beside its state."""
    if status in {"open", "over"}:
        return {}
    return {"decided_by": system_user(), "decided_at": now(), "decision": "compared"}


def alert_case(branch: Any, manager: Any) -> Model:
    """A case about a customer of a branch, perhaps in the hands of a member of staff."""
    about = customer(branch, manager)
    status = "investigating" if manager else "new"
    return AlertCaseFactory(customer=about, officer=manager, status=status)


def further_case(row: Any) -> None:
    """What was measured, asked and proposed about this case."""
    AlertFactory(case=row)
    CaseQuestionFactory(case=row)
    CaseProposalFactory(case=row)


def case_stands(status: str, row: Any) -> dict[str, Any]:
    """What an alert case has beside its state."""
    today = bank_today()
    waits = status == "waiting"
    if waits and not row.questions.filter(answered_at=None).exists():
        CaseQuestionFactory(case=row, reply="", answered_by=None, answered_at=None)
    if status in {"proposed", "closed"}:
        decision = "open" if status == "proposed" else "approved"
        CaseProposalFactory(case=row, decision=decision)
    officer = row.officer or StaffMemberFactory(branch=row.customer.home_branch)
    return {
        "officer": None if status == "new" else officer,
        "edited_by": StaffMemberFactory(branch=row.customer.home_branch).user,
        "waits_since": today if waits else None,
        "diary_on": today if waits else None,
    }


# models whose steps depend on more than the action and the state, and where that is tested
STEPS_OF_THEIR_OWN = {
    "core.approval": "who may decide depends on who asked: tests/core/test_approvals.py",
    "risk.alertcase": "who investigates proposes, another decides: tests/risk/test_cases.py",
    "risk.claim": "who proposed does not review: tests/risk/test_classification.py",
    "risk.screeninghit": "a release needs what a match stopped: tests/risk/test_screening.py",
    "services.contact": "who reviews took no part: tests/services/test_contacts.py",
    "services.promise": "the day decides what a promise becomes: tests/services/test_promises.py",
    "services.referral": "whoever is asked answers: tests/services/test_referral_answers.py",
    "staff.handover": "the successor alone answers: tests/staff/test_handover.py",
    "services.servicerequest": "steps move owner and clock: tests/services/test_requests.py",
    "staff.staffmember": "a sign-in is opened once: tests/sysadmin/test_accounts.py",
    "sysadmin.user": "a sign-in is on or off: tests/sysadmin/test_accounts.py",
    "services.complaint": "who is in charge alone finds out: tests/services/test_complaints.py",
}
FACTORIES = {
    "config_admin.dictionary": Subject(
        lambda b, m: DictionaryFactory(),
        fill=new_code,
        children=(lambda row: DictionaryEntryFactory(dictionary=row),),
    ),
    "config_admin.dictionaryentry": Subject(
        lambda b, m: DictionaryEntryFactory(),
        fill=new_code,
        children=(lambda row: DictionaryEntryFactory(dictionary=row.dictionary, parent=row),),
    ),
    "config_admin.calendar": Subject(
        lambda b, m: CalendarFactory(),
        fill=new_code,
        children=(lambda row: CalendarDayFactory(calendar=row),),
    ),
    "config_admin.workingweek": Subject(
        lambda b, m: WorkingWeekFactory(), fill=lambda b: {"monday": "09:00-17:00"}
    ),
    "config_admin.calendarday": Subject(lambda b, m: CalendarDayFactory()),
    "config_admin.servicequeue": Subject(lambda b, m: ServiceQueueFactory(), fill=new_code),
    "config_admin.servicecategory": Subject(lambda b, m: ServiceCategoryFactory(), fill=new_name),
    "config_admin.servicetype": Subject(
        lambda b, m: ServiceFieldFactory(service=ServiceTypeFactory.deadlined()).service,
        fill=new_code,
        children=(lambda row: ChecklistItemFactory(service=row),),
    ),
    "config_admin.servicedeadline": Subject(lambda b, m: ServiceDeadlineFactory()),
    "config_admin.servicefield": Subject(
        lambda b, m: ServiceFieldFactory(),
        fill=lambda b: new_code(b) | {"kind": "text", "dictionary": ""},
    ),
    "config_admin.serviceedition": Subject(lambda b, m: ServiceEditionFactory()),
    "config_admin.checklistitem": Subject(lambda b, m: ChecklistItemFactory()),
    "config_admin.replytemplate": Subject(lambda b, m: ReplyTemplateFactory()),
    "config_admin.currencyrate": Subject(
        lambda b, m: CurrencyRateFactory(), fill=lambda b: {"currency": "EUR"}
    ),
    "config_admin.parametervalue": Subject(
        lambda b, m: ParameterValueFactory(), fill=lambda b: {"value": "30"}
    ),
    "config_admin.numberseries": Subject(
        lambda b, m: NumberSeriesFactory(), fill=lambda b: new_code(b) | {"digits": 5}
    ),
    "config_admin.product": Subject(
        lambda b, m: ProductFactory(), fill=lambda b: new_code(b) | {"currency": "CNY"}
    ),
    "customers.customer": Subject(
        known_customer,
        fill=new_customer,
        parts={
            "part": lambda row: "document",
            "key": lambda row: row.documents.first().pk,
            "link": lambda row: row.links.first().pk,
            "person": lambda row: row.links.first().person_id,
            "fact": lambda row: row.life_facts.first().pk,
        },
        children=(further_document, further_contact, further_holding),
    ),
    "customers.identitydocument": Subject(document),
    "customers.identitykey": Subject(lambda b, m: document(b, m).identity_key),
    "customers.contactpoint": Subject(lambda b, m: ContactPointFactory(customer=customer(b, m))),
    "customers.importrun": Subject(import_run),
    "customers.importmapping": Subject(meaning),
    "customers.importfault": Subject(refused_row),
    "customers.handedcustomer": Subject(
        lambda b, m: HandedCustomerFactory(handover=handover(b, m))
    ),
    "customers.conflictofinterest": Subject(
        lambda b, m: ConflictFactory(member=StaffMemberFactory(branch=b), customer=customer(b, m))
    ),
    "customers.ownership": Subject(
        ownership,
        fill=lambda b: {"last_day": in_a_month(), "line": "private_banking"},
    ),
    "customers.sourcekey": Subject(lambda b, m: SourceKeyFactory(customer=customer(b, m))),
    "customers.feedbatch": Subject(lambda b, m: FeedBatchFactory()),
    "customers.holding": Subject(holding, children=(further_party, further_transaction)),
    "customers.holdingparty": Subject(party),
    "customers.holdingyear": Subject(lambda b, m: HoldingYearFactory(holding=holding(b, m))),
    "customers.transaction": Subject(lambda b, m: TransactionFactory(holding=holding(b, m))),
    "customers.relatedperson": Subject(lambda b, m: RelatedPersonFactory(customer=customer(b, m))),
    "customers.link": Subject(lambda b, m: LinkFactory(customer=customer(b, m))),
    "customers.lifefact": Subject(lambda b, m: LifeFactFactory(customer=customer(b, m))),
    "customers.restriction": Subject(lambda b, m: RestrictionFactory(customer=customer(b, m))),
    "risk.watchlist": Subject(
        lambda b, m: WatchlistVersionFactory().watchlist,
        children=(lambda row: WatchlistVersionFactory(watchlist=row),),
    ),
    "risk.watchlistversion": Subject(lambda b, m: WatchlistVersionFactory()),
    "risk.watchlistentry": Subject(lambda b, m: WatchlistEntryFactory()),
    "risk.listedname": Subject(lambda b, m: ListedNameFactory()),
    "risk.diligencelevel": Subject(
        lambda b, m: DiligenceLevelFactory(),
        fill=lambda b: new_name(b) | {"from_points": next(serials) % 30000 + 1000, "months": 6},
    ),
    "risk.diligenceband": Subject(
        lambda b, m: DiligenceBandFactory(),
        fill=lambda b: {"factor": "country", "value": next(SOME_COUNTRY)},
    ),
    "risk.diligence": Subject(rated, fill=to_rate),
    "risk.screeninghit": Subject(
        lambda b, m: ScreeningHitFactory(customer=customer(b, m)),
        fill=lambda b: {"until": in_a_month()},
        beside=lambda status, row: decided(status),
    ),
    "risk.alertcase": Subject(alert_case, children=(further_case,), beside=case_stands),
    "risk.alert": Subject(lambda b, m: AlertFactory(case=alert_case(b, m))),
    "risk.casequestion": Subject(lambda b, m: CaseQuestionFactory(case=alert_case(b, m))),
    "risk.caseproposal": Subject(lambda b, m: CaseProposalFactory(case=alert_case(b, m))),
    "risk.claim": Subject(
        claim,
        fill=lambda b: {"risk_class": 2, "due_every": 1, "worse": ""},
        children=(lambda row: ClassificationFactory(claim=row, status="sent_back"),),
    ),
    "risk.classification": Subject(lambda b, m: ClassificationFactory(claim=claim(b, m))),
    "services.servicerequest": Subject(
        service_request,
        fill=new_request,
        parts={"key": lambda row: row.checks.first().pk},
        children=(
            lambda row: RequestEntryFactory(request=row),
            lambda row: RequestCheckFactory(request=row),
            lambda row: ClockStopFactory(request=row),
        ),
        beside=stands_with,
    ),
    "services.requestentry": Subject(
        lambda b, m: RequestEntryFactory(request=service_request(b, m))
    ),
    "services.requestcheck": Subject(lambda b, m: service_request(b, m).checks.get()),
    "services.clockstop": Subject(lambda b, m: ClockStopFactory(request=service_request(b, m))),
    "services.queuemember": Subject(
        lambda b, m: QueueMemberFactory(member=m or StaffMemberFactory(branch=b)),
        fill=lambda b: {"last_day": in_a_month()},
    ),
    "services.contact": Subject(contact, children=(noted_contact,)),
    "services.contactattendee": Subject(lambda b, m: ContactAttendeeFactory(contact=contact(b, m))),
    "services.contactnote": Subject(lambda b, m: ContactNoteFactory(contact=contact(b, m))),
    "services.promise": Subject(promise),
    "services.complaint": Subject(complaint),
    "services.complaintreply": Subject(lambda b, m: further_reply(complaint(b, m))),
    "services.task": Subject(task),
    "services.calendarfeed": Subject(lambda b, m: CalendarFeedFactory()),
    "services.appointment": Subject(appointment, fill=new_appointment),
    "services.opportunitystage": Subject(stage, fill=lambda b: new_code(b) | {"outcome": "open"}),
    "services.opportunity": Subject(
        opportunity, fill=lambda b: {"currency": "CNY", "product_kind": "loan"}
    ),
    "services.referral": Subject(
        referral, fill=lambda b: new_referral(b) | {"product_kind": "loan", "currency": "CNY"}
    ),
    "staff.branch": Subject(lambda b, m: BranchFactory(parent=b), fill=new_branch),
    "staff.staffmember": Subject(
        lambda b, m: StaffMemberFactory(branch=b, supervisor=m), fill=new_member
    ),
    "staff.staffassignment": Subject(
        lambda b, m: StaffAssignmentFactory(member=StaffMemberFactory(branch=b))
    ),
    "staff.licence": Subject(
        lambda b, m: LicenceFactory(member=StaffMemberFactory(branch=b)),
        fill=lambda b: {"certificate": f"C{next(serials)}"},
    ),
    "staff.handover": Subject(handover, children=(further_handed,)),
    "staff.authoritylimit": Subject(
        lambda b, m: AuthorityLimitFactory(),
        fill=lambda b: {"post": free_post(), "operation": ""},
    ),
    "staff.postrole": Subject(
        lambda b, m: PostRoleFactory(),
        fill=lambda b: {"post": free_post()},
    ),
    "sysadmin.user": Subject(lambda b, m: UserFactory()),
    "sysadmin.role": Subject(
        lambda b, m: RoleFactory(actions=["staff.view_branch"]),
        fill=lambda b: {"code": f"role_{next(serials)}"},
    ),
    "sysadmin.grant": Subject(
        lambda b, m: GrantFactory(branch=b), fill=lambda b: {"extent": Grant.Reach.BRANCH}
    ),
    "sysadmin.acknowledgement": Subject(
        lambda b, m: AcknowledgementFactory(announcement__branch=b)
    ),
    "sysadmin.announcement": Subject(
        lambda b, m: AnnouncementFactory(branch=b),
        fill=lambda b: {"branch": b.pk, "last_day": in_a_month()},
        children=(heeded,),
    ),
    "sysadmin.incompatibleduties": Subject(
        lambda b, m: IncompatibleDutiesFactory(),
        fill=lambda b: {"first": RoleFactory().pk, "second": RoleFactory().pk},
    ),
    "core.auditevent": Subject(change_in_trail),
    "core.accessevent": Subject(look_in_trail),
    "core.job": Subject(job),
    "core.approval": Subject(approval),
    "core.approvalpolicy": Subject(
        lambda b, m: ApprovalPolicyFactory(is_active=False),
        fill=lambda b: {
            "operation": "customers.reopen/1",
            "from_amount": "",
            "days": "14",
            "role": RoleFactory(actions=["core.approve_approval"]).pk,
        },
    ),
    "core.savedview": Subject(saved_view),
}


def subject_of(model: type[Model]) -> Subject:
    """How to make rows of a model; a model that nobody taught us is a failure."""
    label = model._meta.label_lower
    if label not in FACTORIES:
        pytest.fail(f"Add {label} to FACTORIES in tests/matrix/subjects.py.", pytrace=False)
    return FACTORIES[label]


def reaches(model: type[Model], extent: str, place: str) -> bool:
    """Whether a grant at one's own branch reaches a row at a place: the rule in plain words."""
    scope = model.SCOPE
    while isinstance(scope, Through):
        model = model._meta.get_field(scope.parent).related_model
        scope = model.SCOPE
    if isinstance(scope, BankWide) or (isinstance(scope, InTree) and extent == Grant.Reach.BANK):
        return True
    if isinstance(scope, System):
        return extent == Grant.Reach.BANK
    if isinstance(scope, OwnedBy):
        return place == "mine" or (isinstance(scope, OwnedOrAll) and extent == Grant.Reach.BANK)
    wide = {
        Grant.Reach.OWN: {"mine"} if scope.owner else set(),
        Grant.Reach.TEAM: {"mine"} if scope.owner else set(),
        Grant.Reach.BRANCH: {"mine", "team", "branch"},
        Grant.Reach.BRANCHES_BELOW: {"mine", "team", "branch", "below"},
    }[extent]
    return place in (wide | {"team"} if extent == Grant.Reach.TEAM and scope.leader else wide)


def every_action() -> set[str]:
    """Every action that a model declares."""
    return {
        f"{model._meta.app_label}.{name}"
        for model in apps.get_models()
        for name in [
            *(f"{verb}_{model._meta.model_name}" for verb in model._meta.default_permissions),
            *(codename for codename, _label in model._meta.permissions),
        ]
    }
