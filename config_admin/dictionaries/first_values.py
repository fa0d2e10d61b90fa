"""The dictionaries that a new installation begins with; a bank changes them as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config_admin.models import Dictionary, DictionaryEntry
from crm.core.operations import insert, save_new

from .entries import ENTRIES

GAP = 10


@dataclass(frozen=True)
class First:
    """A dictionary as it is shipped; each line of `entries` is code | English | Chinese."""

    code: str
    name: str
    name_zh: str
    entries: str

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """The entries in order: code, name, name in Chinese."""
        for line in self.entries.strip().splitlines():
            code, name, name_zh = (part.strip() for part in line.split("|"))
            yield code, name, name_zh


def enter_missing() -> int:
    """Enter what is not there yet, by code; what the bank has changed or retired stays.

    The caller acts. Returns the number of entries that were missing.
    """
    entered = 0
    for spec in DICTIONARIES:
        dictionary = Dictionary.objects.filter(code=spec.code).first()
        if dictionary is None:
            dictionary = Dictionary(code=spec.code, name=spec.name, name_zh=spec.name_zh)
            save_new(dictionary)
        known = set(dictionary.entries.values_list("code", flat=True))
        for place, (code, name, name_zh) in enumerate(spec.lines(), start=1):
            if code not in known:
                insert(
                    DictionaryEntry(
                        dictionary=dictionary,
                        code=code,
                        name=name,
                        name_zh=name_zh,
                        position=place * GAP,
                    )
                )
                entered += 1
    ENTRIES.forget()
    return entered


DICTIONARIES = (
    First(
        "person_tier",
        "Tiers of personal customers",
        "个人客户等级",
        """
        standard | Standard | 大众
        gold | Gold | 金卡
        platinum | Platinum | 白金
        diamond | Diamond | 钻石
        private_banking | Private banking | 私人银行
        """,
    ),
    First(
        "organisation_tier",
        "Tiers of corporate customers",
        "对公客户等级",
        """
        strategic | Strategic | 战略
        key | Key | 重点
        core | Core | 核心
        basic | Basic | 基础
        """,
    ),
    First(
        "business_line",
        "Lines of business",
        "业务条线",
        """
        retail | Retail | 零售
        private_banking | Private banking | 私人银行
        small_business | Small business | 小微
        corporate | Corporate | 公司
        interbank | Interbank | 同业
        """,
    ),
    First(
        "organisation_size",
        "Sizes of organisations",
        "企业规模",
        """
        large | Large | 大型
        medium | Medium | 中型
        small | Small | 小型
        micro | Micro | 微型
        """,
    ),
    First(
        "product_risk",
        "Risk levels of products",
        "产品风险等级",
        """
        R1 | R1 low | R1 低风险
        R2 | R2 medium-low | R2 中低风险
        R3 | R3 medium | R3 中风险
        R4 | R4 medium-high | R4 中高风险
        R5 | R5 high | R5 高风险
        """,
    ),
    First(
        "risk_tolerance",
        "Risk tolerance of investors",
        "风险承受能力等级",
        """
        C1 | C1 conservative | C1 保守型
        C2 | C2 prudent | C2 稳健型
        C3 | C3 balanced | C3 平衡型
        C4 | C4 growth | C4 成长型
        C5 | C5 aggressive | C5 进取型
        """,
    ),
    First(
        "ml_risk_rating",
        "Money-laundering risk ratings",
        "洗钱风险等级",
        """
        very_high | Very high | 极高
        high | High | 高
        medium | Medium | 中
        low | Low | 低
        """,
    ),
    First(
        "risk_classification",
        "Five-category risk classification",
        "风险分类(五级)",
        """
        pass | Pass | 正常
        special_mention | Special mention | 关注
        substandard | Substandard | 次级
        doubtful | Doubtful | 可疑
        loss | Loss | 损失
        """,
    ),
    First(
        "party_role",
        "Roles of parties to a holding",
        "账户当事人角色",
        """
        account_holder | Account holder | 户主
        joint_holder | Joint holder | 联名人
        borrower | Borrower | 借款人
        co_borrower | Co-borrower | 共同借款人
        guarantor | Guarantor | 保证人
        mortgagor | Mortgagor | 抵押人
        pledgor | Pledgor | 出质人
        main_cardholder | Main cardholder | 主卡持卡人
        supplementary_cardholder | Supplementary cardholder | 附属卡持卡人
        agent | Agent | 代理人
        policyholder | Policyholder | 投保人
        insured | Insured | 被保险人
        beneficiary | Beneficiary | 受益人
        """,
    ),
    First(
        "complaint_business",
        "Business that a complaint is about",
        "投诉业务类别",
        """
        debit_card | Debit card | 借记卡
        credit_card | Credit card | 信用卡
        loan | Loan | 贷款
        payment | Payment and settlement | 支付结算
        debt_collection | Debt collection | 债务催收
        foreign_exchange | Foreign exchange | 外汇
        rmb_savings | RMB savings | 人民币储蓄
        agency | Agency business of the bank | 银行代理业务
        other_fee_business | Other fee business | 其他中间业务
        personal_information | Personal financial information | 个人金融信息
        precious_metals | Precious metals | 贵金属
        rmb_management | RMB management | 人民币管理
        own_wealth | The bank's own wealth products | 自营理财
        state_treasury | State treasury | 国库
        other | Other | 其他
        """,
    ),
    First(
        "complaint_cause",
        "Causes of complaints",
        "投诉原因",
        """
        policy_process | Policies, business rules and processes | 管理制度、业务规则与流程
        pricing | Pricing and fees | 定价收费
        facilities_systems | Facilities, equipment and systems | 服务设施、设备、业务系统
        attitude_quality | Attitude and quality of service | 服务态度及服务质量
        collection | Ways and means of collection | 债务催收方式和手段
        disclosure | Disclosure | 信息披露
        funds_safety | Safety of consumers' funds | 消费者资金安全
        information_safety | Safety of consumers' information | 消费者信息安全
        marketing | Ways and means of marketing | 营销方式和手段
        contract_terms | Contract terms | 合同条款
        product_return | Return of products | 产品收益
        free_choice | Free choice | 自主选择权
        other | Other | 其他
        """,
    ),
    First(
        "received_by",
        "Channels by which cases arrive",
        "受理渠道",
        """
        outlet | Outlet | 网点
        hotline | Customer hotline | 客服热线
        online | Mobile and online banking | 手机银行/网银
        letter_visit | Letter or visit | 信访
        regulator | Passed on by the regulator (12378) | 监管转办(12378)
        citizen_hotline | Citizens' hotline 12345 | 12345 热线
        media | Media | 媒体
        """,
    ),
    First(
        "contact_purpose",
        "Purposes of contacts",
        "接触目的",
        """
        care | Customer care | 客户关怀
        maturity | Maturity reminder | 到期提醒
        product | Product offer | 产品推介
        after_sale | After-sale call | 售后回访
        retention | Retention | 流失挽留
        tier_upgrade | Tier upgrade | 临界提升
        activation | Activation | 促活
        data_check | Data check | 信息核实
        cdd_review | Due-diligence review | 尽调更新
        pre_loan | Pre-loan inquiry | 贷前调查
        post_loan | Post-loan check | 贷后检查
        collection | Collection | 催收
        complaint_follow_up | Complaint follow-up | 投诉回访
        """,
    ),
    First(
        "contact_result",
        "Results of contacts",
        "接触结果",
        """
        reached | Reached | 已接通
        no_answer | No answer | 未接通
        wrong_number | Wrong number | 号码有误
        interested | Interested | 有意向
        call_back | Call back agreed | 约定再访
        refused | Refused | 拒绝
        done | Done | 已办理
        """,
    ),
    First(
        "manager_grade",
        "Grades of relationship managers",
        "客户经理职级",
        """
        trainee | Trainee | 见习
        assistant | Assistant | 助理
        manager | Relationship manager | 客户经理
        senior | Senior | 高级
        principal | Principal | 资深
        """,
    ),
    First(
        "file_kind",
        "Kinds of files",
        "资料类型",
        """
        id_image | Image of an identity document | 证件影像
        articles | Articles of association | 章程
        financial_statements | Financial statements | 财务报表
        power_of_attorney | Power of attorney | 授权委托书
        tax_declaration | Tax-residency declaration | 税收居民身份声明
        credit_report_authorisation | Credit-report authorisation | 征信授权书
        risk_questionnaire | Risk questionnaire | 风险测评问卷
        dual_recording | Dual-recording reference | 双录编号
        contract | Contract | 合同
        title | Title | 权属证明
        valuation | Valuation | 评估报告
        inspection_report | Inspection report | 检查报告
        inheritance | Inheritance papers | 继承材料
        """,
    ),
    First(
        "relation",
        "Relations between customers",
        "客户关系类型",
        """
        spouse | Spouse | 配偶
        parent_child | Parent and child | 父母/子女
        sibling | Sibling | 兄弟姐妹
        guardian_ward | Guardian and ward | 监护人/被监护人
        legal_representative | Legal representative | 法定代表人
        actual_controller | Actual controller | 实际控制人
        shareholder | Shareholder | 股东
        beneficial_owner | Beneficial owner | 受益所有人
        officer | Director, supervisor or executive | 董监高
        finance_head | Head of finance | 财务负责人
        agent | Authorised agent | 授权经办人
        employer_employee | Employer and employee | 雇主/员工
        payroll_employer | Payroll employer | 代发单位
        parent_subsidiary | Parent company and subsidiary | 母公司/子公司
        head_branch | Head office and branch | 总公司/分公司
        common_control | Under common control | 同一控制
        supplier_buyer | Supplier and buyer | 上游/下游
        guarantor_guaranteed | Guarantor and guaranteed | 保证人/被保证人
        """,
    ),
    First(
        "tax_residency",
        "Tax residency",
        "税收居民身份",
        """
        prc_only | Of mainland China only | 仅为中国税收居民
        non_resident | Non-resident only | 仅为非居民
        both | Of mainland China and elsewhere | 两者兼具
        """,
    ),
    First(
        "industry",
        "Industries (GB/T 4754-2017, sections)",
        "行业分类(GB/T 4754-2017 门类)",
        """
        A | Agriculture, forestry, animal husbandry and fishery | 农、林、牧、渔业
        B | Mining | 采矿业
        C | Manufacturing | 制造业
        D | Electricity, heat, gas and water | 电力、热力、燃气及水生产和供应业
        E | Construction | 建筑业
        F | Wholesale and retail | 批发和零售业
        G | Transport, storage and post | 交通运输、仓储和邮政业
        H | Accommodation and catering | 住宿和餐饮业
        I | Information transmission, software and IT | 信息传输、软件和信息技术服务业
        J | Finance | 金融业
        K | Real estate | 房地产业
        L | Leasing and business services | 租赁和商务服务业
        M | Research and technical services | 科学研究和技术服务业
        N | Water, environment and public facilities | 水利、环境和公共设施管理业
        O | Resident, repair and other services | 居民服务、修理和其他服务业
        P | Education | 教育
        Q | Health and social work | 卫生和社会工作
        R | Culture, sports and entertainment | 文化、体育和娱乐业
        S | Public administration and social organisations | 公共管理、社会保障和社会组织
        T | International organisations | 国际组织
        """,
    ),
    First(
        "opportunity_source",
        "Sources of opportunities",
        "商机来源",
        """
        visit | Visit or call | 走访或电访
        branch | Walked in at the branch | 到店
        customer | Recommended by a customer | 客户推荐
        maturity | Something matures | 产品到期
        campaign | Campaign | 营销活动
        online | Mobile or online banking | 手机银行/网银
        other | Other | 其他
        """,
    ),
    First(
        "opportunity_loss",
        "Why opportunities are lost",
        "商机失败原因",
        """
        price | Price or rate | 价格或利率
        competitor | Went to another bank | 转投他行
        credit_refused | Credit not approved | 授信未获批
        not_eligible | Not eligible or not suitable | 不符合准入或适当性
        no_need | No need any more | 需求取消
        too_slow | Took too long | 办理时间过长
        no_answer | Customer could not be reached | 联系不上客户
        other | Other | 其他
        """,
    ),
    First(
        "certificate_purpose",
        "Purposes of certificates",
        "证明用途",
        """
        visa | Visa | 签证
        study | Studies abroad | 出国留学
        tender | Tender | 招投标
        loan | Loan or housing fund | 贷款或公积金
        other | Other | 其他
        """,
    ),
    First(
        "minimum_person",
        "Minimum facts of personal customers",
        "个人客户激活必备信息",
        """
        country | Nationality | 国籍
        gender | Gender | 性别
        born_on | Date of birth | 出生日期
        occupation | Occupation | 职业
        address | Address | 地址
        document | Valid identity document | 有效身份证件
        contact | A way to reach them | 联系方式
        """,
    ),
    First(
        "minimum_organisation",
        "Minimum facts of corporate customers",
        "对公客户激活必备信息",
        """
        founded_on | Founded on | 成立日期
        business_scope | Business scope | 经营范围
        address | Address | 地址
        document | Valid licence | 有效证照
        legal_representative | Legal representative | 法定代表人
        owner | Owners or controller | 股东或实际控制人
        agent | Authorised agent | 授权经办人
        """,
    ),
)
