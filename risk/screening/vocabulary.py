"""Words of names that tell little, forms of law, and how letters sound."""

import re

# What stands in names of persons without telling one from another.
PARTICLES = frozenset({
    "al", "el", "ul", "ad", "as", "ar", "at", "az", "an", "ash", "il", "bin", "ben", "ibn",
    "bint", "abu", "abou", "abi", "um", "umm", "ould", "wuld", "de", "da", "do", "dos", "das",
    "del", "della", "di", "du", "des", "der", "den", "van", "von", "vom", "zu", "la", "le", "les",
    "y", "e", "na", "ter", "ten",
})  # fmt: skip
TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "lord", "dame", "rev", "fr", "sr", "jr",
    "haji", "hajji", "hadj", "hajj", "alhaj", "alhajj", "sheikh", "shaykh", "shaikh", "shaik",
    "mullah", "mulla", "maulavi", "mawlawi", "moulavi", "qari", "sayyed", "sayyid", "sayed",
    "syed", "seyyed", "seyed", "ustad", "general", "colonel", "gen", "col", "capt", "maj", "ii",
    "iii",
})  # fmt: skip
COMMON_NAMES = frozenset({
    "muhammad", "mohammad", "mohammed", "mohamed", "muhammed", "mohamad", "mahamat", "muhamad",
    "ahmad", "ahmed", "ali", "hassan", "hasan", "hussein", "husain", "husayn", "hussain", "abd",
    "abdul", "abdel", "abdal", "abdullah", "abdallah", "ibrahim", "khan", "rahman", "mahmud",
    "mahmoud", "umar", "omar", "yusuf", "kim", "jong", "ri", "pak", "choe", "john", "maria",
    "jose", "juan",
})  # fmt: skip
# Forms of law, each as the one word that stands for it.
FORMS = {
    "limited": "ltd", "ltda": "ltd", "limitada": "ltd", "lda": "ltd", "incorporated": "inc",
    "corporation": "corp", "corporacion": "corp", "company": "co", "cia": "co",
    "compania": "co", "compagnie": "co", "aktiengesellschaft": "ag", "jsc": "jsc", "oao": "jsc",
    "pao": "jsc", "pjsc": "jsc", "ojsc": "jsc", "zao": "jsc", "cjsc": "jsc", "ao": "jsc",
    "ooo": "llc", "kft": "llc", "gmbh": "llc", "sarl": "llc", "srl": "llc", "spa": "plc",
    "plc": "plc", "sdn": "sdn", "bhd": "bhd", "pte": "pte", "pvt": "pvt", "private": "pvt",
    "public": "public", "establishment": "est", "est": "est", "fze": "fze", "fzc": "fze",
    "fzco": "fze", "fz": "fze",
}  # fmt: skip
OTHER_FORMS = frozenset({
    "ltd", "inc", "corp", "co", "llc", "llp", "lp", "lllp", "ag", "sa", "sas", "nv", "bv", "ab",
    "as", "oy", "kg", "kgaa", "ohg", "se", "spzoo", "sl", "cv", "rl", "de", "c", "v", "s", "a",
    "jsc", "est", "the", "of", "and", "for", "und", "et", "y", "la", "le", "el", "los", "las",
    "al",
})  # fmt: skip
PHRASES = (
    (re.compile(r"\blimited liability company\b"), "llc"),
    (re.compile(r"\b(?:public|open|closed) joint stock company\b|\bjoint stock company\b"), "jsc"),
    (re.compile(r"\bpublic limited company\b"), "plc"),
    (re.compile(r"\blimited partnership\b"), "lp"),
    (re.compile(r"\bsp z o ?o\b"), "spzoo"),
    (re.compile(r"\bs a de c v\b"), "sa"),
    (re.compile(r"\bint l\b"), "international"),
)  # fmt: skip
SHORT = {
    "intl": "international", "int": "international", "trans": "transport",
    "transportation": "transport", "mfg": "manufacturing", "bros": "brothers",
    "assoc": "association", "corps": "corps", "dev": "development", "org": "organization",
    "organisation": "organization", "centre": "center", "univ": "university",
    "inst": "institute", "min": "ministry", "cie": "co", "trade": "trading", "companies": "co",
    "gen": "general", "ind": "industries", "industry": "industries", "industrial": "industries",
}  # fmt: skip
COMMON_WORDS = frozenset({
    "international", "trading", "group", "general", "bank", "company", "holding", "holdings",
    "services", "service", "industries", "shipping", "transport", "development", "foundation",
    "organization", "center", "commercial", "import", "export", "investment", "investments",
    "engineering", "construction", "technology", "solutions", "airlines", "marine", "global",
    "national", "islamic", "enterprise", "enterprises", "corp", "ltd", "partners", "capital",
    "limited", "financial", "comercializadora", "inversiones", "distribuidora", "agropecuaria",
    "constructora", "inmobiliaria", "grupo", "front", "movement", "army", "party", "corps",
    "force", "council", "committee", "ministry", "institute", "university", "fund", "trust",
    "association", "society", "jihad",
})  # fmt: skip


# Chinese syllables as Wade and Giles spell them, and as pinyin does: both become one.
SYLLABLES = (
    ("tzu", "zi"), ("ssu", "si"), ("szu", "si"), ("ih", "i"), ("eh", "e"), ("erh", "er"),
    ("uei", "ui"), ("ien", "ian"), ("ung", "ong"), ("uo", "o"), ("you", "yu"), ("hs", "x"),
    ("zh", "q"), ("ch", "q"), ("j", "q"), ("ts", "z"), ("tz", "z"), ("c", "z"), ("b", "p"),
    ("d", "t"), ("g", "k"),
)  # fmt: skip
# Letters as the ear takes them, the longer ones first.
SOUNDS = (
    ("sch", "s"), ("tch", "s"), ("ts", "s"), ("tz", "s"), ("ch", "s"), ("sh", "s"), ("zh", "z"),
    ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("dj", "j"), ("dzh", "j"),
    ("j", "g"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("c", "k"), ("v", "w"), ("p", "b"),
    ("z", "s"), ("ou", "w"), ("oo", "w"),
)  # fmt: skip
