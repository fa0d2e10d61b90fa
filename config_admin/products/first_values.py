"""The products that a new installation begins with, by the codes that holdings come with."""

from __future__ import annotations

from collections.abc import Iterator

from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.operations import save_new

from .catalogue import NAMES

# department in charge, then code | English | Chinese | risk level, if any
KINDS: dict[str, tuple[str, str]] = {
    "deposit": (
        "个人金融部 Retail Banking",
        """
        current_deposit | Current account | 活期存款
        time_deposit | Time deposit | 定期存款(整存整取)
        instalment_deposit | Instalment deposit | 零存整取
        call_deposit | Call deposit | 通知存款
        large_cd | Large certificate of deposit | 大额存单
        structured_deposit | Structured deposit | 结构性存款 | R2
        corporate_current | Corporate current account | 单位活期存款
        agreed_rate_deposit | Agreed-rate deposit | 协定存款
        margin_deposit | Margin deposit | 保证金存款
        """,
    ),
    "wealth": (
        "财富管理部 Wealth Management",
        """
        cash_management | Cash management | 现金管理类理财 | R1
        fixed_income | Fixed-income wealth product | 固定收益类理财 | R2
        mixed | Mixed wealth product | 混合类理财 | R3
        equity | Equity wealth product | 权益类理财 | R4
        commodity_derivatives | Commodity and derivatives product | 商品及衍生品类理财 | R5
        """,
    ),
    "agency": (
        "财富管理部 Wealth Management",
        """
        fund | Mutual fund | 公募基金 | R3
        insurance | Insurance | 保险 | R2
        trust | Trust | 信托 | R4
        asset_management_plan | Asset-management plan | 资管计划 | R4
        savings_bond | Savings bond | 储蓄国债 | R1
        precious_metals | Precious metals | 贵金属 | R4
        """,
    ),
    "loan": (
        "授信管理部 Credit Management",
        """
        housing_loan | Housing loan | 住房按揭贷款
        consumer_loan | Consumer loan | 消费贷款
        car_loan | Car loan | 汽车贷款
        business_loan | Personal business loan | 个人经营贷款
        student_loan | Student loan | 助学贷款
        working_capital_loan | Working-capital loan | 流动资金贷款
        fixed_asset_loan | Fixed-asset loan | 固定资产贷款
        project_finance | Project finance | 项目融资
        syndicated_loan | Syndicated loan | 银团贷款
        merger_loan | Merger and acquisition loan | 并购贷款
        trade_finance | Trade finance | 贸易融资
        bill_discounting | Bill discounting | 票据贴现
        factoring | Factoring | 保理
        overdraft | Corporate overdraft | 法人账户透支
        """,
    ),
    "off_balance": (
        "公司金融部 Corporate Banking",
        """
        entrusted_loan | Entrusted loan | 委托贷款
        acceptance | Bank acceptance | 银行承兑汇票
        letter_of_guarantee | Letter of guarantee | 保函
        letter_of_credit | Letter of credit | 信用证
        loan_commitment | Loan commitment | 贷款承诺
        """,
    ),
    "card": (
        "银行卡部 Cards",
        """
        debit_card | Debit card | 借记卡
        credit_card | Credit card | 贷记卡(信用卡)
        supplementary_card | Supplementary card | 附属卡
        corporate_settlement_card | Corporate settlement card | 单位结算卡
        official_card | Official card | 公务卡
        """,
    ),
    "service": (
        "数字金融部 Digital Banking",
        """
        payroll_service | Payroll service | 代发工资
        acquiring | Merchant acquiring | 收单
        mobile_bank | Mobile bank | 手机银行
        """,
    ),
}


def lines() -> Iterator[tuple[str, str, list[str]]]:
    """Each product: kind, department in charge, its parts."""
    for kind, (owner, products) in KINDS.items():
        for line in products.strip().splitlines():
            yield kind, owner, [part.strip() for part in line.split("|")]


def enter_missing() -> int:
    """Enter the products that are not there yet, on sale from today; the caller acts."""
    known = set(Product.objects.values_list("code", flat=True))
    missing = [line for line in lines() if line[2][0] not in known]
    for kind, owner, (code, name, name_zh, *risk) in missing:
        save_new(
            Product(
                kind=kind,
                owner=owner,
                code=code,
                name=name,
                name_zh=name_zh,
                risk_level="".join(risk),
                sold_from=bank_today(),
                status=Product.Status.ON_SALE,
            )
        )
    NAMES.forget()
    return len(missing)
