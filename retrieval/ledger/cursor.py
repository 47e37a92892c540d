"""A question while it is read: what was understood is marked, and what is left tells whether all of it was."""

import re
from functools import cache

from ingest.scripts import has_han

# Words that add nothing once the rest is understood.
_FILLERS = frozenset(
    "a an the of all any our my your we us i me is are was were be been do does did have has had in "
    "on at from to for by "
    "with within and or that which who what how many much there please can could you tell give show "
    "me list find see get "
    "s it them their those these this value values amount amounts sum total totals altogether overall invoice invoices "
    "with as so far library documents document know want would like need calculate compute whose each every per only "
    "made together up its add us money during worth totalling totaling amounting valued costing "
    "everything anything "
    "come comes came amount add arrive arrived ever exist exists went gone go goes paper "
    "across among throughout "
    "got get please figure figures say tell "
    "basis having being been shall now current currently entire whole complete full ve re".split()
)
_HAN_FILLERS = re.compile(
    "|".join(
        sorted(
            "请问 请 麻烦 帮我 给我 告诉我 我想知道 查一下 查询 查找 统计 计算 列出 列一下 显示 找出 "
            "一下 我们 我方 我司 咱们 我 我公司 本公司 公司 的 了 在 是 有 为 中 里 "
            "内 都 和 与 及 以及 或 向 从 给 对 于 由 自 至 到 张 份 个 笔 家 元 钱 金额 总额 款项 "
            "款 期间 年度 月份 分别 各 每 所有 全部 哪些 哪几 哪 什么 多少 几 "
            "那些 这些 其 之 并 呢 吗 啊 吧 一共 总共 共 共计 合计 总计 已经 已 资料库 库里 文档 "
            "单据 上 被 把 将 会 要 需要 的话 分 按 是多少 如何 怎样 情况 "
            "谁 哪家 哪个 哪张 哪份 那 这 具体 明细 清单 全年 单 些 次序 目前 现在 当前 是否 存在 "
            "有没有 有无 以来 次 发生 应 的总 里面 之中 其中 当中 期内 这段时间 跟".split(),
            key=len,
            reverse=True,
        )
    )
)
TAKEN = "\0"


class Cursor:
    """A folded question; each part takes the words that it understands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._taken = bytearray(len(text))

    @property
    def left(self) -> str:
        """The question with what was taken replaced by NUL characters, so that places stay."""
        return "".join(TAKEN if taken else one for one, taken in zip(self.text, self._taken, strict=True))

    def find(self, pattern: str) -> re.Match[str] | None:
        """The first place of a pattern in what is left."""
        return compiled(pattern).search(self.left)

    def take(self, pattern: str) -> re.Match[str] | None:
        """As `find`; the words are understood from now on."""
        found = self.find(pattern)
        if found is not None:
            self.mark(found.start(), found.end())
        return found

    def take_all(self, pattern: str) -> bool:
        """Take every place of a pattern; whether there was one."""
        found = False
        while self.take(pattern):
            found = True
        return found

    def mark(self, start: int, end: int) -> None:
        """Note that a part of the question is understood."""
        self._taken[start:end] = b"\1" * (end - start)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left but words that add nothing."""
        rest = self.left.replace(TAKEN, " ")
        if has_han(rest):
            rest = _HAN_FILLERS.sub(" ", rest)
        return all(word in _FILLERS for word in re.findall(r"[^\W_]+", rest.casefold()))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that does not tell capitals from small letters."""
    return re.compile(pattern, re.IGNORECASE)
