"""Words of a question that say nothing about what is asked for."""

# Closed-class words, and the verbs and nouns of asking.
STOP_EN = frozenset(
    "a about above after all also an and any are as at be been before being between both but by can could did do does "
    "done each for from get give given had has have how i if in into is it its may me might much many must my no nor "
    "not of on or our please shall she should show so some such tell than that the their them then there these they "
    "this those to under until upon us was we were what when where whether which while who whom whose why will with "
    "would you your".split()
)
# What the question's form brings along, as bigrams or single characters of the index.
STOP_ZH = frozenset(
    "什么 多少 哪些 哪个 哪里 哪天 哪家 哪一 怎么 怎样 如何 为何 是否 是多 是什 的是 么时 时候 是谁 谁是 有哪 请问 "
    "几天 几年 几个 是几 的什 的多 吗 呢 是 的 了 谁 几 在哪 多长 多久 有多 少钱".split()
)


def content(terms: list[str]) -> list[str]:
    """The terms that carry meaning; all of them where none does."""
    kept = [term for term in terms if term not in STOP_EN and term not in STOP_ZH]
    return kept or terms


# Parts of company names and addresses of the web.
LEGAL_FORMS = frozenset("inc llc ltd corp co company plc gmbh ag bv nv sa sarl llp lp com net org".split())
