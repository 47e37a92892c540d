"""Words of a question that say nothing about what is asked for."""

from ingest.stopwords import STOP_EN

# What the question's form brings along, as bigrams or single characters of the index.
STOP_ZH = frozenset(
    "什么 多少 哪些 哪个 哪里 哪天 哪家 哪一 怎么 怎样 如何 为何 是否 是多 是什 的是 么时 时候 是谁 谁是 有哪 请问 "
    "几天 几年 几个 是几 的什 的多 吗 呢 是 的 了 谁 几 在哪 多长 多久 有多 少钱".split()
)

# Words for one thing, as questions and as contracts and invoices put it.
_SAME = (
    "pay owe payable due balance total amount",
    "cost price fee charge amount",
    "end terminate termination cancel cancellation expire expiration expiry",
    "start begin commence commencement effective",
    "buy purchase acquire",
    "cap limit limitation limited maximum",
    "law govern governing governed jurisdiction",
    "country state",
    "assign assignment transfer",
    "keep maintain carry retain",
    "poach solicit recruit hire",
    "employee personnel staff",
    "breach incident default",
    "need require requirement prior",
    "renew renewal extend extension",
    "initial first original",
    "last continue remain survive duration period",
    "own owner ownership title belong vest",
    "create develop make invent",
    "intellectual patent copyright invention",
    "share split divide percentage portion",
    "profit revenue income earnings proceeds royalty",
    "exceed ceiling cap limit",
    "uncapped unlimited",
    "liability liable",
    "cause reason convenience",
    "restrict restriction prohibit forbid refrain prevent",
    "compete competition competitive competitor",
    "exclusive exclusivity exclusively sole solely only",
    "minimum least",
    "order purchase quantity",
    "commit commitment obligation undertake duty",
    "book record account",
    "audit inspect examine inspection",
    "insurance insure insured coverage policy",
    "warranty warrant guarantee",
    "penalty liquidated",
    "licence license",
    "notice notify notification",
    "总价 总额 价款 合计 总金额 总计",
    "费用 金额 价款 服务费",
    "结束 届满 到期 终止 为止",
    "开始 起始 生效 开通",
    "押金 保证金 定金",
    "争议 仲裁 诉讼 纠纷",
    "质保 保修 质量保证",
    "逾期 延迟 迟延 晚交 延期",
    "日期 时间",
    "到货 交货 送达 交付",
    "解除 终止 退租 解约",
)


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _SAME:
        group = frozenset(line.split())
        for word in group:
            found[word] = found.get(word, frozenset()) | group - {word}
    return found


SYNONYMS = _groups()


def content(terms: list[str]) -> list[str]:
    """The terms that carry meaning; all of them where none does."""
    kept = [term for term in terms if term not in STOP_EN and term not in STOP_ZH and not FORM_ZH & set(term)]
    return kept or terms


# A pair with one of these characters belongs to the question's form, not to what it asks for.
FORM_ZH = frozenset("的是吗呢么哪怎谁几")

# Parts of company names and addresses of the web.
LEGAL_FORMS = frozenset("inc llc ltd corp co company plc gmbh ag bv nv sa sarl llp lp com net org".split())
