"""The demonstration bank, Lanjiang Bank 澜江银行: invented, always the same for the same day."""

from crm.ops.demo.branches import BANK_NAME_EN, BANK_NAME_ZH, LEVELS, BranchSpec, branches
from crm.ops.demo.customers import CHANNELS, OCCUPATIONS, CustomerSpec, customers
from crm.ops.demo.holdings import Files, files
from crm.ops.demo.people import POSTS, ROLES, RoleSpec, StaffSpec, staff

__all__ = [
    "BANK_NAME_EN",
    "BANK_NAME_ZH",
    "CHANNELS",
    "LEVELS",
    "OCCUPATIONS",
    "POSTS",
    "ROLES",
    "BranchSpec",
    "CustomerSpec",
    "Files",
    "RoleSpec",
    "StaffSpec",
    "branches",
    "customers",
    "files",
    "staff",
]
